using System.Text.RegularExpressions;

namespace Hlx.Cli.Drivers;

/// <summary>
/// What the dynamic linker did in a process, read from what the C library of GNU systems writes if asked. It names the libraries that a
/// driver needs, or opens itself, and does not find: the driver and the Vulkan loader only say that something failed.
/// </summary>
internal sealed partial class LinkerTrace
{
    /// <summary>The variable that asks for it.</summary>
    public static readonly (string Name, string Value) Request = ("LD_DEBUG", "libs,files");

    private readonly List<(string Library, string By)> _requests = [];
    private readonly HashSet<string> _found = [], _initialized = [];

    /// <summary>Reads a process's standard error.</summary>
    public LinkerTrace(string errors)
    {
        HashSet<string> searched = [];
        foreach (string line in errors.Split('\n'))
        {
            if (Requested().Match(line) is { Success: true } request) _requests.Add((request.Groups["library"].Value, Path.GetFileName(request.Groups["by"].Value)));
            else if (Searched().Match(line) is { Success: true } search) searched.Add(search.Groups["library"].Value);
            else if (Mapped().Match(line) is { Success: true } map) _found.Add(map.Groups["library"].Value);
            else if (Initialized().Match(line) is { Success: true } start) _initialized.Add(Path.GetFileName(start.Groups["library"].Value));
        }
        _requests.RemoveAll(request => !request.Library.Contains('/', StringComparison.Ordinal) && !searched.Contains(request.Library)); // was there already
    }

    /// <summary>Whether a library was opened, with all that it needs.</summary>
    public bool Opened(string library) => _initialized.Contains(Path.GetFileName(library));

    /// <summary>The libraries that could not be opened of those that a library, and what it brought, asked for; and the library itself.</summary>
    public IReadOnlyList<string> Missing(string library)
    {
        HashSet<string> family = [Path.GetFileName(library)];
        List<string> missing = [];
        foreach ((string requested, string by) in _requests) // in the order of time: who asks has been opened before
        {
            if (!family.Contains(by) && requested != library) continue;
            family.Add(Path.GetFileName(requested));
            if (!_found.Contains(requested) && !missing.Contains(requested)) missing.Add(requested);
        }
        return missing;
    }

    [GeneratedRegex(@"\tfile=(?<library>.+?) \[\d+\];  (needed|dynamically loaded) by (?<by>.+?) \[\d+\]")]
    private static partial Regex Requested();

    [GeneratedRegex(@"\tfind library=(?<library>.+?) \[\d+\]; searching")]
    private static partial Regex Searched();

    [GeneratedRegex(@"\tfile=(?<library>.+?) \[\d+\];  generating link map")]
    private static partial Regex Mapped();

    [GeneratedRegex(@"\tcalling init: (?<library>.+)$")]
    private static partial Regex Initialized();
}
