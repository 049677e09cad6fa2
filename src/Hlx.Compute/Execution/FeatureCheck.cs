using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// Whether a device offers what a module needs: the capabilities and extensions that it declares (<see cref="SpirvCapabilityTable"/>,
/// <see cref="SpirvExtensionTable"/>), and what its instructions, types and modes use beyond that.
/// </summary>
internal static class FeatureCheck
{
    private const string Without = "Compile it without, or choose another device with --device";

    /// <summary>Refuses a module that asks for more than a device offers.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceFeature"/>.</exception>
    public static void Require(SpirvModule module, DeviceCapabilities device)
    {
        if (module.Version > device.SpirvVersion)
            throw Lacks($"the shader is SPIR-V {module.Version}, and the device reads up to {device.SpirvVersion}", "Compile it for an older target");
        foreach (Capability capability in module.Capabilities) RequireRun(capability);
        foreach (FeatureUse use in module.FeatureUses) // says more than the capability that allows it
        {
            if (!device.Features.Contains(use.Feature))
                throw Lacks($"the shader uses {use.What}, and the device does not offer {FeatureTable.InVulkan(use.Feature)}", Without);
        }
        foreach (Capability capability in module.Capabilities) Require(capability, device);
        foreach (string extension in module.Extensions) Require(extension, device);
        foreach ((ExecutionMode mode, uint width) in module.FloatControls)
        {
            string feature = $"shader{mode}Float{width}";
            if (!device.Features.Contains(feature))
                throw Lacks($"the shader asks for {mode} of {width}-bit floats, and the device does not offer {feature}", Without);
        }
    }

    private static void RequireRun(Capability capability)
    {
        CapabilityNeed need = SpirvCapabilityTable.Find(capability)
            ?? throw Lacks($"the shader declares the capability {NameOf(capability)}, which is not among those that Vulkan allows", "Compile it for Vulkan");
        if (need.NotRunBecause is string reason)
            throw Lacks($"the shader declares the capability {NameOf(capability)}, which HLX does not switch on: {reason}", "Compile it without");
    }

    private static void Require(Capability capability, DeviceCapabilities device)
    {
        IReadOnlyList<string> anyOf = SpirvCapabilityTable.Find(capability)!.AnyOf;
        if (anyOf.Count == 0 || anyOf.Any(feature => IsOffered(feature, device))) return;
        throw Lacks(
            $"the shader declares the capability {NameOf(capability)}, and the device does not offer {string.Join(" or ", anyOf.Select(FeatureTable.InVulkan))}", Without);
    }

    private static string NameOf(Capability capability) => Enum.IsDefined(capability) ? $"{capability} ({(uint)capability})" : $"{(uint)capability}";

    private static void Require(string extension, DeviceCapabilities device)
    {
        if (!SpirvExtensionTable.TryFind(extension, out string? need))
            throw Lacks($"the shader declares the extension {extension}, which HLX does not switch on", "Compile it without");
        if (need is not null && !IsOffered(need, device) && !FeatureTable.IsOn(need, device.Features))
            throw Lacks($"the shader declares the extension {extension}, and the device does not offer {need}", Without);
    }

    private static bool IsOffered(string feature, DeviceCapabilities device) =>
        feature == SpirvCapabilityTable.Vulkan13 ? device.SpirvVersion >= new Version(1, 6) : device.Features.Contains(feature);

    private static HlxException Lacks(string what, string remedy) => new(ErrorCode.DeviceFeature, what, remedy);
}
