using System.Runtime.InteropServices;
using Hlx.Values;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Finds the system's Vulkan loader. A loader context of our own, since the binding's default one does not survive trimming.</summary>
internal static class VulkanLoader
{
    /// <summary>The variable that names another loader library, such as one of a GPU vendor.</summary>
    public const string Variable = "HLX_VULKAN_LOADER";

    private static readonly string[] Names = OperatingSystem.IsWindows()
        ? ["vulkan-1.dll"]
        : OperatingSystem.IsMacOS() ? ["libvulkan.1.dylib", "libMoltenVK.dylib"] : ["libvulkan.so.1", "libvulkan.so"];

    /// <summary>Loads the Vulkan functions.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.VulkanLoaderMissing"/>.</exception>
    public static Vk Load()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        foreach (string name in string.IsNullOrEmpty(named) ? Names : [named])
        {
            if (NativeLibrary.TryLoad(name, out nint library))
                return new Vk(new LamdaNativeContext(function => NativeLibrary.TryGetExport(library, function, out nint address) ? address : 0));
        }
        if (!string.IsNullOrEmpty(named))
            throw new HlxException(ErrorCode.VulkanLoaderMissing, $"there is no Vulkan loader \"{named}\"", $"Correct or unset {Variable}");
        throw new HlxException(
            ErrorCode.VulkanLoaderMissing, "the Vulkan loader is not installed", "Install it (Debian, Ubuntu: apt-get install libvulkan1) or use cpu://");
    }
}
