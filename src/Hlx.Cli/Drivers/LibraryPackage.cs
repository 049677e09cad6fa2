using System.Text.RegularExpressions;

namespace Hlx.Cli.Drivers;

/// <summary>
/// The Debian and Ubuntu package of a shared library. Packages are named after their library (Debian Policy, section 8.1): name and
/// version, in lower case; what is named otherwise is listed.
/// </summary>
internal static partial class LibraryPackage
{
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["libGLdispatch.so.0"] = "libglvnd0",
        ["libz.so.1"] = "zlib1g",
        ["libc.so.6"] = "libc6",
        ["libm.so.6"] = "libc6",
        ["libdl.so.2"] = "libc6",
        ["libpthread.so.0"] = "libc6",
    };

    /// <summary>The package to install; null if the library is part of a driver, or is not named as libraries of packages are.</summary>
    public static string? Of(string library)
    {
        if (library.StartsWith("libnvidia-", StringComparison.Ordinal) || library.Contains("_nvidia.so", StringComparison.Ordinal)) return null;
        if (Exceptions.TryGetValue(library, out string? package)) return package;
        if (Llvm().Match(library) is { Success: true } llvm) return $"libllvm{llvm.Groups["version"].Value}";
        if (Versioned().Match(library) is not { Success: true } parts) return null;
        string name = parts.Groups["name"].Value.ToLowerInvariant().Replace('_', '-'), version = parts.Groups["version"].Value;
        return char.IsAsciiDigit(name[^1]) ? $"{name}-{version}" : name + version;
    }

    [GeneratedRegex(@"^libLLVM(-(?<version>\d+)\.so.*|\.so\.(?<version>\d+)\..*)$")]
    private static partial Regex Llvm();

    [GeneratedRegex(@"^(?<name>lib[A-Za-z0-9_+-]+)\.so\.(?<version>[0-9.]+)$")]
    private static partial Regex Versioned();
}
