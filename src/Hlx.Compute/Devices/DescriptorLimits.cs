namespace Hlx.Compute;

/// <summary>
/// How many descriptors a compute shader may use, by the names of VkPhysicalDeviceLimits. What is not given is the least that Vulkan
/// guarantees (specification, table "Required Limits"), as for devices that were recorded before these limits were read.
/// </summary>
public sealed record DescriptorLimits
{
    /// <summary>The most descriptor sets: their numbers are below this.</summary>
    public uint MaxBoundDescriptorSets { get; init; } = 4;

    /// <summary>The most storage buffers.</summary>
    public uint MaxPerStageDescriptorStorageBuffers { get; init; } = 4;

    /// <summary>The most uniform buffers.</summary>
    public uint MaxPerStageDescriptorUniformBuffers { get; init; } = 12;

    /// <summary>The most uniform texel buffers, which count as sampled images.</summary>
    public uint MaxPerStageDescriptorSampledImages { get; init; } = 16;

    /// <summary>The most storage texel buffers, which count as storage images.</summary>
    public uint MaxPerStageDescriptorStorageImages { get; init; } = 4;

    /// <summary>The most descriptors of all kinds together.</summary>
    public uint MaxPerStageResources { get; init; } = 128;

    /// <summary>The most storage buffers in all sets together.</summary>
    public uint MaxDescriptorSetStorageBuffers { get; init; } = 24;

    /// <summary>The most uniform buffers in all sets together.</summary>
    public uint MaxDescriptorSetUniformBuffers { get; init; } = 72;

    /// <summary>The most uniform texel buffers in all sets together.</summary>
    public uint MaxDescriptorSetSampledImages { get; init; } = 96;

    /// <summary>The most storage texel buffers in all sets together.</summary>
    public uint MaxDescriptorSetStorageImages { get; init; } = 24;

    /// <summary>The largest uniform buffer, in bytes.</summary>
    public uint MaxUniformBufferRange { get; init; } = 16384;

    /// <summary>The most elements of a texel buffer.</summary>
    public uint MaxTexelBufferElements { get; init; } = 65536;

    /// <summary>The most descriptors of one set.</summary>
    public uint MaxPerSetDescriptors { get; init; } = 1024;

    /// <summary>The largest storage buffer, in bytes, where memory for it can be had.</summary>
    public uint MaxStorageBufferRange { get; init; } = 1 << 27;
}
