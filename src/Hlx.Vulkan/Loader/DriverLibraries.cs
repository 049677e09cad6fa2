using System.Runtime.InteropServices;
using System.Text;

namespace Hlx.Vulkan;

/// <summary>
/// Keeps the libraries of drivers in the process once they are loaded. The Vulkan loader unloads them with the last instance, but threads
/// that have used them still hold addresses in them: on NVIDIA's driver (580, with libglvnd) a process that opened and closed devices on
/// several threads jumped into unloaded memory and crashed.
/// </summary>
internal static unsafe class DriverLibraries
{
    private const string Maps = "/proc/self/maps";
    private const int Lazily = 1, OnlyIfLoaded = 4, NeverUnload = 0x1000; // RTLD_LAZY, RTLD_NOLOAD, RTLD_NODELETE of glibc and musl

    /// <summary>Keeps every shared library that the process has loaded by now. Does nothing but on Linux.</summary>
    public static void Keep()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "dlopen", out nint open)) return;
        foreach (string path in Loaded())
        {
            fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0')) _ = ((delegate* unmanaged<byte*, int, nint>)open)(name, Lazily | OnlyIfLoaded | NeverUnload);
        }
    }

    // A line is "start-end rights offset device inode path".
    private static IEnumerable<string> Loaded()
    {
        try
        {
            return File.ReadAllLines(Maps).Select(line => line.IndexOf('/', StringComparison.Ordinal) is int start and >= 0 ? line[start..] : "")
                .Where(path => path.Contains(".so", StringComparison.Ordinal)).Distinct();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
