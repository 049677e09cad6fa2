using System.Text.Json;

namespace Hlx.Cli.Drivers;

/// <summary>A file that names a Vulkan driver to the loader.</summary>
/// <param name="Path">The file.</param>
internal sealed record DriverManifest(string Path)
{
    // https://github.com/KhronosGroup/Vulkan-Loader/blob/main/docs/LoaderDriverInterface.md, "Driver Discovery"
    private static readonly string[] Overriding = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"], Adding = ["VK_ADD_DRIVER_FILES"];

    /// <summary>The variables that tell the loader to take one driver alone.</summary>
    public IEnumerable<(string Name, string Value)> Alone => [.. Overriding.Select(name => (name, Path)), .. Adding.Select(name => (name, ""))];

    /// <summary>The files that the loader reads, in its order; none on systems that have a registry instead.</summary>
    public static IReadOnlyList<DriverManifest> All()
    {
        if (!OperatingSystem.IsLinux()) return [];
        foreach (string name in Overriding)
        {
            if (Listed(name) is { Count: > 0 } named) return [.. named.SelectMany(Files)];
        }
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] roots =
        [
            Variable("XDG_CONFIG_HOME") ?? System.IO.Path.Combine(home, ".config"), .. (Variable("XDG_CONFIG_DIRS") ?? "/etc/xdg").Split(':'), "/etc",
            Variable("XDG_DATA_HOME") ?? System.IO.Path.Combine(home, ".local/share"), .. (Variable("XDG_DATA_DIRS") ?? "/usr/local/share:/usr/share").Split(':'),
        ];
        IEnumerable<string> folders = roots.Where(root => root.Length > 0).Select(root => System.IO.Path.Combine(root, "vulkan/icd.d")).Distinct();
        return [.. Adding.SelectMany(Listed).Concat(folders.Where(Directory.Exists)).SelectMany(Files)];
    }

    /// <summary>What changes when the driver does: sizes and times of this file and, where it names one by its path, of the library.</summary>
    public string Stamp => string.Join(' ', new[] { Path, Library }.OfType<string>().Where(file => file.Contains('/', StringComparison.Ordinal)).Select(file => new FileInfo(file)).Where(file => file.Exists).Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"));

    /// <summary>The driver's library: a path, or a name that the dynamic linker finds; null if the file cannot be read.</summary>
    public string? Library
    {
        get
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path));
                string? library = json.RootElement.GetProperty("ICD").GetProperty("library_path").GetString();
                return library is not null && library.Contains('/', StringComparison.Ordinal) ? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, library) : library;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
            {
                return null; // the loader will say so
            }
        }
    }

    private static IReadOnlyList<string> Listed(string variable) => (Variable(variable) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static IEnumerable<DriverManifest> Files(string place) =>
        Directory.Exists(place) ? Directory.GetFiles(place, "*.json").Order(StringComparer.Ordinal).Select(file => new DriverManifest(file)) : [new DriverManifest(place)];
}
