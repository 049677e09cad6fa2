using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Hlx.Compute;
using Hlx.Spirv;

namespace Hlx.Kernels.Tests;

/// <summary>The installed spirv-val has no objection to any module of the operators, those with cooperative matrices included if it knows them.</summary>
public sealed partial class ModuleValidityTests
{
    // Years of the SPIR-V Tools, in whose first release (2025.1) bfloat16 is unknown. Before it depends on the release.
    private const int MatricesKnownSince = 2025, BFloat16KnownSince = 2026;

    [Fact]
    public void Every_module_is_valid()
    {
        Dictionary<ShaderCode, string> modules = [];
        foreach (DeviceBehaviour behaviour in (DeviceBehaviour[])[DeviceBehaviour.Ieee, new(FusedFma: false, KeepsDenormals: false)])
        {
            foreach (DeviceCapabilities device in (DeviceCapabilities[])[RecordedH100.Capabilities, RecordedH100.Capabilities with { IsCompiledByMesa = true }])
            {
                foreach ((string name, KernelSequence sequence) in KernelCatalog.Sequences(device, behaviour))
                {
                    foreach (KernelLaunch stage in sequence.Stages) modules[stage.Code] = name;
                }
            }
        }
        int year = ToolsYear();
        foreach ((ShaderCode code, string name) in modules)
        {
            int since = code.Module.Capabilities.Contains(Capability.BFloat16CooperativeMatrixKHR) ? BFloat16KnownSince
                : code.Module.Capabilities.Contains(Capability.CooperativeMatrixKHR) ? MatricesKnownSince : 0;
            SpirvValidation verdict = SpirvValidator.Validate(code.Spirv); // throws if the tool refuses what it knows
            Assert.True(verdict == SpirvValidation.Valid || (verdict == SpirvValidation.TooOld && year < since), $"{name}: {verdict}");
        }
        Assert.Contains(modules.Keys, code => code.Module.Capabilities.Contains(Capability.CooperativeMatrixKHR));
        Assert.Contains(modules.Keys, code => code.Module.Capabilities.Contains(Capability.BFloat16CooperativeMatrixKHR));
    }

    private static int ToolsYear()
    {
        using Process process = Process.Start(new ProcessStartInfo("spirv-val", ["--version"]) { RedirectStandardOutput = true })!;
        string version = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return int.Parse(Tools().Match(version).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"SPIRV-Tools v([0-9]+)\.")]
    private static partial Regex Tools();
}
