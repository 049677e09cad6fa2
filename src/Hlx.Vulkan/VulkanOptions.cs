using Microsoft.Extensions.Logging;

namespace Hlx.Vulkan;

/// <summary>How a Vulkan device is opened and used.</summary>
public sealed record VulkanOptions
{
    /// <summary>
    /// Whether the Khronos validation layer checks every call, synchronization included; for tests. What it says is in
    /// <see cref="VulkanContext.ValidationMessages"/>. With the layer on, open and use one device at a time: version 1.3.239 crashes when a
    /// thread opens a device while another one uses its own.
    /// </summary>
    public bool Validation { get; init; }

    /// <summary>How much memory may be reserved on the device, in bytes, buffers that the processor sees included.</summary>
    public long MemoryCapBytes { get; init; } = long.MaxValue;

    /// <summary>
    /// How much device memory idle recorded programs may keep for the next request of the same kind, in bytes; 0 to keep none.
    /// </summary>
    public long ProgramCacheBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Whether data goes to the device and back through staging memory; null to decide by the kind of device. Results do not depend
    /// on it.
    /// </summary>
    public bool? Staging { get; init; }

    /// <summary>The size of the staging ring in bytes; larger requests get memory of their own for a while.</summary>
    public long StagingRingBytes { get; init; } = 64L << 20;

    /// <summary>How long to wait for one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether the driver keeps what it knows about each pipeline, such as its registers: <see cref="VulkanProgram.Statistics"/>. For
    /// benchmarks; needs VK_KHR_pipeline_executable_properties.
    /// </summary>
    public bool PipelineStatistics { get; init; }

    /// <summary>
    /// The folder where compiled pipelines are kept for later processes, for each class of devices apart; null for none. If it cannot be
    /// written, everything works as without: <see cref="VulkanContext.Pipelines"/> tells.
    /// </summary>
    public string? PipelineFolder { get; init; }

    /// <summary>Where the log of category <c>Hlx.Vulkan</c> goes; nowhere if null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
