// Writes FOLDER/conformance.json from what the conformance suite and `hlx devices --json` wrote on a device.
// Run: dotnet run tools/ConformanceReport.cs -- TESTS.json DEVICES.json ADDRESS FOLDER   (scripts/conformance does)
using System.Text.Json;
using System.Text.Json.Nodes;

if (args is not [string testsFile, string devicesFile, string address, string folder])
{
    Console.Error.WriteLine("usage: ConformanceReport TESTS.json DEVICES.json ADDRESS FOLDER");
    return 2;
}
JsonNode tests = JsonNode.Parse(File.ReadAllText(testsFile))!["results"]!;
JsonArray devices = JsonNode.Parse(File.ReadAllText(devicesFile))!.AsArray();
string key = address["vulkan://".Length..];
JsonNode device = devices.FirstOrDefault(entry => (string)entry!["address"]! == address || $"{entry["index"]}" == key
    || ((string)entry["name"]!).Contains(key, StringComparison.OrdinalIgnoreCase))
    ?? throw new ArgumentException($"{devicesFile} does not list {address}");

JsonArray suites = [];
foreach (IGrouping<string, JsonNode?> suite in tests["tests"]!.AsArray().GroupBy(test => (string)test!["extra"]!["type"]!).OrderBy(suite => suite.Key, StringComparer.Ordinal))
{
    suites.Add((JsonNode)new JsonObject
    {
        ["suite"] = suite.Key,
        ["passed"] = suite.Count(test => (string)test!["status"]! == "passed"),
        ["failed"] = suite.Count(test => (string)test!["status"]! == "failed"),
        ["skipped"] = suite.Count(test => (string)test!["status"]! is not ("passed" or "failed")),
        ["seconds"] = Math.Round(suite.Sum(test => (double)test!["duration"]!) / 1000, 1),
    });
}
JsonNode summary = tests["summary"]!;
JsonObject report = new()
{
    ["bench"] = "conformance",
    ["device"] = (string)device["name"]!,
    ["driver"] = (string)device["driver"]!,
    ["commit"] = Environment.GetEnvironmentVariable("HLX_COMMIT") ?? "",
    ["when"] = DateTimeOffset.FromUnixTimeMilliseconds((long)summary["start"]!).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
    ["settings"] = new JsonObject
    {
        ["api_version"] = (string)device["api_version"]!,
        ["fingerprint"] = (string)device["fingerprint"]!,
        ["behaviour"] = device["behaviour"]!.DeepClone(),
        ["validation"] = Environment.GetEnvironmentVariable("HLX_LAYER") is { Length: > 0 } layer
            ? $"{layer}, core and synchronization; any message fails the test that caused it"
            : "the installed Khronos layer, core and synchronization; any message fails the test that caused it",
        ["without_the_layer"] = new JsonArray(
            "EmittedShader.CooperativeMatrix: SPV_KHR_cooperative_matrix is newer than the layer of Debian 12",
            "Many_contexts_may_be_opened_and_closed_at_once: that layer crashes where threads open devices side by side"),
        ["reference"] = "independent CPU code, compared byte for byte",
    },
    ["passed"] = summary["passed"]!.DeepClone(),
    ["failed"] = summary["failed"]!.DeepClone(),
    ["suites"] = suites,
    ["failures"] = new JsonArray([.. tests["tests"]!.AsArray().Where(test => (string)test!["status"]! == "failed").Select(test => (JsonNode)(string)test!["name"]!)]),
};
Directory.CreateDirectory(folder);
string path = Path.Combine(folder, "conformance.json");
File.WriteAllText(path, report.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
Console.WriteLine($"{summary["passed"]} passed, {summary["failed"]} failed: {path}");
return (int)summary["failed"]! == 0 ? 0 : 1;
