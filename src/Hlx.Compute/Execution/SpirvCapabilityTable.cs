using Hlx.Spirv;

namespace Hlx.Compute;

/// <summary>What a SPIR-V capability needs of Vulkan.</summary>
/// <param name="AnyOf">The features of which one suffices, as <see cref="FeatureTable"/> names them; empty for what every device has.</param>
/// <param name="NotRunBecause">Why HLX does not run modules that declare it, with the feature of Vulkan; null if it does.</param>
internal sealed record CapabilityNeed(IReadOnlyList<string> AnyOf, string? NotRunBecause = null);

/// <summary>
/// The capabilities of Vulkan's list (specification, appendix "Vulkan Environment for SPIR-V", table "List of SPIR-V Capabilities and
/// corresponding Vulkan features, extensions, or core version"). What is not here is not for Vulkan. Some features depend on the use of a
/// capability: see <see cref="SpirvModule.FeatureUses"/>.
/// </summary>
internal static class SpirvCapabilityTable
{
    /// <summary>Stands for Vulkan 1.3 among features.</summary>
    public const string Vulkan13 = "VK_VERSION_1_3";

    private const string
        OtherStage = "it is for stages other than compute; compile the compute entry point into a module of its own",
        Images = "HLX runs kernels on buffers, not on images",
        Rays = "HLX has no acceleration structures",
        Matrices = "of cooperative matrices HLX knows those of VK_KHR_cooperative_matrix",
        Unread = "HLX has no support for it";

    private static readonly Dictionary<Capability, CapabilityNeed> Needs = [];

    static SpirvCapabilityTable()
    {
        foreach (Capability always in (Capability[])
        [
            Capability.Matrix, Capability.Shader, Capability.InputAttachment, Capability.Sampled1D, Capability.Image1D, Capability.SampledBuffer, Capability.ImageBuffer,
            Capability.ImageQuery, Capability.DerivativeControl, Capability.StorageImageExtendedFormats, Capability.DeviceGroup, Capability.ShaderNonUniform,
            Capability.GroupNonUniform, // basic operations of subgroups are guaranteed for compute
        ])
        {
            Needs.Add(always, new([]));
        }
        foreach ((Capability capability, string[] anyOf) in WithFeatures()) Needs.Add(capability, new(anyOf));
        foreach ((string reason, string feature, Capability[] capabilities) in NotRun())
        {
            foreach (Capability capability in capabilities) Needs.Add(capability, new([], feature.Length > 0 ? $"{reason} ({feature})" : reason));
        }
    }

    /// <summary>The capabilities of the list, by their numbers.</summary>
    public static IEnumerable<(Capability Capability, CapabilityNeed Need)> All => Needs.OrderBy(row => row.Key).Select(row => (row.Key, row.Value));

    /// <summary>What a capability needs; null for one that is not for Vulkan.</summary>
    public static CapabilityNeed? Find(Capability capability) => Needs.GetValueOrDefault(capability);

