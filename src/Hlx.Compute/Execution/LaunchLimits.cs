using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// The limits of Vulkan that a launch must keep, checked before a driver sees it: drivers do not check them, and some crash. Each row names
/// the limit as VkPhysicalDeviceLimits does, what the launch needs and what the device has.
/// </summary>
internal static class LaunchLimits
{
    private sealed record Row(string Limit, string What, long Need, long Have);

    /// <summary>Refuses a launch that exceeds a limit of the device.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/>; <see cref="ErrorCode.ContractFieldValue"/> if the kernel states
    /// less shared memory than the shader declares.</exception>
    public static void Require(ComputeKernel kernel, EntryPoint entry, KernelLaunch launch, DeviceLimits limits)
    {
        long shared = launch.Code.Module.SharedMemoryBytes(entry, launch.Specialization.ToDictionary(constant => constant.Id, constant => constant.Bits));
        if (kernel.SharedMemoryBytes > 0 && kernel.SharedMemoryBytes < shared)
        {
            throw new HlxException(
                ErrorCode.ContractFieldValue, $"shared_memory_bytes is {kernel.SharedMemoryBytes} where the shader declares {shared}", "Correct it or leave it out");
        }
        foreach (Row row in Descriptors(entry.Bindings, limits.Descriptors).Concat(Sizes(kernel, entry, launch, limits, shared)))
        {
            if (row.Need <= row.Have) continue;
            throw new HlxException(
                ErrorCode.DeviceLimit, $"the kernel has {row.Need} {row.What}, and the device's limit {row.Limit} is {row.Have}",
                "Make it smaller or choose another device with --device");
        }
    }

    // One stage uses all descriptors, so the limits of a stage and those of all sets are about the same numbers.
    private static IEnumerable<Row> Descriptors(IReadOnlyList<DescriptorBinding> bindings, DescriptorLimits limits)
    {
        if (bindings.Count > 0) yield return new("maxBoundDescriptorSets", "descriptor sets, counted from 0", bindings.Max(binding => binding.Set) + 1L, limits.MaxBoundDescriptorSets);
        foreach ((DescriptorKind kind, string what, string limit, uint perStage, uint inSets) in ((DescriptorKind, string, string, uint, uint)[])
        [
            (DescriptorKind.StorageBuffer, "storage buffers", "StorageBuffers", limits.MaxPerStageDescriptorStorageBuffers, limits.MaxDescriptorSetStorageBuffers),
            (DescriptorKind.UniformBuffer, "uniform buffers", "UniformBuffers", limits.MaxPerStageDescriptorUniformBuffers, limits.MaxDescriptorSetUniformBuffers),
            (DescriptorKind.UniformTexelBuffer, "uniform texel buffers", "SampledImages", limits.MaxPerStageDescriptorSampledImages, limits.MaxDescriptorSetSampledImages),
            (DescriptorKind.StorageTexelBuffer, "storage texel buffers", "StorageImages", limits.MaxPerStageDescriptorStorageImages, limits.MaxDescriptorSetStorageImages),
        ])
        {
            long count = bindings.Where(binding => binding.Kind == kind).Sum(binding => (long)binding.Count);
            yield return new($"maxPerStageDescriptor{limit}", what, count, perStage);
            yield return new($"maxDescriptorSet{limit}", what, count, inSets);
        }
        yield return new("maxPerStageResources", "descriptors", bindings.Sum(binding => (long)binding.Count), limits.MaxPerStageResources);
    }

    private static IEnumerable<Row> Sizes(ComputeKernel kernel, EntryPoint entry, KernelLaunch launch, DeviceLimits limits, long shared)
    {
        Extent3 size = kernel.WorkgroupSize, groups = launch.Workgroups;
        yield return new("maxComputeWorkGroupSize[0]", "invocations along x in a workgroup", size.X, limits.MaxWorkgroupSize.X);
        yield return new("maxComputeWorkGroupSize[1]", "invocations along y in a workgroup", size.Y, limits.MaxWorkgroupSize.Y);
        yield return new("maxComputeWorkGroupSize[2]", "invocations along z in a workgroup", size.Z, limits.MaxWorkgroupSize.Z);
        yield return new("maxComputeWorkGroupInvocations", "invocations in a workgroup", (long)Math.Min(size.Count, long.MaxValue), limits.MaxWorkgroupInvocations);
        yield return new("maxComputeWorkGroupCount[0]", "workgroups along x", groups.X, limits.MaxWorkgroups.X);
        yield return new("maxComputeWorkGroupCount[1]", "workgroups along y", groups.Y, limits.MaxWorkgroups.Y);
        yield return new("maxComputeWorkGroupCount[2]", "workgroups along z", groups.Z, limits.MaxWorkgroups.Z);
        yield return new("maxComputeSharedMemorySize", "bytes of shared memory", Math.Max(shared, kernel.SharedMemoryBytes), limits.MaxSharedMemoryBytes);
        yield return new("maxPushConstantsSize", "bytes of push constants", launch.PushConstants.Length, limits.MaxPushConstantBytes);
        foreach (KernelBuffer buffer in launch.Buffers)
        {
            yield return new("maxStorageBufferRange", "bytes in a buffer", buffer.Bytes, limits.MaxBufferBytes);
            DescriptorKind kind = entry.Bindings.FirstOrDefault(binding => binding.Set == buffer.Set && binding.Binding == buffer.Binding)?.Kind ?? DescriptorKind.StorageBuffer;
            if (kind == DescriptorKind.UniformBuffer) yield return new("maxUniformBufferRange", "bytes in a uniform buffer", buffer.Bytes, limits.Descriptors.MaxUniformBufferRange);
        }
    }
}
