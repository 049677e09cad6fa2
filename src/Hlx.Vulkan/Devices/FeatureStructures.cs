using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>
/// The chain of Vulkan's feature structures, filled by a driver or by a plan, and the names of the members that HLX knows. One table
/// serves both ways, so what is reported and what is switched on cannot drift apart.
/// </summary>
internal unsafe ref struct FeatureStructures
{
    public PhysicalDeviceFeatures2 Core;
    public PhysicalDeviceVulkan11Features V11;
    public PhysicalDeviceVulkan12Features V12;
    public PhysicalDeviceVulkan13Features V13;
    public PhysicalDeviceRobustness2FeaturesEXT Robustness2;
    public PhysicalDeviceShaderAtomicFloatFeaturesEXT AtomicFloat;
    public PhysicalDeviceCooperativeMatrixFeaturesKHR CooperativeMatrix;
    public PhysicalDevicePipelineRobustnessFeaturesEXT PipelineRobustness;
    public PhysicalDevicePipelineExecutablePropertiesFeaturesKHR PipelineExecutables;
    public PhysicalDeviceShaderBfloat16FeaturesKHR BFloat16;

    private static readonly string[] Known =
    [
        "robustBufferAccess", "shaderFloat64", "shaderInt64", "shaderInt16", "storageBuffer16BitAccess", "uniformAndStorageBuffer16BitAccess", "storagePushConstant16",
        "shaderFloat16", "shaderInt8", "storageBuffer8BitAccess", "uniformAndStorageBuffer8BitAccess", "storagePushConstant8", "shaderBufferInt64Atomics",
        "timelineSemaphore", "vulkanMemoryModel", "vulkanMemoryModelDeviceScope", "bufferDeviceAddress", "scalarBlockLayout", "subgroupSizeControl", "computeFullSubgroups",
        "maintenance4", "shaderIntegerDotProduct", "pipelineCreationCacheControl", "robustBufferAccess2", "shaderBufferFloat32AtomicAdd", "cooperativeMatrix",
        "pipelineRobustness", "pipelineExecutableInfo", "shaderBFloat16Type", "shaderBFloat16CooperativeMatrix", "shaderSharedInt64Atomics",
        "shaderBufferFloat32Atomics", "shaderSharedFloat32Atomics", "shaderSharedFloat32AtomicAdd", "shaderBufferFloat64Atomics", "shaderSharedFloat64Atomics",
        "shaderBufferFloat64AtomicAdd", "shaderSharedFloat64AtomicAdd",
    ];

    /// <summary>Links the structures that a device knows. The structure must not move afterwards.</summary>
    /// <param name="api">The device's Vulkan version.</param>
    /// <param name="extensions">The extensions that it offers, or that are switched on.</param>
    public void Link(Version api, IReadOnlyCollection<string> extensions)
    {
        Core.SType = StructureType.PhysicalDeviceFeatures2;
        V11.SType = StructureType.PhysicalDeviceVulkan11Features;
        V12.SType = StructureType.PhysicalDeviceVulkan12Features;
        V13.SType = StructureType.PhysicalDeviceVulkan13Features;
        Robustness2.SType = StructureType.PhysicalDeviceRobustness2FeaturesExt;
        AtomicFloat.SType = StructureType.PhysicalDeviceShaderAtomicFloatFeaturesExt;
        CooperativeMatrix.SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr;
        PipelineRobustness.SType = StructureType.PhysicalDevicePipelineRobustnessFeaturesExt;
        PipelineExecutables.SType = StructureType.PhysicalDevicePipelineExecutablePropertiesFeaturesKhr;
        BFloat16.SType = StructureType.PhysicalDeviceShaderBfloat16FeaturesKhr;
        fixed (void* v11 = &V11, v12 = &V12, v13 = &V13, robustness = &Robustness2, atomicFloat = &AtomicFloat, matrix = &CooperativeMatrix)
        fixed (void* pipelineRobustness = &PipelineRobustness, executables = &PipelineExecutables, bfloat16 = &BFloat16)
        {
            Core.PNext = v11;
            V11.PNext = v12;
            void** next = &((PhysicalDeviceVulkan12Features*)v12)->PNext;
            if (api >= new Version(1, 3)) next = Append(next, v13, &((PhysicalDeviceVulkan13Features*)v13)->PNext);
            if (extensions.Contains("VK_EXT_robustness2")) next = Append(next, robustness, &((PhysicalDeviceRobustness2FeaturesEXT*)robustness)->PNext);
            if (extensions.Contains("VK_EXT_shader_atomic_float")) next = Append(next, atomicFloat, &((PhysicalDeviceShaderAtomicFloatFeaturesEXT*)atomicFloat)->PNext);
            if (extensions.Contains("VK_KHR_cooperative_matrix")) next = Append(next, matrix, &((PhysicalDeviceCooperativeMatrixFeaturesKHR*)matrix)->PNext);
            if (extensions.Contains("VK_EXT_pipeline_robustness")) next = Append(next, pipelineRobustness, &((PhysicalDevicePipelineRobustnessFeaturesEXT*)pipelineRobustness)->PNext);
            if (extensions.Contains("VK_KHR_pipeline_executable_properties")) next = Append(next, executables, &((PhysicalDevicePipelineExecutablePropertiesFeaturesKHR*)executables)->PNext);
            if (extensions.Contains("VK_KHR_shader_bfloat16")) _ = Append(next, bfloat16, &((PhysicalDeviceShaderBfloat16FeaturesKHR*)bfloat16)->PNext);
        }
    }

    /// <summary>The names of the features that are set.</summary>
    public List<string> Names()
    {
        List<string> names = [];
        foreach (string name in Known)
        {
            if (Member(name)) names.Add(name);
        }
        return names;
    }

    /// <summary>Sets features by name.</summary>
    public void Set(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (Array.IndexOf(Known, name) >= 0) Member(name) = true;
        }
    }

    private static void** Append(void** next, void* structure, void** following)
    {
        *next = structure;
        return following;
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private ref Bool32 Member(string name)
    {
        switch (name)
        {
            case "robustBufferAccess": return ref Core.Features.RobustBufferAccess;
            case "shaderFloat64": return ref Core.Features.ShaderFloat64;
            case "shaderInt64": return ref Core.Features.ShaderInt64;
            case "shaderInt16": return ref Core.Features.ShaderInt16;
            case "storageBuffer16BitAccess": return ref V11.StorageBuffer16BitAccess;
            case "uniformAndStorageBuffer16BitAccess": return ref V11.UniformAndStorageBuffer16BitAccess;
            case "storagePushConstant16": return ref V11.StoragePushConstant16;
            case "shaderFloat16": return ref V12.ShaderFloat16;
            case "shaderInt8": return ref V12.ShaderInt8;
            case "storageBuffer8BitAccess": return ref V12.StorageBuffer8BitAccess;
            case "uniformAndStorageBuffer8BitAccess": return ref V12.UniformAndStorageBuffer8BitAccess;
            case "storagePushConstant8": return ref V12.StoragePushConstant8;
            case "shaderBufferInt64Atomics": return ref V12.ShaderBufferInt64Atomics;
            case "timelineSemaphore": return ref V12.TimelineSemaphore;
            case "vulkanMemoryModel": return ref V12.VulkanMemoryModel;
            case "vulkanMemoryModelDeviceScope": return ref V12.VulkanMemoryModelDeviceScope;
            case "bufferDeviceAddress": return ref V12.BufferDeviceAddress;
            case "scalarBlockLayout": return ref V12.ScalarBlockLayout;
            case "subgroupSizeControl": return ref V13.SubgroupSizeControl;
            case "computeFullSubgroups": return ref V13.ComputeFullSubgroups;
            case "maintenance4": return ref V13.Maintenance4;
            case "shaderIntegerDotProduct": return ref V13.ShaderIntegerDotProduct;
            case "pipelineCreationCacheControl": return ref V13.PipelineCreationCacheControl;
            case "robustBufferAccess2": return ref Robustness2.RobustBufferAccess2;
            case "shaderBufferFloat32AtomicAdd": return ref AtomicFloat.ShaderBufferFloat32AtomicAdd;
            case "shaderSharedInt64Atomics": return ref V12.ShaderSharedInt64Atomics;
            case "shaderBufferFloat32Atomics": return ref AtomicFloat.ShaderBufferFloat32Atomics;
            case "shaderSharedFloat32Atomics": return ref AtomicFloat.ShaderSharedFloat32Atomics;
            case "shaderSharedFloat32AtomicAdd": return ref AtomicFloat.ShaderSharedFloat32AtomicAdd;
            case "shaderBufferFloat64Atomics": return ref AtomicFloat.ShaderBufferFloat64Atomics;
            case "shaderSharedFloat64Atomics": return ref AtomicFloat.ShaderSharedFloat64Atomics;
            case "shaderBufferFloat64AtomicAdd": return ref AtomicFloat.ShaderBufferFloat64AtomicAdd;
            case "shaderSharedFloat64AtomicAdd": return ref AtomicFloat.ShaderSharedFloat64AtomicAdd;
            case "cooperativeMatrix": return ref CooperativeMatrix.CooperativeMatrix;
            case "pipelineRobustness": return ref PipelineRobustness.PipelineRobustness;
            case "pipelineExecutableInfo": return ref PipelineExecutables.PipelineExecutableInfo;
            case "shaderBFloat16Type": return ref BFloat16.ShaderBFloat16Type;
            case "shaderBFloat16CooperativeMatrix": return ref BFloat16.ShaderBFloat16CooperativeMatrix;
            default: throw new ArgumentOutOfRangeException(nameof(name), name, "not a feature that HLX knows");
        }
    }
}