    private static IEnumerable<(Capability Capability, string[] AnyOf)> WithFeatures() =>
    [
        (Capability.Float64, ["shaderFloat64"]),
        (Capability.Int64, ["shaderInt64"]),
        (Capability.Int16, ["shaderInt16"]),
        (Capability.Int8, ["shaderInt8"]),
        (Capability.Float16, ["shaderFloat16"]),
        (Capability.Int64Atomics, ["shaderBufferInt64Atomics", "shaderSharedInt64Atomics", "shaderImageInt64Atomics"]),
        (Capability.AtomicFloat16AddEXT, ["shaderBufferFloat16AtomicAdd", "shaderSharedFloat16AtomicAdd"]),
        (Capability.AtomicFloat32AddEXT, ["shaderBufferFloat32AtomicAdd", "shaderSharedFloat32AtomicAdd", "shaderImageFloat32AtomicAdd"]),
        (Capability.AtomicFloat64AddEXT, ["shaderBufferFloat64AtomicAdd", "shaderSharedFloat64AtomicAdd"]),
        (Capability.AtomicFloat16MinMaxEXT, ["shaderBufferFloat16AtomicMinMax", "shaderSharedFloat16AtomicMinMax"]),
        (Capability.AtomicFloat32MinMaxEXT, ["shaderBufferFloat32AtomicMinMax", "shaderSharedFloat32AtomicMinMax", "shaderImageFloat32AtomicMinMax"]),
        (Capability.AtomicFloat64MinMaxEXT, ["shaderBufferFloat64AtomicMinMax", "shaderSharedFloat64AtomicMinMax"]),
        (Capability.AtomicFloat16VectorNV, ["shaderFloat16VectorAtomics"]),
        (Capability.Int64ImageEXT, ["shaderImageInt64Atomics"]),
        (Capability.ImageGatherExtended, ["shaderImageGatherExtended"]),
        (Capability.StorageImageMultisample, ["shaderStorageImageMultisample"]),
        (Capability.ImageMSArray, ["shaderStorageImageMultisample"]),
        (Capability.ImageCubeArray, ["imageCubeArray"]),
        (Capability.SampledCubeArray, ["imageCubeArray"]),
        (Capability.SparseResidency, ["shaderResourceResidency"]),
        (Capability.MinLod, ["shaderResourceMinLod"]),
        (Capability.StorageImageReadWithoutFormat, ["shaderStorageImageReadWithoutFormat", Vulkan13]),
        (Capability.StorageImageWriteWithoutFormat, ["shaderStorageImageWriteWithoutFormat", Vulkan13]),
        (Capability.UniformBufferArrayDynamicIndexing, ["shaderUniformBufferArrayDynamicIndexing"]),
        (Capability.SampledImageArrayDynamicIndexing, ["shaderSampledImageArrayDynamicIndexing"]),
        (Capability.StorageBufferArrayDynamicIndexing, ["shaderStorageBufferArrayDynamicIndexing"]),
        (Capability.StorageImageArrayDynamicIndexing, ["shaderStorageImageArrayDynamicIndexing"]),
        (Capability.UniformTexelBufferArrayDynamicIndexing, ["shaderUniformTexelBufferArrayDynamicIndexing"]),
        (Capability.StorageTexelBufferArrayDynamicIndexing, ["shaderStorageTexelBufferArrayDynamicIndexing"]),
        (Capability.UniformBufferArrayNonUniformIndexing, ["shaderUniformBufferArrayNonUniformIndexing"]),
        (Capability.SampledImageArrayNonUniformIndexing, ["shaderSampledImageArrayNonUniformIndexing"]),
        (Capability.StorageBufferArrayNonUniformIndexing, ["shaderStorageBufferArrayNonUniformIndexing"]),
        (Capability.StorageImageArrayNonUniformIndexing, ["shaderStorageImageArrayNonUniformIndexing"]),
        (Capability.UniformTexelBufferArrayNonUniformIndexing, ["shaderUniformTexelBufferArrayNonUniformIndexing"]),
        (Capability.StorageTexelBufferArrayNonUniformIndexing, ["shaderStorageTexelBufferArrayNonUniformIndexing"]),
        (Capability.RuntimeDescriptorArray, ["runtimeDescriptorArray"]),
        (Capability.DrawParameters, ["shaderDrawParameters"]),
        (Capability.VariablePointersStorageBuffer, ["variablePointersStorageBuffer"]),
        (Capability.VariablePointers, ["variablePointers"]),
        (Capability.StorageBuffer16BitAccess, ["storageBuffer16BitAccess"]),
        (Capability.UniformAndStorageBuffer16BitAccess, ["uniformAndStorageBuffer16BitAccess"]),
        (Capability.StoragePushConstant16, ["storagePushConstant16"]),
        (Capability.StorageInputOutput16, ["storageInputOutput16"]),
        (Capability.StorageBuffer8BitAccess, ["storageBuffer8BitAccess"]),
        (Capability.UniformAndStorageBuffer8BitAccess, ["uniformAndStorageBuffer8BitAccess"]),
        (Capability.StoragePushConstant8, ["storagePushConstant8"]),
        (Capability.WorkgroupMemoryExplicitLayoutKHR, ["workgroupMemoryExplicitLayout"]),
        (Capability.WorkgroupMemoryExplicitLayout8BitAccessKHR, ["workgroupMemoryExplicitLayout8BitAccess"]),
        (Capability.WorkgroupMemoryExplicitLayout16BitAccessKHR, ["workgroupMemoryExplicitLayout16BitAccess"]),
        (Capability.VulkanMemoryModel, ["vulkanMemoryModel"]),
        (Capability.VulkanMemoryModelDeviceScope, ["vulkanMemoryModelDeviceScope"]),
        (Capability.GroupNonUniformVote, ["subgroupVote"]),
        (Capability.GroupNonUniformArithmetic, ["subgroupArithmetic"]),
        (Capability.GroupNonUniformBallot, ["subgroupBallot"]),
        (Capability.GroupNonUniformShuffle, ["subgroupShuffle"]),
        (Capability.GroupNonUniformShuffleRelative, ["subgroupShuffleRelative"]),
        (Capability.GroupNonUniformClustered, ["subgroupClustered"]),
        (Capability.GroupNonUniformQuad, ["subgroupQuad"]),
        (Capability.GroupNonUniformPartitionedEXT, ["subgroupPartitioned"]),
        (Capability.GroupNonUniformRotateKHR, ["shaderSubgroupRotate"]),
        (Capability.SubgroupBallotKHR, ["VK_EXT_shader_subgroup_ballot"]),
        (Capability.SubgroupVoteKHR, ["VK_EXT_shader_subgroup_vote"]),
        (Capability.QuadControlKHR, ["shaderQuadControl"]),
        (Capability.ShaderClockKHR, ["shaderSubgroupClock", "shaderDeviceClock"]),
        (Capability.DemoteToHelperInvocation, ["shaderDemoteToHelperInvocation"]),
        (Capability.ExpectAssumeKHR, ["shaderExpectAssume"]),
        (Capability.FloatControls2, ["shaderFloatControls2"]),
        (Capability.FMAKHR, ["shaderFmaFloat16", "shaderFmaFloat32", "shaderFmaFloat64"]),
        (Capability.DenormPreserve, ["shaderDenormPreserveFloat16", "shaderDenormPreserveFloat32", "shaderDenormPreserveFloat64"]),
        (Capability.DenormFlushToZero, ["shaderDenormFlushToZeroFloat16", "shaderDenormFlushToZeroFloat32", "shaderDenormFlushToZeroFloat64"]),
        (Capability.SignedZeroInfNanPreserve, ["shaderSignedZeroInfNanPreserveFloat16", "shaderSignedZeroInfNanPreserveFloat32", "shaderSignedZeroInfNanPreserveFloat64"]),
        (Capability.RoundingModeRTE, ["shaderRoundingModeRTEFloat16", "shaderRoundingModeRTEFloat32", "shaderRoundingModeRTEFloat64"]),
        (Capability.RoundingModeRTZ, ["shaderRoundingModeRTZFloat16", "shaderRoundingModeRTZFloat32", "shaderRoundingModeRTZFloat64"]),
        (Capability.DotProduct, ["shaderIntegerDotProduct"]),
        (Capability.DotProductInputAll, ["shaderIntegerDotProduct"]),
        (Capability.DotProductInput4x8Bit, ["shaderIntegerDotProduct"]),
        (Capability.DotProductInput4x8BitPacked, ["shaderIntegerDotProduct"]),
        (Capability.ComputeDerivativeGroupQuadsKHR, ["computeDerivativeGroupQuads"]),
        (Capability.ComputeDerivativeGroupLinearKHR, ["computeDerivativeGroupLinear"]),
        (Capability.ReplicatedCompositesEXT, ["shaderReplicatedComposites"]),
        (Capability.CooperativeMatrixKHR, ["cooperativeMatrix"]),
        (Capability.BFloat16TypeKHR, ["shaderBFloat16Type"]),
        (Capability.BFloat16DotProductKHR, ["shaderBFloat16DotProduct"]),
        (Capability.BFloat16CooperativeMatrixKHR, ["shaderBFloat16CooperativeMatrix"]),
        (Capability.Float8EXT, ["shaderFloat8"]),
        (Capability.Float8CooperativeMatrixEXT, ["shaderFloat8CooperativeMatrix"]),
        (Capability.DotProductFloat16AccFloat32VALVE, ["shaderMixedFloatDotProductFloat16AccFloat32"]),
        (Capability.DotProductFloat16AccFloat16VALVE, ["shaderMixedFloatDotProductFloat16AccFloat16"]),
        (Capability.DotProductBFloat16AccVALVE, ["shaderMixedFloatDotProductBFloat16Acc"]),
        (Capability.DotProductFloat8AccFloat32VALVE, ["shaderMixedFloatDotProductFloat8AccFloat32"]),
        (Capability.IntegerFunctions2INTEL, ["shaderIntegerFunctions2"]),
        (Capability.ShaderSMBuiltinsNV, ["shaderSMBuiltins"]),
    ];

