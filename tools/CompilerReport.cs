// Writes what a compiler says of the kernels as a result file and as the table of a document.
// Run: dotnet run tools/CompilerReport.cs -- LINES RESULT.json DOCUMENT.md   (scripts/conformance-debian13 --update does)
// LINES is what `Hlx.DeviceReport DEVICE --compile` prints, for one device after the other. The table replaces the document's, which begins with the column of kernels.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

if (args is not [string linesFile, string resultFile, string document])
{
    Console.Error.WriteLine("usage: CompilerReport LINES RESULT.json DOCUMENT.md");
    return 2;
}
JsonNode[] rows = [.. File.ReadLines(linesFile).Select(line => JsonNode.Parse(line)!)];
if (rows.Length == 0)
{
    Console.Error.WriteLine($"error: {linesFile} is empty");
    return 1;
}
JsonSerializerOptions asWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
string driver = (string)rows[0]["driver"]!;
StringBuilder json = new();
json.Append(CultureInfo.InvariantCulture, $"{{\n  \"bench\": \"amd-compiler\",\n  \"driver\": {JsonValue.Create(driver).ToJsonString(asWritten)},\n");
json.Append(CultureInfo.InvariantCulture, $"  \"commit\": \"{Environment.GetEnvironmentVariable("HLX_COMMIT")}\",\n  \"when\": \"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ssZ}\",\n  \"shaders\": [\n");
foreach (JsonNode row in rows)
{
    row["device"] = Family().Match((string)row["device"]!).Groups[1].Value;
    row.AsObject().Remove("driver");
}
json.AppendJoin(",\n", rows.Select(row => $"    {row.ToJsonString(asWritten)}")).Append("\n  ]\n}\n");
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(resultFile))!);
File.WriteAllText(resultFile, json.ToString());

string[] families = [.. rows.Select(row => (string)row["device"]!).Distinct()];
StringBuilder table = new($"| kernel | {string.Join(" | ", families)} |\n|---|{string.Concat(families.Select(_ => "---|"))}\n");
// In the order of the family that has the most kernels.
string longest = families.MaxBy(family => rows.Count(row => (string)row["device"]! == family))!;
foreach (JsonNode kernel in rows.Where(row => (string)row["device"]! == longest).Select(row => row["kernel"]!))
{
    IEnumerable<string> cells = families.Select(family => rows.FirstOrDefault(row => (string)row["device"]! == family && (string)row["kernel"]! == (string)kernel!) is JsonNode row ? Cell(row) : "");
    table.Append(CultureInfo.InvariantCulture, $"| {kernel} | {string.Join(" | ", cells)} |\n");
}
string[] lines = File.ReadAllLines(document);
int start = Array.FindIndex(lines, line => line.StartsWith("| kernel |", StringComparison.Ordinal));
string[] after = [.. lines.Skip(start).SkipWhile(line => line.StartsWith('|'))];
File.WriteAllText(document, string.Join('\n', [.. lines.Take(start), table.ToString().TrimEnd('\n'), .. after]) + '\n');
Console.WriteLine($"{rows.Length} shaders for {families.Length} families: {resultFile}, {document}");
return 0;

static string Cell(JsonNode row)
{
    long spilled = (long)row["spilled_registers"]!, scratch = (long)row["scratch_bytes"]!;
    return $"{row["vgprs"]} / {row["subgroups_per_simd"]}{(spilled + scratch > 0 ? $", spills {spilled}, {scratch} B" : "")}";
}

internal static partial class Program
{
    // RADV names a GPU that is not there "Null hardware (RADV NAVI31)".
    [GeneratedRegex(@"([A-Z0-9]+)\)?$")]
    private static partial Regex Family();
}
