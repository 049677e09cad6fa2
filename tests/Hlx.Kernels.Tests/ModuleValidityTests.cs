using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Hlx.Compute;
using Hlx.Spirv;

namespace Hlx.Kernels.Tests;

/// <summary>The installed spirv-val has no objection to any module of the operators, those with cooperative matrices included if it knows them.</summary>
public sealed partial class ModuleValidityTests
{
    private const int MatricesKnownSince = 2025, MatricesUnknownUntil = 2023; // years of the SPIR-V Tools; between them it depends on the release

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
            bool hasMatrices = code.Module.Capabilities.Contains(Capability.CooperativeMatrixKHR);
            SpirvValidation verdict = SpirvValidator.Validate(code.Spirv);
            if (!hasMatrices || year >= MatricesKnownSince) Assert.Equal((name, SpirvValidation.Valid), (name, verdict));
            else if (year <= MatricesUnknownUntil) Assert.NotEqual((name, SpirvValidation.NotInstalled), (name, verdict));
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
