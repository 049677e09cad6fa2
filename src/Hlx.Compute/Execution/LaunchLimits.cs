using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// The limits of Vulkan that a launch must keep, checked before a driver sees it: drivers do not check them, and some crash. Each row names
/// the limit as VkPhysicalDeviceLimits does, what the launch needs and what the device has. Buffers are bound from their start, so
/// alignments of offsets are kept.
/// </summary>
internal static class LaunchLimits
{
    private sealed record Row(string Limit, string What, long Need, long Have);

    /// <summary>Refuses a launch that exceeds a limit of the device.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/>; <see cref="ErrorCode.ContractFieldValue"/> if the kernel states
    /// less shared memory than the shader declares.</exception>
    public static void Require(ComputeKernel kernel, KernelLaunch launch, DeviceLimits limits)
    {
        long shared = SharedMemory(launch);
        if (kernel.SharedMemoryBytes > 0 && kernel.SharedMemoryBytes < shared)
        {
            throw new HlxException(
                ErrorCode.ContractFieldValue, $"shared_memory_bytes is {kernel.SharedMemoryBytes} where the shader declares {shared}", "Correct it or leave it out");
        }
        Extent3 size = kernel.WorkgroupSize;
        Require(
            Descriptors(launch.Buffers, limits.Descriptors),
            Workgroup(size, Math.Max(shared, kernel.SharedMemoryBytes), launch, limits),
            Dispatch(size, launch.Workgroups, limits),
            Buffers(launch, limits));
    }

    /// <summary>Refuses a launch whose pipeline the device does not take, by limits or by features: the check of every pipeline, made once.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/>, <see cref="ErrorCode.DeviceFeature"/>.</exception>
    public static void RequirePipeline(KernelLaunch launch, DeviceCapabilities device)
    {
        SpirvModule module = launch.Code.Module;
        FeatureCheck.Require(module, device);
        IReadOnlyList<uint> size = module.WorkgroupSize(module.RequireCompute(launch.EntryPoint), Constants(launch));
        Extent3 workgroup = size.Count == 3 ? new(size[0], size[1], size[2]) : new(1, 1, 1);
        Require(Descriptors(launch.Buffers, device.Limits.Descriptors), Workgroup(workgroup, SharedMemory(launch), launch, device.Limits));
    }

    /// <summary>Refuses push constants that are larger than the device takes, before anything is made of their size.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/>.</exception>
    public static void RequirePushConstants(long bytes, DeviceLimits limits) => Require([PushConstants(bytes, limits)]);

    private static void Require(params IEnumerable<Row>[] rows)
    {
        foreach (Row row in rows.SelectMany(some => some))
        {
            if (row.Need <= row.Have) continue;
            throw new HlxException(
                ErrorCode.DeviceLimit, $"the kernel has {row.Need} {row.What}, and the device's limit {row.Limit} is {row.Have}",
                "Make it smaller or choose another device with --device");
        }
    }

    // One stage uses all descriptors, so the limits of a stage and those of all sets are about the same numbers.
    private static IEnumerable<Row> Descriptors(IReadOnlyList<KernelBuffer> buffers, DescriptorLimits limits)
    {
        if (buffers.Count == 0) yield break;
        yield return new("maxBoundDescriptorSets", "descriptor sets, counted from 0", buffers.Max(buffer => buffer.Set) + 1L, limits.MaxBoundDescriptorSets);
        foreach ((DescriptorKind kind, string what, string limit, uint perStage, uint inSets) in ((DescriptorKind, string, string, uint, uint)[])
        [
            (DescriptorKind.StorageBuffer, "storage buffers", "StorageBuffers", limits.MaxPerStageDescriptorStorageBuffers, limits.MaxDescriptorSetStorageBuffers),
            (DescriptorKind.UniformBuffer, "uniform buffers", "UniformBuffers", limits.MaxPerStageDescriptorUniformBuffers, limits.MaxDescriptorSetUniformBuffers),
            (DescriptorKind.UniformTexelBuffer, "uniform texel buffers", "SampledImages", limits.MaxPerStageDescriptorSampledImages, limits.MaxDescriptorSetSampledImages),
            (DescriptorKind.StorageTexelBuffer, "storage texel buffers", "StorageImages", limits.MaxPerStageDescriptorStorageImages, limits.MaxDescriptorSetStorageImages),
        ])
        {
            long count = buffers.Count(buffer => buffer.Kind == kind);
            yield return new($"maxPerStageDescriptor{limit}", what, count, perStage);
            yield return new($"maxDescriptorSet{limit}", what, count, inSets);
        }
        yield return new("maxPerStageResources", "descriptors", buffers.Count, limits.MaxPerStageResources);
        yield return new("maxPerSetDescriptors", "descriptors in a set", buffers.CountBy(buffer => buffer.Set).Max(set => set.Value), limits.MaxPerSetDescriptors);
    }

