namespace Hlx.Compute;

/// <summary>What kind of device a driver says it has (VkPhysicalDeviceType).</summary>
public enum DeviceType
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>A GPU that shares memory with the processor.</summary>
    Integrated,

    /// <summary>A GPU with its own memory.</summary>
    Discrete,

    /// <summary>A GPU seen through virtualization.</summary>
    Virtual,

    /// <summary>A driver that computes on the processor.</summary>
    Cpu,
}

/// <summary>A family of queues.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Count">How many queues it has.</param>
/// <param name="Compute">Whether it takes compute work.</param>
/// <param name="Graphics">Whether it takes graphics work.</param>
/// <param name="TimestampBits">How many bits of a timestamp are valid; 0 if it has none.</param>
public sealed record QueueFamily(uint Index, uint Count, bool Compute, bool Graphics, uint TimestampBits);

/// <summary>What a driver reports about a device: plain data, so that policy can be tested without one.</summary>
/// <param name="Index">Its position in the driver's list.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Uuid">Its UUID as 32 lower-case hex digits.</param>
/// <param name="ApiVersion">The Vulkan version it offers.</param>
/// <param name="Driver">The driver's name and version.</param>
/// <param name="Limits">The limits that launches are checked against.</param>
/// <param name="QueueFamilies">Its queue families.</param>
/// <param name="DeviceLocalBytes">The size of its own memory.</param>
/// <param name="TimestampPeriod">Nanoseconds for each step of a timestamp.</param>
/// <param name="SubgroupSize">How many invocations a subgroup has, unless a pipeline says otherwise.</param>
/// <param name="Features">The features it offers of those that HLX knows, sorted, by the names of their members in Vulkan's structures;
/// operations of subgroups as <c>subgroupVote</c>, extensions without such a structure by their own names.</param>
/// <param name="CooperativeMatrices">The cooperative matrices it multiplies.</param>
public sealed partial record DeviceSnapshot(
    int Index,
    string Name,
    DeviceType Type,
    string Uuid,
    Version ApiVersion,
    string Driver,
    DeviceLimits Limits,
    IReadOnlyList<QueueFamily> QueueFamilies,
    long DeviceLocalBytes,
    float TimestampPeriod,
    uint SubgroupSize,
    IReadOnlyList<string> Features,
    IReadOnlyList<CooperativeMatrixShape> CooperativeMatrices)
{
    private static readonly Version OldestApi = new(1, 2);

    /// <summary>How many multiprocessors (NVIDIA) or compute units (AMD) it has; 0 if the driver does not tell.</summary>
    public int Multiprocessors { get; init; }

    /// <summary>The address that always means this device: <c>vulkan://uuid</c>.</summary>
    public string Address => DeviceSelector.VulkanScheme + Uuid;

    /// <summary>Why HLX cannot use this device, or null if it can.</summary>
    public string? Unsuitable
    {
        get
        {
            if (ApiVersion < OldestApi) return $"it offers Vulkan {ApiVersion}, and {OldestApi} is needed";
            if (ComputeFamily is null) return "it has no compute queue";
            return Features.Contains("timelineSemaphore") ? null : "it does not offer timelineSemaphore";
        }
    }

    /// <summary>The family to use: one for compute alone if there is one, else the first that takes compute work.</summary>
    public QueueFamily? ComputeFamily =>
        QueueFamilies.FirstOrDefault(family => family is { Compute: true, Graphics: false, Count: > 0 })
        ?? QueueFamilies.FirstOrDefault(family => family is { Compute: true, Count: > 0 });
}