    private static IEnumerable<(string Reason, string Feature, Capability[] Capabilities)> NotRun() =>
    [
        ("HLX gives kernels buffers, not their addresses", "bufferDeviceAddress", [Capability.PhysicalStorageBufferAddresses]),
        (Rays, "rayQuery", [Capability.RayQueryKHR, Capability.RayTraversalPrimitiveCullingKHR]),
        (Rays, "rayTracingMaintenance1", [Capability.RayCullMaskKHR]),
        (Rays, "rayTracingPositionFetch", [Capability.RayQueryPositionFetchKHR, Capability.RayTracingPositionFetchKHR]),
        (Rays, "micromap", [Capability.RayTracingOpacityMicromapKHR, Capability.RayTracingOpacityMicromapExecutionModeKHR]),
        (Rays, "VK_NV_ray_tracing_linear_swept_spheres", [Capability.RayTracingSpheresGeometryNV, Capability.RayTracingLinearSweptSpheresGeometryNV]),
        (Rays, "clusterAccelerationStructure", [Capability.RayTracingClusterAccelerationStructureNV]),
        (Images, "imageFootprint", [Capability.ImageFootprintNV]),
        (Images, "VK_AMD_shader_image_load_store_lod", [Capability.ImageReadWriteLodAMD]),
        (Images, "VK_AMD_texture_gather_bias_lod", [Capability.ImageGatherBiasLodAMD]),
        (Images, "VK_QCOM_image_processing", [Capability.TextureSampleWeightedQCOM, Capability.TextureBoxFilterQCOM, Capability.TextureBlockMatchQCOM]),
        (Images, "VK_QCOM_image_processing2", [Capability.TextureBlockMatch2QCOM]),
        (Images, "VK_QCOM_image_processing3", [Capability.ImageGatherLinearQCOM, Capability.ImageGatherExtendedModesQCOM]),
        (Matrices, "VK_NV_cooperative_matrix", [Capability.CooperativeMatrixNV]),
        (Matrices, "VK_QCOM_cooperative_matrix_conversion", [Capability.CooperativeMatrixConversionQCOM]),
        (Matrices, "VK_NV_cooperative_matrix2",
        [
            Capability.TensorAddressingNV, Capability.CooperativeMatrixConversionsNV, Capability.CooperativeMatrixTensorAddressingNV, Capability.CooperativeMatrixBlockLoadsNV,
        ]),
        (Matrices, "VK_NV_cooperative_matrix2 or VK_EXT_cooperative_matrix_maintenance1",
            [Capability.CooperativeMatrixReductionsEXT, Capability.CooperativeMatrixPerElementOperationsEXT]),
        (Matrices, "VK_EXT_cooperative_matrix_maintenance1", [Capability.CooperativeMatrixConversionsEXT, Capability.CooperativeMatrixGetCoordinateEXT]),
        (Matrices, "cooperativeMatrixDecodeVector", [Capability.CooperativeMatrixDecodeVectorNV]),
        (Unread, "cooperativeVector", [Capability.CooperativeVectorNV]),
        (Unread, "cooperativeVectorTraining", [Capability.CooperativeVectorTrainingNV]),
        (Unread, "shaderRawAccessChains", [Capability.RawAccessChainsNV]),
        (Unread, "shaderUntypedPointers", [Capability.UntypedPointersKHR]),
        (Unread, "descriptorHeap", [Capability.DescriptorHeapEXT]),
        (Unread, "longVector", [Capability.LongVectorEXT]),
        (Unread, "shader64BitIndexing", [Capability.Shader64BitIndexingEXT]),
        (Unread, "pushConstantBank", [Capability.PushConstantBanksNV]),
        (Unread, "shaderSplitBarrier", [Capability.SplitBarrierEXT]),
        (Unread, "shaderMultipleWaitQueues", [Capability.MultipleWaitQueuesQCOM]),
        (Unread, "shaderConstantData", [Capability.ConstantDataKHR]),
        (Unread, "shaderAbort", [Capability.AbortKHR]),
        (Unread, "shaderCoreBuiltins", [Capability.CoreBuiltinsARM]),
        (Unread, "VK_ARM_tensors", [Capability.TensorsARM, Capability.StorageTensorArrayDynamicIndexingARM, Capability.StorageTensorArrayNonUniformIndexingARM]),
        (Unread, "dataGraph", [Capability.GraphARM]),
        (Unread, "VK_EXT_shader_ocp_microscaling_types",
            [Capability.Float4EXT, Capability.Float6EXT, Capability.Float8UnsignedE8M0EXT, Capability.MXInt8EXT, Capability.BitcastExtractEXT]),
        (OtherStage, "",
        [
            Capability.Geometry, Capability.Tessellation, Capability.TessellationPointSize, Capability.GeometryPointSize, Capability.ClipDistance, Capability.CullDistance,
            Capability.SampleRateShading, Capability.InterpolationFunction, Capability.MultiViewport, Capability.MultiView, Capability.StencilExportEXT,
            Capability.FragmentMaskAMD, Capability.SampleMaskOverrideCoverageNV, Capability.GeometryShaderPassthroughNV, Capability.ShaderViewportIndex,
            Capability.ShaderLayer, Capability.ShaderViewportIndexLayerEXT, Capability.ShaderViewportMaskNV, Capability.PerViewAttributesNV,
            Capability.SampleMaskPostDepthCoverage, Capability.InputAttachmentArrayDynamicIndexing, Capability.InputAttachmentArrayNonUniformIndexing,
            Capability.FragmentFullyCoveredEXT, Capability.MeshShadingNV, Capability.MeshShadingEXT, Capability.RayTracingKHR, Capability.RayTracingNV,
            Capability.RayTracingMotionBlurNV, Capability.TransformFeedback, Capability.GeometryStreams, Capability.FragmentDensityEXT,
            Capability.FragmentShaderSampleInterlockEXT, Capability.FragmentShaderPixelInterlockEXT, Capability.FragmentShaderShadingRateInterlockEXT,
            Capability.FragmentShadingRateKHR, Capability.FragmentBarycentricKHR, Capability.ShaderInvocationReorderNV, Capability.ShaderInvocationReorderEXT,
            Capability.TileImageColorReadAccessEXT, Capability.TileImageDepthReadAccessEXT, Capability.TileImageStencilReadAccessEXT, Capability.TileShadingQCOM,
            Capability.ShaderEnqueueAMDX,
        ]),
    ];
}
