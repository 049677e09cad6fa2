using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hlx.Cli;

namespace Hlx.Benchmarks;

/// <summary>A result file as JSON and CSV under benchmarks/results/.</summary>
internal sealed class ResultFile(string bench, string device, string driver, SortedDictionary<string, string> settings)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly string[] Statistics = ["mean", "std", "min", "max", "p50", "p99", "samples", "error"];

    private readonly List<JsonObject> _rows = [];

    public Samples Add(string implementation, string profile, string name, string metric, string unit, double[] values, double? error = null)
    {
        Samples samples = new(values);
        _rows.Add(new JsonObject
        {
            ["implementation"] = implementation,
            ["profile"] = profile,
            ["case"] = name,
            ["metric"] = metric,
            ["unit"] = unit,
            ["mean"] = samples.Mean,
            ["std"] = samples.StandardDeviation,
            ["min"] = samples.Min,
            ["max"] = samples.Max,
            ["p50"] = samples.P50,
            ["p99"] = samples.P99,
            ["samples"] = values.Length,
            ["error"] = error,
        });
        return samples;
    }

    /// <summary>Writes both files into a folder of benchmarks/results; returns the path of the JSON.</summary>
    public string Write(string folder) => WriteTo(Path.Combine(Root(), "benchmarks", "results", folder));

    /// <summary>Writes both files into a folder; returns the path of the JSON.</summary>
    public string WriteTo(string path)
    {
        Directory.CreateDirectory(path);
        JsonObject document = new()
        {
            ["bench"] = bench,
            ["device"] = device,
            ["driver"] = driver,
            ["commit"] = Commit(),
            ["when"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["settings"] = new JsonObject(settings.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Value))),
            ["rows"] = new JsonArray([.. _rows.Select(row => row.DeepClone())]),
        };
        OutputFile.Write(Path.Combine(path, bench + ".json"), document.ToJsonString(Indented) + "\n");
        OutputFile.Write(Path.Combine(path, bench + ".csv"), Csv());
        return Path.Combine(path, bench + ".json");
    }

    private string Csv()
    {
        StringBuilder csv = new("implementation,profile,case,metric,unit," + string.Join(',', Statistics) + "\n");
        foreach (JsonObject row in _rows)
            csv.AppendJoin(',', row.Select(field => Quoted(field.Value?.ToString() ?? ""))).Append('\n');
        return csv.ToString();
    }

    private static string Quoted(string text) => text.Contains(',', StringComparison.Ordinal) ? $"\"{text}\"" : text;

    /// <summary>The commit that was measured: as git describes the work tree that this program was built in, else as the build knew it.</summary>
    private static string Commit()
    {
        if (Environment.GetEnvironmentVariable("HLX_COMMIT") is { Length: > 0 } named) return named; // a source tree without its history
        string built = typeof(ResultFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        if (SourceTree() is not string tree || !Path.Exists(Path.Combine(tree, ".git"))) return Revision(built);
        try
        {
            using Process? git = Process.Start(new ProcessStartInfo("git", ["-C", tree, "describe", "--always", "--dirty"]) { RedirectStandardOutput = true, RedirectStandardError = true });
            string? described = git?.StandardOutput.ReadToEnd().Trim();
            return string.IsNullOrEmpty(described) ? Revision(built) : described;
        }
        catch (Win32Exception)
        {
            return Revision(built); // git is not installed
        }

        static string Revision(string version) => version.IndexOf('+', StringComparison.Ordinal) is int plus and >= 0 ? version[(plus + 1)..][..Math.Min(7, version.Length - plus - 1)] : "unknown";
    }

    private static string Root() => SourceTree() ?? Environment.CurrentDirectory;

    /// <summary>The source tree that this program lies in, if it does.</summary>
    private static string? SourceTree()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Hlx.slnx"))) return at.FullName;
        }
        return null;
    }
}

/// <summary>The statistics of a sample.</summary>
internal sealed class Samples
{
    private readonly double[] _sorted;

    public Samples(double[] values) => _sorted = [.. values.Order()];

    public double Mean => _sorted.Average();

    public double StandardDeviation => _sorted.Length < 2 ? 0 : Math.Sqrt(_sorted.Sum(value => (value - Mean) * (value - Mean)) / (_sorted.Length - 1));

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    public double P50 => Quantile(0.50);

    public double P99 => Quantile(0.99);

    private double Quantile(double q)
    {
        double position = q * (_sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + ((position - below) * (_sorted[above] - _sorted[below]));
    }
}
