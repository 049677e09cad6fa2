namespace Hlx.Vulkan;

/// <summary>How a Vulkan device is opened and used.</summary>
public sealed record VulkanOptions
{
    /// <summary>
    /// Whether the Khronos validation layer checks every call, synchronization included; for tests. What it says is in
    /// <see cref="VulkanContext.ValidationMessages"/>.
    /// </summary>
    public bool Validation { get; init; }

    /// <summary>How much memory may be reserved on the device, in bytes, buffers that the processor sees included.</summary>
    public long MemoryCapBytes { get; init; } = long.MaxValue;

    /// <summary>How long to wait for one launch.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}
