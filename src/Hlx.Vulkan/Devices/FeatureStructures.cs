using System.Runtime.CompilerServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>
/// The chain of Vulkan's feature structures, filled by a driver or by a plan, and the names of the members that HLX knows. One table
/// serves both ways, so what is reported and what is switched on cannot drift apart.
/// </summary>
internal unsafe struct FeatureStructures
{
    public PhysicalDeviceFeatures2 Core;
    public PhysicalDeviceVulkan11Features V11;
    public PhysicalDeviceVulkan12Features V12;
    public PhysicalDeviceVulkan13Features V13;
    public PhysicalDeviceRobustness2FeaturesEXT Robustness2;
    public PhysicalDevicePipelineRobustnessFeaturesEXT PipelineRobustness;
    public PhysicalDevicePipelineExecutablePropertiesFeaturesKHR PipelineExecutables;
    public PhysicalDeviceShaderAtomicFloatFeaturesEXT AtomicFloat;
    public PhysicalDeviceShaderAtomicFloat2FeaturesEXT AtomicFloat2;
    public PhysicalDeviceShaderImageAtomicInt64FeaturesEXT ImageAtomicInt64;
    public PhysicalDeviceShaderAtomicFloat16VectorFeaturesNV AtomicFloat16Vector;
    public PhysicalDeviceWorkgroupMemoryExplicitLayoutFeaturesKHR WorkgroupLayout;
    public PhysicalDeviceShaderClockFeaturesKHR Clock;
    public PhysicalDeviceShaderSubgroupUniformControlFlowFeaturesKHR SubgroupUniformControlFlow;
    public PhysicalDeviceShaderMaximalReconvergenceFeaturesKHR MaximalReconvergence;
    public PhysicalDeviceShaderQuadControlFeaturesKHR QuadControl;
    public PhysicalDeviceShaderSubgroupRotateFeaturesKHR SubgroupRotate;
    public PhysicalDeviceShaderExpectAssumeFeaturesKHR ExpectAssume;
    public PhysicalDeviceShaderFloatControls2FeaturesKHR FloatControls2;
    public PhysicalDeviceShaderFmaFeaturesKHR Fma;
    public PhysicalDeviceShaderRelaxedExtendedInstructionFeaturesKHR RelaxedExtendedInstruction;
    public PhysicalDeviceComputeShaderDerivativesFeaturesKHR Derivatives;
    public PhysicalDeviceShaderReplicatedCompositesFeaturesEXT ReplicatedComposites;
    public PhysicalDeviceCooperativeMatrixFeaturesKHR CooperativeMatrix;
    public PhysicalDeviceShaderBfloat16FeaturesKHR BFloat16;
    public PhysicalDeviceShaderFloat8FeaturesEXT Float8;
    public MixedFloatDotProductFeatures MixedFloatDotProduct;
    public PhysicalDeviceShaderIntegerFunctions2FeaturesINTEL IntegerFunctions2;
    public PhysicalDeviceShaderSMBuiltinsFeaturesNV SMBuiltins;

