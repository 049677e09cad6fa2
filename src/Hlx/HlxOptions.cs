using Hlx.Compute;
using Microsoft.Extensions.Logging;

namespace Hlx;

/// <summary>How a runtime is opened.</summary>
public sealed record HlxOptions
{
    /// <summary>The folder of the store; null for <c>HLX_STORE</c>, else the user's data folder.</summary>
    public string? StoreFolder { get; init; }

    /// <summary>Whether values live in memory only, for as long as the runtime.</summary>
    public bool InMemory { get; init; }

    /// <summary>
    /// The device: <c>cpu://</c>, <c>vulkan://INDEX</c>, <c>vulkan://UUID</c>, <c>vulkan://PART-OF-NAME</c>; null or empty for
    /// <c>HLX_DEVICE</c>, else the best one. A device that is named is never replaced by another one.
    /// </summary>
    public string? Device { get; init; }

    /// <summary>Whether results that are known already are returned without computing.</summary>
    public bool Memoize { get; init; } = true;

    /// <summary>Whether the Vulkan validation layer checks every call; for tests.</summary>
    public bool Validation { get; init; }

    /// <summary>Where the log goes; nowhere if null. Activities and metrics have the name <c>Hlx.Vulkan</c>.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal string? EffectiveDevice => string.IsNullOrEmpty(Device) ? Environment.GetEnvironmentVariable(DeviceSelector.Variable) : Device;
}
