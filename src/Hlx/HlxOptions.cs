using System.Globalization;
using Hlx.Compute;
using Hlx.Values;
using Microsoft.Extensions.Logging;

namespace Hlx;

/// <summary>How a runtime is opened.</summary>
public sealed record HlxOptions
{
    /// <summary>The longest time that can be given as a limit, in seconds: some 31 years.</summary>
    public const int MostSeconds = 1_000_000_000;

    private const string TimeoutVariable = "HLX_TIMEOUT";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The folder of the store; null for <c>HLX_STORE</c>, else the user's data folder.</summary>
    public string? StoreFolder { get; init; }

    /// <summary>Whether values live in memory only, for as long as the runtime.</summary>
    public bool InMemory { get; init; }

    /// <summary>
    /// The device: <c>cpu://</c>, <c>vulkan://INDEX</c>, <c>vulkan://UUID</c>, <c>vulkan://PART-OF-NAME</c>; null or empty for
    /// <c>HLX_DEVICE</c>, else the best one. A device that is named is never replaced by another one.
    /// </summary>
    public string? Device { get; init; }

    /// <summary>
    /// Asked before a Vulkan device is opened, with its address or null for the best one: why it must not be, or null. So a program can try a driver in another
    /// process first, where its crash does no harm, as the <c>hlx</c> command does. With no device named, a reason makes the CPU
    /// take over; else it ends the request with <see cref="ErrorCode.DriverFailure"/>.
    /// </summary>
    public Func<string?, string?>? DriverCheck { get; init; }

    /// <summary>
    /// How long one request may take on a Vulkan device; null for <c>HLX_TIMEOUT</c>, in seconds, else ten minutes. The CPU device has no limit.
    /// After that the request fails with <see cref="ErrorCode.DeviceTimeout"/>, and the device can no longer be used.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Hears, from any thread, that a device computes, and how far it is where it can tell.</summary>
    public IProgress<ComputeProgress>? Progress { get; init; }

    /// <summary>Whether results that are known already are returned without computing.</summary>
    public bool Memoize { get; init; } = true;

    /// <summary>
    /// Which part of the results that are known is computed again all the same, by preference on another device than the first time,
    /// and compared: 0 for none, 1 for all. A difference is an incident of the ledger and ends the request with
    /// <see cref="ErrorCode.LedgerIncident"/>.
    /// </summary>
    public double AuditFraction { get; init; }

    /// <summary>Whether what drivers compile is kept in <see cref="CacheFolder"/> for later processes.</summary>
    public bool KeepPipelines { get; init; } = true;

    /// <summary>The folder of what can be made again: <c>HLX_CACHE</c>, else <c>hlx</c> in the user's folder for caches.</summary>
    public static string CacheFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("HLX_CACHE") is { Length: > 0 } named) return named;
            if (OperatingSystem.IsWindows()) return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "hlx", "cache");
            string? caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(caches)) caches = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(caches, "hlx");
        }
    }

    /// <summary>Whether the Vulkan validation layer checks every call; for tests.</summary>
    public bool Validation { get; init; }

    /// <summary>Where the log goes; nowhere if null. Activities and metrics have the name <c>Hlx.Vulkan</c>.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal TimeSpan EffectiveTimeout
    {
        get
        {
            if (Timeout is TimeSpan given) return given > TimeSpan.Zero ? given : throw new ArgumentOutOfRangeException(nameof(Timeout), given, "Timeout is a time above 0");
            if (Environment.GetEnvironmentVariable(TimeoutVariable) is not { Length: > 0 } text) return DefaultTimeout;
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds > 0 && seconds <= MostSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw new HlxException(ErrorCode.SettingInvalid, $"{TimeoutVariable} is \"{text}\"", $"Give a number of seconds above 0, up to {MostSeconds}, or leave it out");
        }
    }

    internal string? EffectiveDevice => string.IsNullOrEmpty(Device) ? Environment.GetEnvironmentVariable(DeviceSelector.Variable) : Device;
}
