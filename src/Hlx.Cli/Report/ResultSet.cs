using System.Text.Json;

namespace Hlx.Cli.Report;

/// <summary>A row of a result file: a median, and the error beside it if there is one.</summary>
internal sealed record ResultRow(string Implementation, string Profile, string Case, string Metric, string Unit, double Median, double? Error, int Samples);

/// <summary>A result file.</summary>
internal sealed record ResultSource(string Path, string Bench, string Device, string Driver, string Commit, string When, int Passed, int Failed, IReadOnlyList<ResultRow> Rows);

/// <summary>The result files of one device.</summary>
internal sealed class ResultSet
{
    private readonly Dictionary<string, ResultSource> _sources = new(StringComparer.Ordinal);

    private ResultSet(string name) => Name = name;

    /// <summary>The folder's name.</summary>
    public string Name { get; }

    public string Device => _sources.Values.Select(source => source.Device).FirstOrDefault(device => !device.StartsWith("CPU", StringComparison.Ordinal)) ?? Name;

    public string Driver => _sources.Values.FirstOrDefault(source => source.Device == Device)?.Driver ?? _sources.Values.First().Driver;

    /// <summary>The sets below a folder, one for each device.</summary>
    /// <param name="root">The folder, such as benchmarks/results.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.FileIo"/> if there is none, or a file is not a result file.</exception>
    public static IReadOnlyList<ResultSet> Load(string root)
    {
        if (!Directory.Exists(root)) throw new HlxException(ErrorCode.FileIo, $"there is no folder \"{root}\"", "Run this at the top of the repository, or name the folder of the results");
        List<ResultSet> sets = [];
        foreach (string folder in Directory.GetDirectories(root).Order(StringComparer.Ordinal))
        {
            ResultSet set = new(Path.GetFileName(folder));
            foreach (string file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)) set._sources.Add(Path.GetFileNameWithoutExtension(file), Read(file));
            if (set._sources.Count > 0) sets.Add(set);
        }
        return sets;
    }

    /// <summary>A file, or null if this device has none.</summary>
    public ResultSource? Find(string bench) => _sources.GetValueOrDefault(bench);

    /// <summary>The row of a file.</summary>
    public ResultRow? Row(string bench, string implementation, string metric, string name, string? profile = null) =>
        Find(bench)?.Rows.FirstOrDefault(row => row.Implementation == implementation && row.Metric == metric && row.Case == name && (profile is null || row.Profile == profile));

    private static ResultSource Read(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement;
            ResultRow[] rows = root.TryGetProperty("rows", out JsonElement all) ? [.. all.EnumerateArray().Select(Row)] : [];
            return new(Path.GetFullPath(file), Text(root, "bench"), Text(root, "device"), Text(root, "driver"), Text(root, "commit"), Text(root, "when"), Number(root, "passed"), Number(root, "failed"), rows);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HlxException(ErrorCode.FileIo, $"{file} is not a result file", "Write it with hlx bench, or take it out of the folder");
        }
    }

    private static ResultRow Row(JsonElement row) => new(
        Text(row, "implementation"), Text(row, "profile"), Text(row, "case"), Text(row, "metric"), Text(row, "unit"), row.GetProperty("p50").GetDouble(),
        row.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Number ? error.GetDouble() : null, Number(row, "samples"));

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static int Number(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : 0;
}
