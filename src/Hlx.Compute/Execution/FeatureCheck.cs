using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>Whether a device offers what a module declares that it needs (Vulkan, appendix "Vulkan Environment for SPIR-V").</summary>
internal static class FeatureCheck
{
    private static readonly HashSet<Capability> Always =
        [Capability.Shader, Capability.Matrix, Capability.GroupNonUniform, Capability.SampledBuffer, Capability.ImageBuffer];

    // Whether a device offers these depends on where the memory is: see AtomicUse.
    private static readonly HashSet<Capability> Atomics =
        [Capability.Int64Atomics, Capability.AtomicFloat32AddEXT, Capability.AtomicFloat64AddEXT];

    // What these allow is stated, and offered, for each width of numbers: see SpirvModule.FloatControls.
    private static readonly HashSet<Capability> FloatControls =
        [Capability.DenormPreserve, Capability.DenormFlushToZero, Capability.SignedZeroInfNanPreserve, Capability.RoundingModeRTE, Capability.RoundingModeRTZ];

    private static readonly Dictionary<Capability, string> FeatureOf = new()
    {
        [Capability.StorageImageExtendedFormats] = "shaderStorageImageExtendedFormats",
        [Capability.Float64] = "shaderFloat64",
        [Capability.Int64] = "shaderInt64",
        [Capability.Int16] = "shaderInt16",
        [Capability.Int8] = "shaderInt8",
        [Capability.Float16] = "shaderFloat16",
        [Capability.StorageBuffer16BitAccess] = "storageBuffer16BitAccess",
        [Capability.UniformAndStorageBuffer16BitAccess] = "uniformAndStorageBuffer16BitAccess",
        [Capability.StoragePushConstant16] = "storagePushConstant16",
        [Capability.StorageBuffer8BitAccess] = "storageBuffer8BitAccess",
        [Capability.UniformAndStorageBuffer8BitAccess] = "uniformAndStorageBuffer8BitAccess",
        [Capability.StoragePushConstant8] = "storagePushConstant8",
        [Capability.VulkanMemoryModel] = "vulkanMemoryModel",
        [Capability.VulkanMemoryModelDeviceScope] = "vulkanMemoryModelDeviceScope",
        [Capability.CooperativeMatrixKHR] = "cooperativeMatrix",
        [Capability.BFloat16TypeKHR] = "shaderBFloat16Type",
        [Capability.BFloat16CooperativeMatrixKHR] = "shaderBFloat16CooperativeMatrix",
        [Capability.DotProduct] = "shaderIntegerDotProduct",
        [Capability.DotProductInput4x8Bit] = "shaderIntegerDotProduct",
        [Capability.DotProductInput4x8BitPacked] = "shaderIntegerDotProduct",
        [Capability.DotProductInputAll] = "shaderIntegerDotProduct",
        [Capability.GroupNonUniformVote] = "subgroupVote",
        [Capability.GroupNonUniformArithmetic] = "subgroupArithmetic",
        [Capability.GroupNonUniformBallot] = "subgroupBallot",
        [Capability.GroupNonUniformShuffle] = "subgroupShuffle",
        [Capability.GroupNonUniformShuffleRelative] = "subgroupShuffleRelative",
        [Capability.GroupNonUniformClustered] = "subgroupClustered",
        [Capability.GroupNonUniformQuad] = "subgroupQuad",
    };

    /// <summary>Refuses a module that asks for more than a device offers.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceFeature"/>.</exception>
    public static void Require(SpirvModule module, DeviceCapabilities device)
    {
        if (module.Version > device.SpirvVersion)
            throw Lacks($"the shader is SPIR-V {module.Version}, and the device reads up to {device.SpirvVersion}", "Compile it for an older target");
        foreach (Capability capability in module.Capabilities)
        {
            if (Always.Contains(capability) || FloatControls.Contains(capability) || Atomics.Contains(capability)) continue;
            if (!FeatureOf.TryGetValue(capability, out string? feature))
                throw Lacks($"the shader declares the capability {capability}, which HLX does not switch on", "Compile it without");
            if (!device.Features.Contains(feature))
                throw Lacks($"the shader declares the capability {capability}, and the device does not offer {feature}", "Compile it without, or choose another device with --device");
        }
        foreach (AtomicUse use in AtomicUse.Of(module))
        {
            if (!device.Features.Contains(use.Feature))
                throw Lacks($"the shader uses {use.Instruction} on {use.Where}, and the device does not offer {use.Feature}", "Compile it without, or choose another device with --device");
        }
        foreach ((ExecutionMode mode, uint width) in module.FloatControls)
        {
            if (!device.Features.Contains($"shader{mode}Float{width}"))
                throw Lacks($"the shader asks for {mode} of {width}-bit floats, and the device does not offer it", "Compile it without, or choose another device with --device");
        }
    }

    private static HlxException Lacks(string what, string remedy) => new(ErrorCode.DeviceFeature, what, remedy);
}
