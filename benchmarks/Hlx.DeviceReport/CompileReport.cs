using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hlx.Vulkan;

namespace Hlx.DeviceReport;

/// <summary>
/// What a driver's compiler makes of every kernel that HLX ships, on a device that need not be there: nothing is executed. Written as a line of JSON
/// for each shader.
/// </summary>
internal static partial class CompileReport
{
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Compiles all kernels.</summary>
    /// <param name="address">The device.</param>
    /// <param name="output">Where the lines go.</param>
    /// <param name="folder">Where the SPIR-V modules go; null for nowhere.</param>
    /// <returns>How many spill; null if the driver tells nothing of a kernel.</returns>
    public static int? Write(string address, TextWriter output, string? folder)
    {
        Dictionary<string, Dictionary<string, double>> rows = [];
        using DriverCompiler compiler = new(address);
        string device = compiler.Plan.Snapshot.Name, driver = compiler.Plan.Snapshot.Driver;
        // A device with fma, for the kernels that need it; and one without, for the one that does without.
        foreach (DeviceBehaviour behaviour in (DeviceBehaviour[])[DeviceBehaviour.Ieee, DeviceBehaviour.Ieee with { FusedFma = false, Digest = "without fma" }])
        {
            foreach ((string name, KernelSequence sequence) in KernelCatalog.Sequences(compiler.Plan.Capabilities, behaviour))
            {
                string kernel = Short(name);
                for (int stage = 0; stage < sequence.Stages.Count; stage++)
                {
                    Dictionary<string, double> told = [];
                    foreach ((string statistic, double value) in compiler.Compile(sequence.Stages[stage])) told[statistic] = value;
                    if (told.Count == 0) return null;
                    rows[sequence.Stages.Count == 1 ? kernel : $"{kernel}, stage {stage}"] = told;
                    if (folder is null) continue;
                    Directory.CreateDirectory(folder);
                    ShaderCode code = sequence.Stages[stage].Code;
                    File.WriteAllBytes(Path.Combine(folder, $"{code.Handle["&h_".Length..]}.spv"), code.Spirv.ToArray());
                }
            }
        }
        foreach ((string name, Dictionary<string, double> told) in rows)
        {
            output.WriteLine(new JsonObject
            {
                ["device"] = device,
                ["driver"] = driver,
                ["kernel"] = name,
                ["vgprs"] = Of(told, "VGPRs"),
                ["sgprs"] = Of(told, "SGPRs"),
                ["lds_bytes"] = Of(told, "LDS size"),
                ["code_bytes"] = Of(told, "Code size"),
                ["subgroups_per_simd"] = Of(told, "Subgroups per SIMD"),
                ["spilled_registers"] = Of(told, "Spilled SGPRs") + Of(told, "Spilled VGPRs"),
                ["scratch_bytes"] = Of(told, "Scratch size"),
            }.ToJsonString(AsWritten));
        }
        int spilling = rows.Values.Count(told => DriverCompiler.SpillStatistics.Any(spill => told.GetValueOrDefault(spill) > 0));
        Console.Error.WriteLine($"{device}, {driver}: {rows.Count} shaders compiled, {spilling} spill");
        return rows.Count == 0 ? null : spilling;
    }

    // FmaTile { Rows = 32, Columns = 64, Depth = 16, … } is fma 32×64×16.
    private static string Short(string name) =>
        Tile().Replace(name, match => $"{match.Groups["kind"].Value.ToLowerInvariant()} {match.Groups["rows"].Value}×{match.Groups["columns"].Value}×{match.Groups["depth"].Value}");

    [GeneratedRegex(@"(?<kind>\w+)Tile \{.*\bRows = (?<rows>\d+), Columns = (?<columns>\d+), Depth = (?<depth>\d+).*\}")]
    private static partial Regex Tile();

    private static long Of(Dictionary<string, double> told, string name) => (long)told.GetValueOrDefault(name);
}
