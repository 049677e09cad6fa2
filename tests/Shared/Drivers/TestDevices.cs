namespace Hlx.Testing;

/// <summary>
/// The devices that the conformance suite runs on: both CPU drivers, or what <c>HLX_TEST_DEVICES</c> names (addresses, separated by
/// semicolons). Everything runs under the validation layer unless <c>HLX_TEST_VALIDATION</c> is 0.
/// </summary>
internal static class TestDevices
{
    private static readonly string? Named = Environment.GetEnvironmentVariable("HLX_TEST_DEVICES");

    /// <summary>The addresses of the Vulkan devices.</summary>
    public static string[] Vulkan => string.IsNullOrEmpty(Named)
        ? [CpuDrivers.Lavapipe, CpuDrivers.SwiftShader]
        : Named.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The addresses of the devices that operators run on: the Vulkan devices and the CPU.</summary>
    public static string[] All => ["cpu://", .. Vulkan];

    public static bool Validation => Environment.GetEnvironmentVariable("HLX_TEST_VALIDATION") != "0";

    /// <summary>Uses the CPU drivers, unless devices are named, and a folder for caches that is not the user's.</summary>
    public static void Use()
    {
        Environment.SetEnvironmentVariable("HLX_CACHE", Path.Combine(AppContext.BaseDirectory, "cache"));
        if (string.IsNullOrEmpty(Named)) CpuDrivers.Use();
    }
}