    private static IEnumerable<Row> Workgroup(Extent3 size, long shared, KernelLaunch launch, DeviceLimits limits) =>
    [
        new("maxComputeWorkGroupSize[0]", "invocations along x in a workgroup", size.X, limits.MaxWorkgroupSize.X),
        new("maxComputeWorkGroupSize[1]", "invocations along y in a workgroup", size.Y, limits.MaxWorkgroupSize.Y),
        new("maxComputeWorkGroupSize[2]", "invocations along z in a workgroup", size.Z, limits.MaxWorkgroupSize.Z),
        new("maxComputeWorkGroupInvocations", "invocations in a workgroup", (long)Math.Min(size.Count, long.MaxValue), limits.MaxWorkgroupInvocations),
        new("maxComputeSharedMemorySize", "bytes of shared memory", shared, limits.MaxSharedMemoryBytes),
        PushConstants(launch.PushConstants.Length, limits),
    ];

    // Vulkan has limits along the axes only, but drivers and shaders count in 32 bits.
    private static IEnumerable<Row> Dispatch(Extent3 size, Extent3 groups, DeviceLimits limits)
    {
        yield return new("maxComputeWorkGroupCount[0]", "workgroups along x", groups.X, limits.MaxWorkgroups.X);
        yield return new("maxComputeWorkGroupCount[1]", "workgroups along y", groups.Y, limits.MaxWorkgroups.Y);
        yield return new("maxComputeWorkGroupCount[2]", "workgroups along z", groups.Z, limits.MaxWorkgroups.Z);
        const string Counting = "of counting in 32 bits";
        yield return new(Counting, "workgroups", Total(groups.X, groups.Y, groups.Z), uint.MaxValue);
        yield return new(Counting, "invocations along x", Total(groups.X, size.X), uint.MaxValue);
        yield return new(Counting, "invocations along y", Total(groups.Y, size.Y), uint.MaxValue);
        yield return new(Counting, "invocations along z", Total(groups.Z, size.Z), uint.MaxValue);
        yield return new(Counting, "invocations", Total(groups.X, groups.Y, groups.Z, size.X, size.Y, size.Z), uint.MaxValue);

        static long Total(params ReadOnlySpan<uint> factors)
        {
            UInt128 product = 1;
            foreach (uint factor in factors) product = UInt128.Min(product * factor, long.MaxValue);
            return (long)product;
        }
    }

    private static IEnumerable<Row> Buffers(KernelLaunch launch, DeviceLimits limits)
    {
        foreach (KernelBuffer buffer in launch.Buffers)
        {
            switch (buffer.Kind)
            {
                case DescriptorKind.UniformBuffer:
                    yield return new("maxUniformBufferRange", "bytes in a uniform buffer", buffer.Bytes, limits.Descriptors.MaxUniformBufferRange);
                    break;
                case DescriptorKind.UniformTexelBuffer or DescriptorKind.StorageTexelBuffer:
                    yield return new("maxTexelBufferElements", "texels in a buffer", buffer.Bytes / TexelFormats.BytesOf(buffer.Format), limits.Descriptors.MaxTexelBufferElements);
                    break;
                default:
                    // The smaller of two limits is what a buffer can have.
                    string limit = limits.MaxBufferBytes < limits.Descriptors.MaxStorageBufferRange ? "maxMemoryAllocationSize" : "maxStorageBufferRange";
                    yield return new(limit, "bytes in a buffer", buffer.Bytes, limits.MaxBufferBytes);
                    continue;
            }
            yield return new("maxMemoryAllocationSize", "bytes in a buffer", buffer.Bytes, limits.MaxBufferBytes);
        }
    }

    private static Row PushConstants(long bytes, DeviceLimits limits) => new("maxPushConstantsSize", "bytes of push constants", bytes, limits.MaxPushConstantBytes);

    private static long SharedMemory(KernelLaunch launch) =>
        launch.Code.Module.SharedMemoryBytes(launch.Code.Module.RequireCompute(launch.EntryPoint), Constants(launch));

    private static Dictionary<uint, ulong> Constants(KernelLaunch launch) => launch.Specialization.ToDictionary(constant => constant.Id, constant => constant.Bits);
}