    private static readonly (string Extension, StructureType Type, Structure Of)[] Extensions =
    [
        ("VK_EXT_robustness2", StructureType.PhysicalDeviceRobustness2FeaturesExt, static (ref all) => ref Base(ref all.Robustness2)),
        ("VK_EXT_pipeline_robustness", StructureType.PhysicalDevicePipelineRobustnessFeaturesExt, static (ref all) => ref Base(ref all.PipelineRobustness)),
        ("VK_KHR_pipeline_executable_properties", StructureType.PhysicalDevicePipelineExecutablePropertiesFeaturesKhr, static (ref all) => ref Base(ref all.PipelineExecutables)),
        ("VK_EXT_shader_atomic_float", StructureType.PhysicalDeviceShaderAtomicFloatFeaturesExt, static (ref all) => ref Base(ref all.AtomicFloat)),
        ("VK_EXT_shader_atomic_float2", StructureType.PhysicalDeviceShaderAtomicFloat2FeaturesExt, static (ref all) => ref Base(ref all.AtomicFloat2)),
        ("VK_EXT_shader_image_atomic_int64", StructureType.PhysicalDeviceShaderImageAtomicInt64FeaturesExt, static (ref all) => ref Base(ref all.ImageAtomicInt64)),
        ("VK_NV_shader_atomic_float16_vector", StructureType.PhysicalDeviceShaderAtomicFloat16VectorFeaturesNV, static (ref all) => ref Base(ref all.AtomicFloat16Vector)),
        ("VK_KHR_workgroup_memory_explicit_layout", StructureType.PhysicalDeviceWorkgroupMemoryExplicitLayoutFeaturesKhr, static (ref all) => ref Base(ref all.WorkgroupLayout)),
        ("VK_KHR_shader_clock", StructureType.PhysicalDeviceShaderClockFeaturesKhr, static (ref all) => ref Base(ref all.Clock)),
        ("VK_KHR_shader_subgroup_uniform_control_flow", StructureType.PhysicalDeviceShaderSubgroupUniformControlFlowFeaturesKhr, static (ref all) => ref Base(ref all.SubgroupUniformControlFlow)),
        ("VK_KHR_shader_maximal_reconvergence", StructureType.PhysicalDeviceShaderMaximalReconvergenceFeaturesKhr, static (ref all) => ref Base(ref all.MaximalReconvergence)),
        ("VK_KHR_shader_quad_control", StructureType.PhysicalDeviceShaderQuadControlFeaturesKhr, static (ref all) => ref Base(ref all.QuadControl)),
        ("VK_KHR_shader_subgroup_rotate", StructureType.PhysicalDeviceShaderSubgroupRotateFeaturesKhr, static (ref all) => ref Base(ref all.SubgroupRotate)),
        ("VK_KHR_shader_expect_assume", StructureType.PhysicalDeviceShaderExpectAssumeFeaturesKhr, static (ref all) => ref Base(ref all.ExpectAssume)),
        ("VK_KHR_shader_float_controls2", StructureType.PhysicalDeviceShaderFloatControls2FeaturesKhr, static (ref all) => ref Base(ref all.FloatControls2)),
        ("VK_KHR_shader_fma", StructureType.PhysicalDeviceShaderFmaFeaturesKhr, static (ref all) => ref Base(ref all.Fma)),
        ("VK_KHR_shader_relaxed_extended_instruction", StructureType.PhysicalDeviceShaderRelaxedExtendedInstructionFeaturesKhr, static (ref all) => ref Base(ref all.RelaxedExtendedInstruction)),
        ("VK_KHR_compute_shader_derivatives", StructureType.PhysicalDeviceComputeShaderDerivativesFeaturesKhr, static (ref all) => ref Base(ref all.Derivatives)),
        ("VK_EXT_shader_replicated_composites", StructureType.PhysicalDeviceShaderReplicatedCompositesFeaturesExt, static (ref all) => ref Base(ref all.ReplicatedComposites)),
        ("VK_KHR_cooperative_matrix", StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr, static (ref all) => ref Base(ref all.CooperativeMatrix)),
        ("VK_KHR_shader_bfloat16", StructureType.PhysicalDeviceShaderBfloat16FeaturesKhr, static (ref all) => ref Base(ref all.BFloat16)),
        ("VK_EXT_shader_float8", StructureType.PhysicalDeviceShaderFloat8FeaturesExt, static (ref all) => ref Base(ref all.Float8)),
        ("VK_VALVE_shader_mixed_float_dot_product", MixedFloatDotProductFeatures.Type, static (ref all) => ref Base(ref all.MixedFloatDotProduct)),
        ("VK_INTEL_shader_integer_functions2", StructureType.PhysicalDeviceShaderIntegerFunctions2FeaturesIntel, static (ref all) => ref Base(ref all.IntegerFunctions2)),
        ("VK_NV_shader_sm_builtins", StructureType.PhysicalDeviceShaderSMBuiltinsFeaturesNV, static (ref all) => ref Base(ref all.SMBuiltins)),
    ];

