using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hlx.Testing;

namespace Hlx.Architecture.Tests;

/// <summary>
/// Every measured figure of the documents, that is a number with a unit of measurement or in a table of docs/performance, is in a result file that its
/// section names: a median or an error, or a ratio of HLX to a peer in the same case. In docs/performance, † marks what is history and in no file.
/// docs/BENCHMARK_RESULTS.md is generated and compared elsewhere.
/// </summary>
public sealed partial class FiguresTests
{
    private static readonly string Results = Path.Combine(TestData.Root, "benchmarks", "results");

    /// <summary>What no run has measured: a setting, and arithmetic with a data sheet.</summary>
    private static readonly string[] NotMeasured = ["0.4 s of the same work", "2 s each", "64 MB at 2.5 TB/s, 26 µs", "64 MB in 81 µs is 0.8 TB/s", "48 cycles a step of k, 99 µs"];

    public static TheoryData<string> Documents() =>
    [
        "README.md", "benchmarks/results/README.md",
        .. Directory.GetFiles(Path.Combine(TestData.Root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => Path.GetRelativePath(TestData.Root, file)).Where(file => file != "docs/BENCHMARK_RESULTS.md"),
    ];

    [Theory, MemberData(nameof(Documents))]
    public void Figures_are_in_result_files(string document)
    {
        Figure[] unknown = [.. Read(document).Where(figure => !figure.IsIn(figure.Text))];
        Assert.True(unknown.Length == 0, $"no result file named in the section has these figures:\n{string.Join('\n', unknown.Select(figure => $"{document}, {figure.Section}: {figure.Text} in \"{figure.Context}\""))}");
    }

    [Fact]
    public void A_figure_that_is_ten_percent_off_is_noticed()
    {
        // The tuning files have so many numbers that a wrong one in the logs is likely to be one of them; elsewhere it is not.
        Figure[] figures = [.. Documents().SelectMany(document => Read(document.Data)).Where(figure => figure.Quantities.Count < 1000)];
        Figure[] unnoticed = [.. figures.Where(figure => figure.Altered(1.1) is string altered && altered != figure.Text && figure.IsIn(altered))];
        Assert.True(figures.Length > 50 && unnoticed.Length * 10 < figures.Length, $"of {figures.Length}: {string.Join(", ", unnoticed.Select(figure => $"{figure.Context}: {figure.Text}"))}");
    }

    /// <summary>A number of a result file, in a unit; "" in files that do not tell it.</summary>
    private readonly record struct Quantity(double Value, string Unit);

    private sealed record Figure(string Section, string Text, string Unit, string Context, IReadOnlyList<Quantity> Quantities)
    {
        private double[] Known => field ??= [.. Quantities.Where(quantity => Unit.Length == 0 || quantity.Unit.Length == 0 || quantity.Unit == Unit).Select(quantity => quantity.Value)];

        /// <summary>Whether a known number is this when rounded as it is written.</summary>
        public bool IsIn(string number)
        {
            double value = Parse(number);
            if (number.Contains('e', StringComparison.Ordinal))
            {
                string format = "0." + new string('0', DigitsAfterPoint(number[..number.IndexOf('e', StringComparison.Ordinal)])) + "e-0";
                return Known.Any(known => Parse(known.ToString(format, CultureInfo.InvariantCulture)) == value);
            }
            double half = 0.5 * Math.Pow(10, -DigitsAfterPoint(number)) * (1 + 1e-9);
            return Known.Any(known => Math.Abs(known - value) <= half);
        }

        public string Altered(double factor)
        {
            double value = Parse(Text) * factor;
            return Text.Contains('e', StringComparison.Ordinal) ? value.ToString("0.0e-0", CultureInfo.InvariantCulture) : value.ToString($"F{DigitsAfterPoint(Text)}", CultureInfo.InvariantCulture);
        }

        private static int DigitsAfterPoint(string number) => number.IndexOf('.', StringComparison.Ordinal) is int point and >= 0 ? number.Length - point - 1 : 0;
    }

    private static IEnumerable<Figure> Read(string document)
    {
        string all = CodeBlock().Replace(File.ReadAllText(Path.Combine(TestData.Root, document)), "");
        string[] sections = [.. SectionStart().Split(all).Where(part => part.Length > 0)];
        bool isLog = document.StartsWith("docs/performance/", StringComparison.Ordinal);
        foreach (string section in sections)
        {
            string[] sources = [.. Sources(document, section)];
            if (sources.Length == 0 && isLog) sources = [.. Sources(document, sections[0])];
            SourceRow[] rows = [.. sources.SelectMany(Rows)];
            Quantity[] known = [.. rows.SelectMany(row => row.Numbers)];
            string title = section.Split('\n')[0].TrimStart('#', ' ');
            string prose = string.Join('\n', section.Split('\n').Where(line => !line.StartsWith('|')));
            foreach (string words in NotMeasured) prose = prose.Replace(words, "", StringComparison.Ordinal);
            foreach (Match match in WithUnit().Matches(prose))
            {
                if (IsGoal(prose, match.Index) || (isLog && match.Value.EndsWith('†'))) continue;
                foreach (Match number in Number().Matches(match.Groups[1].Value)) yield return new(title, number.Value.TrimEnd(','), match.Groups[2].Value, match.Value, known);
            }
            if (!isLog) continue;
            string[] heads = [];
            foreach (string line in section.Split('\n'))
            {
                if (!line.StartsWith('|')) { heads = []; continue; }
                string[] cells = line.Trim('|').Split('|');
                if (heads.Length == 0) heads = cells;
                if (cells[0].Contains("---", StringComparison.Ordinal) || heads == cells) continue;
                Quantity[] ofRow = [.. rows.Where(row => IsLabelled(cells[0], row.Case)).SelectMany(row => row.Numbers)];
                for (int column = 1; column < cells.Length; column++)
                {
                    if (heads[column].Trim() == "target") continue;
                    foreach (Match number in Number().Matches(cells[column]))
                    {
                        if (!cells[column].Contains('†', StringComparison.Ordinal)) yield return new(title, number.Value.TrimEnd(','), "", line, ofRow.Length > 0 ? ofRow : known);
                    }
                }
            }
        }
    }

    private static bool IsGoal(string prose, int at)
    {
        int start = prose.LastIndexOfAny(['.', '\n'], Math.Max(0, at - 1)) + 1;
        while (start > 1 && start < prose.Length && !char.IsWhiteSpace(prose[start])) start = prose.LastIndexOfAny(['.', '\n'], start - 2) + 1; // a point within a number
        return GoalWord().IsMatch(prose[start..at]);
    }

    /// <summary>The result files that a text names: by a link, in backticks, or through a link to a document that names them.</summary>
    private static IEnumerable<string> Sources(string document, string text)
    {
        HashSet<string> files = [];
        foreach (Match link in ResultLink().Matches(text)) files.Add(link.Groups[1].Value);
        foreach (Match quoted in Quoted().Matches(text)) files.UnionWith([quoted.Groups[1].Value, $"nvidia-h100/{quoted.Groups[1].Value}"]);
        IEnumerable<string> found = files.SelectMany(name => new[] { name, $"{name}.json", $"{name}.txt", $"{name}.csv" }).Select(name => Path.Combine(Results, name)).Where(File.Exists);
        foreach (Match link in LogLink().Matches(text))
        {
            string log = Path.Combine("docs", "performance", link.Groups[1].Value);
            if (log != document) found = found.Concat(Sources(log, File.ReadAllText(Path.Combine(TestData.Root, log))));
        }
        return found.Select(file => file.EndsWith(".csv", StringComparison.Ordinal) && File.Exists(Path.ChangeExtension(file, "json")) ? Path.ChangeExtension(file, "json") : file).Distinct();
    }

    private sealed record SourceRow(string Case, IReadOnlyList<Quantity> Numbers);

    private static readonly ConcurrentDictionary<string, IReadOnlyList<SourceRow>> Cache = [];

    private static IReadOnlyList<SourceRow> Rows(string file) => Cache.GetOrAdd(file, _ => file.EndsWith(".json", StringComparison.Ordinal) ? OfJson(file) : OfText(file));

    private static double Parse(string number) => double.Parse(number.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static SourceRow[] OfText(string file) =>
        [new("", [.. Number().Matches(File.ReadAllText(file)).Select(number => new Quantity(Parse(number.Value), ""))])];

    private static SourceRow[] OfJson(string file)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(file))!;
        if (root["shaders"] is JsonArray shaders)
            return [.. shaders.OfType<JsonNode>().GroupBy(shader => (string)shader["kernel"]!).Select(kernel => new SourceRow(kernel.Key, [.. kernel.SelectMany(Registers)]))];
        if (root["rows"] is not JsonArray rows) return [];
        return [.. rows.OfType<JsonNode>().GroupBy(row => (Case: Beside().Replace((string)row["case"]!, ""), Metric: (string)row["metric"]!)).Select(group => new SourceRow(group.Key.Case, [.. Numbers([.. group])]))];

        static IEnumerable<Quantity> Numbers(JsonNode[] rows)
        {
            foreach (JsonNode row in rows)
            {
                foreach (Quantity quantity in InUnits((double)row["p50"]!, (string)row["unit"]!)) yield return quantity;
                if (row["error"] is JsonValue error) yield return new(error.GetValue<double>(), "");
                if ((string)row["implementation"]! != "hlx") continue;
                foreach (JsonNode peer in rows.Where(other => (string)other["implementation"]! != "hlx"))
                {
                    double ours = (double)row["p50"]!, theirs = (double)peer["p50"]!;
                    if (ours > 0) yield return new(theirs / ours, "times");
                    if (theirs > 0) yield return new(ours / theirs, "times");
                    if (row["error"] is JsonValue && peer["error"] is JsonValue && (double)row["error"]! > 0) yield return new((double)peer["error"]! / (double)row["error"]!, "times");
                }
            }
        }

        static IEnumerable<Quantity> Registers(JsonNode shader) =>
            ((string[])["vgprs", "subgroups_per_simd", "spilled_registers", "scratch_bytes"]).Select(name => new Quantity((double)shader[name]!, ""));

        static Quantity[] InUnits(double value, string unit) => unit switch
        {
            "us" => [new(value, "µs"), new(value / 1e3, "ms")],
            "ms" => [new(value, "ms"), new(value / 1e3, "s")],
            "J" => [new(value, "J"), new(value * 1e3, "mJ")],
            _ => [new(value, unit)],
        };
    }

    /// <summary>Whether the first cell of a line, such as "`fp32.ieee` 256" or "32 × 4096 × 4096", is this case.</summary>
    private static bool IsLabelled(string cell, string name)
    {
        if (cell.Trim() == name) return true;
        string label = Profile().Replace(cell.Replace("`", "", StringComparison.Ordinal).Replace("*", "", StringComparison.Ordinal).Replace(" × ", "x", StringComparison.Ordinal).Trim(), "");
        return label.Split(", ").Any(part => part == name || $"{part}x{part}x{part}" == name || (int.TryParse(part, out _) && name.Contains($"batch {part}", StringComparison.Ordinal)));
    }

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("(?m)^(?=#+ )")]
    private static partial Regex SectionStart();

    [GeneratedRegex(@"(?<![\w.^×*-])(\d[\d,]*(?:\.\d+)?(?:(?:, (?:and )?| to | and | or | → |–|/| instead of | of )\d[\d,]*(?:\.\d+)?)*) ?(ns|µs|ms|s|mJ|J|W|TFLOP/s|GB/s|TB/s|%|times)(?!\w)†?")]
    private static partial Regex WithUnit();

    [GeneratedRegex(@"(?<![\w.^×*-])\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w×])")]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(?:[Gg]oals?|[Pp]redict\w*|[Ee]xpect\w*|would|target)\b")]
    private static partial Regex GoalWord();

    [GeneratedRegex(@"benchmarks/results/([\w-]+/[\w-]+\.(?:json|csv|txt))")]
    private static partial Regex ResultLink();

    [GeneratedRegex(@"`([\w./-]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"performance/(\w+\.md)")]
    private static partial Regex LogLink();

    [GeneratedRegex(@", beside .*")]
    private static partial Regex Beside();

    [GeneratedRegex(@"^(?:fp32\.\w+|fp16|bf16|i8) ")]
    private static partial Regex Profile();
}
