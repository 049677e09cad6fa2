using System.Text.RegularExpressions;

namespace Hlx.Cli.Drivers;

/// <summary>Tries each Vulkan driver alone, in a process of its own, and finds out why one offers nothing.</summary>
/// <param name="hasGpuNode">Whether the system has a device node of a GPU.</param>
internal sealed partial class DriverDiagnosis(bool hasGpuNode)
{
    private const string Leave = "Update or remove this driver, or leave it out: name the others' files in VK_DRIVER_FILES";
    private const string Reinstall = "Install the driver again, or delete this file; into a container the driver's libraries have to be passed (NVIDIA: NVIDIA_DRIVER_CAPABILITIES=all)";

    private static readonly (string, string)[] Traces = [LinkerTrace.Request, ("VK_LOADER_DEBUG", "error,warn")];

    /// <summary>What a driver offers, or why it does not.</summary>
    public IReadOnlyList<Finding> Of(DriverManifest manifest)
    {
        if (!File.Exists(manifest.Path)) return [Finding.Problem(manifest.Path, "there is no such file", "Correct the variables that name the drivers' files: VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES")];
        return Of(manifest.Path, manifest.Library, manifest.Alone);
    }

    /// <summary>What the drivers offer together, where they are not named by files.</summary>
    public IReadOnlyList<Finding> OfAll() => Of("Vulkan drivers", null, []);

    private Finding[] Of(string name, string? library, IEnumerable<(string, string)> alone)
    {
        ProbeResult probe = DriverProbe.Run(["probe", "--findings"], [.. alone, .. Traces]);
        Finding[] found = [.. probe.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Finding.From(Json.Decode(line)))];
        if (probe.Failure is null && found.Length > 0) return found;
        return [.. found, WhyNot(name, library, probe)];
    }

    private Finding WhyNot(string name, string? library, ProbeResult probe)
    {
        LinkerTrace trace = new(probe.Errors);
        string[] missing = library is null ? [] : [.. trace.Missing(library)];
        string[] packages = [.. missing.Select(LibraryPackage.Of).OfType<string>().Distinct()];
        string install = $"Install it (Debian, Ubuntu: apt-get install {string.Join(' ', packages)})";
        if (probe.Failure is not null) return Finding.Problem(name, $"{probe.Failure}{After(missing, packages)}", packages.Length > 0 ? install : Leave);

        bool opened = library is not null && trace.Opened(library);
        if (library is not null && !opened && missing.Contains(library)) return Finding.Problem(name, $"its library {library} is not there or cannot be opened", Reinstall);
        if (packages.Length > 0 || (!opened && missing.Length > 0))
        {
            string names = string.Join(", ", packages.Length > 0 ? missing.Where(file => LibraryPackage.Of(file) is not null) : missing);
            string detail = $"the driver needs {names}, which is not installed", remedy = packages.Length > 0 ? install : Reinstall;
            return probe.ExitCode == 0 ? Finding.Note(name, $"no device; {detail}", remedy) : Finding.Problem(name, detail, remedy);
        }
        if (probe.ExitCode == 0) return Finding.Note(name, "no device: the driver finds none of its own");
        string reason = LoaderReason(probe.Errors);
        return opened && !hasGpuNode
            ? Finding.Note(name, $"no device: the driver does not start here ({reason})")
            : Finding.Problem(name, $"the loader does not accept this driver: {reason}", "Install the driver again, or remove it if its device is not in this machine");
    }

    private static string After(string[] missing, string[] packages) => packages.Length == 0 ? "" : $"; it did not find {string.Join(", ", missing.Where(file => LibraryPackage.Of(file) is not null))}";

    // The first error that says more than that there is no driver; else the last warning.
    private static string LoaderReason(string errors)
    {
        (string Level, string Text)[] said = [.. Said().Matches(errors).Select(match => (match.Groups["level"].Value, match.Groups["text"].Value.TrimEnd('.', '\r', ' ')))];
        said = [.. said.Where(line => line.Text.Length > 0 && !line.Text.EndsWith("Found no drivers!", StringComparison.Ordinal))];
        return said.FirstOrDefault(line => line.Level == "ERROR").Text ?? said.LastOrDefault().Text ?? "it gives no reason";
    }

    [GeneratedRegex(@"^(\[Vulkan Loader\] )?(?<level>ERROR|WARNING)( \| [A-Z]+)*:[ ]+(?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Said();
}