    private static readonly Dictionary<string, Member> Members = new(StringComparer.Ordinal)
    {
        ["robustBufferAccess"] = static (ref all) => ref all.Core.Features.RobustBufferAccess,
        ["shaderFloat64"] = static (ref all) => ref all.Core.Features.ShaderFloat64,
        ["shaderInt64"] = static (ref all) => ref all.Core.Features.ShaderInt64,
        ["shaderInt16"] = static (ref all) => ref all.Core.Features.ShaderInt16,
        ["shaderImageGatherExtended"] = static (ref all) => ref all.Core.Features.ShaderImageGatherExtended,
        ["shaderStorageImageMultisample"] = static (ref all) => ref all.Core.Features.ShaderStorageImageMultisample,
        ["imageCubeArray"] = static (ref all) => ref all.Core.Features.ImageCubeArray,
        ["shaderResourceResidency"] = static (ref all) => ref all.Core.Features.ShaderResourceResidency,
        ["shaderResourceMinLod"] = static (ref all) => ref all.Core.Features.ShaderResourceMinLod,
        ["shaderStorageImageReadWithoutFormat"] = static (ref all) => ref all.Core.Features.ShaderStorageImageReadWithoutFormat,
        ["shaderStorageImageWriteWithoutFormat"] = static (ref all) => ref all.Core.Features.ShaderStorageImageWriteWithoutFormat,
        ["shaderUniformBufferArrayDynamicIndexing"] = static (ref all) => ref all.Core.Features.ShaderUniformBufferArrayDynamicIndexing,
        ["shaderSampledImageArrayDynamicIndexing"] = static (ref all) => ref all.Core.Features.ShaderSampledImageArrayDynamicIndexing,
        ["shaderStorageBufferArrayDynamicIndexing"] = static (ref all) => ref all.Core.Features.ShaderStorageBufferArrayDynamicIndexing,
        ["shaderStorageImageArrayDynamicIndexing"] = static (ref all) => ref all.Core.Features.ShaderStorageImageArrayDynamicIndexing,
        ["storageBuffer16BitAccess"] = static (ref all) => ref all.V11.StorageBuffer16BitAccess,
        ["uniformAndStorageBuffer16BitAccess"] = static (ref all) => ref all.V11.UniformAndStorageBuffer16BitAccess,
        ["storagePushConstant16"] = static (ref all) => ref all.V11.StoragePushConstant16,
        ["storageInputOutput16"] = static (ref all) => ref all.V11.StorageInputOutput16,
        ["variablePointersStorageBuffer"] = static (ref all) => ref all.V11.VariablePointersStorageBuffer,
        ["variablePointers"] = static (ref all) => ref all.V11.VariablePointers,
        ["shaderDrawParameters"] = static (ref all) => ref all.V11.ShaderDrawParameters,
        ["storageBuffer8BitAccess"] = static (ref all) => ref all.V12.StorageBuffer8BitAccess,
        ["uniformAndStorageBuffer8BitAccess"] = static (ref all) => ref all.V12.UniformAndStorageBuffer8BitAccess,
        ["storagePushConstant8"] = static (ref all) => ref all.V12.StoragePushConstant8,
        ["shaderBufferInt64Atomics"] = static (ref all) => ref all.V12.ShaderBufferInt64Atomics,
        ["shaderSharedInt64Atomics"] = static (ref all) => ref all.V12.ShaderSharedInt64Atomics,
        ["shaderFloat16"] = static (ref all) => ref all.V12.ShaderFloat16,
        ["shaderInt8"] = static (ref all) => ref all.V12.ShaderInt8,
        ["shaderUniformTexelBufferArrayDynamicIndexing"] = static (ref all) => ref all.V12.ShaderUniformTexelBufferArrayDynamicIndexing,
        ["shaderStorageTexelBufferArrayDynamicIndexing"] = static (ref all) => ref all.V12.ShaderStorageTexelBufferArrayDynamicIndexing,
        ["shaderUniformBufferArrayNonUniformIndexing"] = static (ref all) => ref all.V12.ShaderUniformBufferArrayNonUniformIndexing,
        ["shaderSampledImageArrayNonUniformIndexing"] = static (ref all) => ref all.V12.ShaderSampledImageArrayNonUniformIndexing,
        ["shaderStorageBufferArrayNonUniformIndexing"] = static (ref all) => ref all.V12.ShaderStorageBufferArrayNonUniformIndexing,
        ["shaderStorageImageArrayNonUniformIndexing"] = static (ref all) => ref all.V12.ShaderStorageImageArrayNonUniformIndexing,
        ["shaderUniformTexelBufferArrayNonUniformIndexing"] = static (ref all) => ref all.V12.ShaderUniformTexelBufferArrayNonUniformIndexing,
        ["shaderStorageTexelBufferArrayNonUniformIndexing"] = static (ref all) => ref all.V12.ShaderStorageTexelBufferArrayNonUniformIndexing,
        ["runtimeDescriptorArray"] = static (ref all) => ref all.V12.RuntimeDescriptorArray,
        ["scalarBlockLayout"] = static (ref all) => ref all.V12.ScalarBlockLayout,
        ["uniformBufferStandardLayout"] = static (ref all) => ref all.V12.UniformBufferStandardLayout,
        ["shaderSubgroupExtendedTypes"] = static (ref all) => ref all.V12.ShaderSubgroupExtendedTypes,
        ["timelineSemaphore"] = static (ref all) => ref all.V12.TimelineSemaphore,
        ["bufferDeviceAddress"] = static (ref all) => ref all.V12.BufferDeviceAddress,
        ["vulkanMemoryModel"] = static (ref all) => ref all.V12.VulkanMemoryModel,
        ["vulkanMemoryModelDeviceScope"] = static (ref all) => ref all.V12.VulkanMemoryModelDeviceScope,
        ["pipelineCreationCacheControl"] = static (ref all) => ref all.V13.PipelineCreationCacheControl,
        ["shaderDemoteToHelperInvocation"] = static (ref all) => ref all.V13.ShaderDemoteToHelperInvocation,
        ["shaderTerminateInvocation"] = static (ref all) => ref all.V13.ShaderTerminateInvocation,
        ["subgroupSizeControl"] = static (ref all) => ref all.V13.SubgroupSizeControl,
        ["computeFullSubgroups"] = static (ref all) => ref all.V13.ComputeFullSubgroups,
        ["shaderZeroInitializeWorkgroupMemory"] = static (ref all) => ref all.V13.ShaderZeroInitializeWorkgroupMemory,
        ["shaderIntegerDotProduct"] = static (ref all) => ref all.V13.ShaderIntegerDotProduct,
        ["maintenance4"] = static (ref all) => ref all.V13.Maintenance4,
        ["robustBufferAccess2"] = static (ref all) => ref all.Robustness2.RobustBufferAccess2,
        ["pipelineRobustness"] = static (ref all) => ref all.PipelineRobustness.PipelineRobustness,
        ["pipelineExecutableInfo"] = static (ref all) => ref all.PipelineExecutables.PipelineExecutableInfo,
        ["shaderBufferFloat32Atomics"] = static (ref all) => ref all.AtomicFloat.ShaderBufferFloat32Atomics,
        ["shaderBufferFloat32AtomicAdd"] = static (ref all) => ref all.AtomicFloat.ShaderBufferFloat32AtomicAdd,
        ["shaderBufferFloat64Atomics"] = static (ref all) => ref all.AtomicFloat.ShaderBufferFloat64Atomics,
        ["shaderBufferFloat64AtomicAdd"] = static (ref all) => ref all.AtomicFloat.ShaderBufferFloat64AtomicAdd,
        ["shaderSharedFloat32Atomics"] = static (ref all) => ref all.AtomicFloat.ShaderSharedFloat32Atomics,
        ["shaderSharedFloat32AtomicAdd"] = static (ref all) => ref all.AtomicFloat.ShaderSharedFloat32AtomicAdd,
        ["shaderSharedFloat64Atomics"] = static (ref all) => ref all.AtomicFloat.ShaderSharedFloat64Atomics,
        ["shaderSharedFloat64AtomicAdd"] = static (ref all) => ref all.AtomicFloat.ShaderSharedFloat64AtomicAdd,
        ["shaderImageFloat32Atomics"] = static (ref all) => ref all.AtomicFloat.ShaderImageFloat32Atomics,
        ["shaderImageFloat32AtomicAdd"] = static (ref all) => ref all.AtomicFloat.ShaderImageFloat32AtomicAdd,
        ["shaderBufferFloat16Atomics"] = static (ref all) => ref all.AtomicFloat2.ShaderBufferFloat16Atomics,
        ["shaderBufferFloat16AtomicAdd"] = static (ref all) => ref all.AtomicFloat2.ShaderBufferFloat16AtomicAdd,
        ["shaderBufferFloat16AtomicMinMax"] = static (ref all) => ref all.AtomicFloat2.ShaderBufferFloat16AtomicMinMax,
        ["shaderBufferFloat32AtomicMinMax"] = static (ref all) => ref all.AtomicFloat2.ShaderBufferFloat32AtomicMinMax,
        ["shaderBufferFloat64AtomicMinMax"] = static (ref all) => ref all.AtomicFloat2.ShaderBufferFloat64AtomicMinMax,
        ["shaderSharedFloat16Atomics"] = static (ref all) => ref all.AtomicFloat2.ShaderSharedFloat16Atomics,
        ["shaderSharedFloat16AtomicAdd"] = static (ref all) => ref all.AtomicFloat2.ShaderSharedFloat16AtomicAdd,
        ["shaderSharedFloat16AtomicMinMax"] = static (ref all) => ref all.AtomicFloat2.ShaderSharedFloat16AtomicMinMax,
        ["shaderSharedFloat32AtomicMinMax"] = static (ref all) => ref all.AtomicFloat2.ShaderSharedFloat32AtomicMinMax,
        ["shaderSharedFloat64AtomicMinMax"] = static (ref all) => ref all.AtomicFloat2.ShaderSharedFloat64AtomicMinMax,
        ["shaderImageFloat32AtomicMinMax"] = static (ref all) => ref all.AtomicFloat2.ShaderImageFloat32AtomicMinMax,
        ["shaderImageInt64Atomics"] = static (ref all) => ref all.ImageAtomicInt64.ShaderImageInt64Atomics,
        ["shaderFloat16VectorAtomics"] = static (ref all) => ref all.AtomicFloat16Vector.ShaderFloat16VectorAtomics,
        ["workgroupMemoryExplicitLayout"] = static (ref all) => ref all.WorkgroupLayout.WorkgroupMemoryExplicitLayout,
        ["workgroupMemoryExplicitLayoutScalarBlockLayout"] = static (ref all) => ref all.WorkgroupLayout.WorkgroupMemoryExplicitLayoutScalarBlockLayout,
        ["workgroupMemoryExplicitLayout8BitAccess"] = static (ref all) => ref all.WorkgroupLayout.WorkgroupMemoryExplicitLayout8BitAccess,
        ["workgroupMemoryExplicitLayout16BitAccess"] = static (ref all) => ref all.WorkgroupLayout.WorkgroupMemoryExplicitLayout16BitAccess,
        ["shaderSubgroupClock"] = static (ref all) => ref all.Clock.ShaderSubgroupClock,
        ["shaderDeviceClock"] = static (ref all) => ref all.Clock.ShaderDeviceClock,
        ["shaderSubgroupUniformControlFlow"] = static (ref all) => ref all.SubgroupUniformControlFlow.ShaderSubgroupUniformControlFlow,
        ["shaderMaximalReconvergence"] = static (ref all) => ref all.MaximalReconvergence.ShaderMaximalReconvergence,
        ["shaderQuadControl"] = static (ref all) => ref all.QuadControl.ShaderQuadControl,
        ["shaderSubgroupRotate"] = static (ref all) => ref all.SubgroupRotate.ShaderSubgroupRotate,
        ["shaderSubgroupRotateClustered"] = static (ref all) => ref all.SubgroupRotate.ShaderSubgroupRotateClustered,
        ["shaderExpectAssume"] = static (ref all) => ref all.ExpectAssume.ShaderExpectAssume,
        ["shaderFloatControls2"] = static (ref all) => ref all.FloatControls2.ShaderFloatControls2,
        ["shaderFmaFloat16"] = static (ref all) => ref all.Fma.ShaderFmaFloat16,
        ["shaderFmaFloat32"] = static (ref all) => ref all.Fma.ShaderFmaFloat32,
        ["shaderFmaFloat64"] = static (ref all) => ref all.Fma.ShaderFmaFloat64,
        ["shaderRelaxedExtendedInstruction"] = static (ref all) => ref all.RelaxedExtendedInstruction.ShaderRelaxedExtendedInstruction,
        ["computeDerivativeGroupQuads"] = static (ref all) => ref all.Derivatives.ComputeDerivativeGroupQuads,
        ["computeDerivativeGroupLinear"] = static (ref all) => ref all.Derivatives.ComputeDerivativeGroupLinear,
        ["shaderReplicatedComposites"] = static (ref all) => ref all.ReplicatedComposites.ShaderReplicatedComposites,
        ["cooperativeMatrix"] = static (ref all) => ref all.CooperativeMatrix.CooperativeMatrix,
        ["shaderBFloat16Type"] = static (ref all) => ref all.BFloat16.ShaderBFloat16Type,
        ["shaderBFloat16DotProduct"] = static (ref all) => ref all.BFloat16.ShaderBFloat16DotProduct,
        ["shaderBFloat16CooperativeMatrix"] = static (ref all) => ref all.BFloat16.ShaderBFloat16CooperativeMatrix,
        ["shaderFloat8"] = static (ref all) => ref all.Float8.ShaderFloat8,
        ["shaderFloat8CooperativeMatrix"] = static (ref all) => ref all.Float8.ShaderFloat8CooperativeMatrix,
        ["shaderMixedFloatDotProductFloat16AccFloat32"] = static (ref all) => ref all.MixedFloatDotProduct.ShaderMixedFloatDotProductFloat16AccFloat32,
        ["shaderMixedFloatDotProductFloat16AccFloat16"] = static (ref all) => ref all.MixedFloatDotProduct.ShaderMixedFloatDotProductFloat16AccFloat16,
        ["shaderMixedFloatDotProductBFloat16Acc"] = static (ref all) => ref all.MixedFloatDotProduct.ShaderMixedFloatDotProductBFloat16Acc,
        ["shaderMixedFloatDotProductFloat8AccFloat32"] = static (ref all) => ref all.MixedFloatDotProduct.ShaderMixedFloatDotProductFloat8AccFloat32,
        ["shaderIntegerFunctions2"] = static (ref all) => ref all.IntegerFunctions2.ShaderIntegerFunctions2,
        ["shaderSMBuiltins"] = static (ref all) => ref all.SMBuiltins.ShaderSmbuiltins,
    };

