using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Hlx.Testing;

/// <summary>
/// The two Vulkan drivers that compute on the processor, made the only ones of a test process. The loader reads the environment
/// of the C library, which .NET's own copy does not reach.
/// </summary>
internal static partial class CpuDrivers
{
    public const string Lavapipe = "vulkan://llvmpipe";
    public const string SwiftShader = "vulkan://SwiftShader";

    /// <summary>Names the drivers' manifests to the loader; a missing one fails with the command that installs it.</summary>
    public static string Manifests()
    {
        string? lavapipe = Directory.Exists("/usr/share/vulkan/icd.d") ? Directory.GetFiles("/usr/share/vulkan/icd.d", "lvp_icd*.json").FirstOrDefault() : null;
        string swiftShader = Path.Combine(TestData.Root, "artifacts", "swiftshader", "vk_swiftshader_icd.json");
        if (lavapipe is null || !File.Exists(swiftShader))
            throw new FileNotFoundException("a CPU Vulkan driver is missing; run scripts/setup, which installs both", lavapipe is null ? "lvp_icd.json" : swiftShader);
        return $"{lavapipe}:{swiftShader}";
    }

    /// <summary>Makes them the drivers of this process and of the processes it starts.</summary>
    public static void Use()
    {
        foreach (string name in (string[])["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]) Set(name, Manifests());
        Set("MESA_SHADER_CACHE_DISABLE", "true");
        Set("VK_LOADER_LAYERS_DISABLE", "VK_LAYER_MESA_device_select");
        Set("NODEVICE_SELECT", "1");
    }

    /// <summary>The major version of Mesa that a driver is of, as it reports itself; null for other drivers.</summary>
    public static int? MesaVersion(string driver) => Mesa().Match(driver) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"\bMesa ([0-9]+)\.")]
    private static partial Regex Mesa();

    /// <summary>Sets a variable for this process, its C library and the processes that it starts.</summary>
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        _ = SetNative(name, value, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