    private delegate ref BaseOutStructure Structure(ref FeatureStructures all);

    private delegate ref Bool32 Member(ref FeatureStructures all);

    /// <summary>The names of all members that HLX knows.</summary>
    public static IEnumerable<string> Known => Members.Keys;

    /// <summary>Links the structures that a device knows. They must not move afterwards.</summary>
    /// <param name="all">The structures.</param>
    /// <param name="api">The device's Vulkan version.</param>
    /// <param name="extensions">The extensions that it offers, or that are switched on.</param>
    public static void Link(ref FeatureStructures all, Version api, IReadOnlyCollection<string> extensions)
    {
        ref BaseOutStructure last = ref Base(ref all.Core);
        last.SType = StructureType.PhysicalDeviceFeatures2;
        last = ref Append(ref last, ref Base(ref all.V11), StructureType.PhysicalDeviceVulkan11Features);
        last = ref Append(ref last, ref Base(ref all.V12), StructureType.PhysicalDeviceVulkan12Features);
        if (api >= new Version(1, 3)) last = ref Append(ref last, ref Base(ref all.V13), StructureType.PhysicalDeviceVulkan13Features);
        foreach ((string extension, StructureType type, Structure structure) in Extensions)
        {
            if (extensions.Contains(extension)) last = ref Append(ref last, ref structure(ref all), type);
        }
    }

    /// <summary>The names of the features that are set.</summary>
    public static List<string> Names(ref FeatureStructures all)
    {
        List<string> names = [];
        foreach ((string name, Member member) in Members)
        {
            if (member(ref all)) names.Add(name);
        }
        return names;
    }

    /// <summary>Sets features by name; names of what is no member of these structures are left out.</summary>
    public static void Set(ref FeatureStructures all, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (Members.TryGetValue(name, out Member? member)) member(ref all) = true;
        }
    }

    private static ref BaseOutStructure Append(ref BaseOutStructure last, ref BaseOutStructure next, StructureType type)
    {
        next.SType = type;
        last.PNext = (BaseOutStructure*)Unsafe.AsPointer(ref next);
        return ref next;
    }

    private static ref BaseOutStructure Base<T>(ref T structure)
        where T : unmanaged => ref Unsafe.As<T, BaseOutStructure>(ref structure);
}
