using Hlx.Cli.Drivers;
using Hlx.Spirv;
using Hlx.Store;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static class DoctorCommand
{
    private const string NoDevice = "Install your GPU's driver, or a CPU driver: apt-get install mesa-vulkan-drivers; --verbose tells what each driver finds";

    private static readonly string[] ImplicitLayerFolders = ["/usr/share/vulkan/implicit_layer.d", "/etc/vulkan/implicit_layer.d"];

    public static Command Create()
    {
        Option<bool> json = Shared.Json(), verbose = new("--verbose") { Description = "Show also what needs no attention: drivers whose device is not in this machine." };
        Command command = new("doctor", "Check the loader, drivers, devices, layers, tools, folders and permissions, with a remedy for each finding.") { json, verbose };
        command.SetAction(parsed =>
        {
            List<Finding> findings = [.. Loader(), .. Permissions(), .. Layers(), Tool(), Folder("cache", HlxOptions.CacheFolder), StoreFolder()];
            if (parsed.GetValue(json)) Console.Out.WriteLine(Json.Encode(HlxValue.Array([.. findings.Select(finding => finding.ToValue())])));
            else findings.Where(finding => finding.IsWorthSaying || parsed.GetValue(verbose)).ToList().ForEach(Console.Out.WriteLine);
            return findings.All(finding => finding.Level != FindingLevel.Problem) ? 0 : 1;
        });
        return command;
    }

    private static IEnumerable<Finding> Loader()
    {
        try
        {
            VulkanInstance.RequireLoader();
        }
        catch (HlxException failure)
        {
            return [Finding.Problem("Vulkan loader", failure.What, failure.Remedy)];
        }
        DriverDiagnosis diagnosis = new(GpuNodes().Any());
        IReadOnlyList<DriverManifest> manifests = DriverManifest.All();
        Finding[] drivers = [.. manifests.Count > 0 ? manifests.SelectMany(diagnosis.Of) : diagnosis.OfAll()];
        bool isExplained = drivers.Any(finding => finding.Level != FindingLevel.Note); // by a device, or by what is wrong with one
        return [Finding.Good("Vulkan loader", "installed"), .. drivers, .. isExplained ? (Finding[])[] : [Finding.Problem("Vulkan drivers", "none offers a device that HLX can use", NoDevice)]];
    }

    // A GPU's files that this user may not open are the usual reason why its driver offers nothing.
    private static IEnumerable<Finding> Permissions()
    {
        foreach (string node in GpuNodes())
        {
            bool isOpen = CanOpen(node);
            yield return isOpen ? Finding.Good(node, "may be opened") : Finding.Problem(node, "this user may not open it", "Add the user to the file's group (often render or video): sudo usermod -aG render $USER, and log in again");
        }
    }

    private static IEnumerable<string> GpuNodes()
    {
        string[] nodes = OperatingSystem.IsLinux() && Directory.Exists("/dev/dri") ? Directory.GetFiles("/dev/dri", "renderD*") : [];
        return nodes.Append("/dev/nvidiactl").Where(File.Exists);
    }

    private static bool CanOpen(string node)
    {
        try
        {
            using FileStream stream = new(node, FileMode.Open, FileAccess.ReadWrite);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<Finding> Layers()
    {
        bool isThere = File.Exists("/usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json");
        string[] implicitLayers = [.. ImplicitLayerFolders.Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.json")).Select(Path.GetFileNameWithoutExtension)!];
        yield return Finding.Good(
            "Vulkan layers",
            $"validation {(isThere ? "installed" : "not installed, which only tests need (apt-get install vulkan-validationlayers)")}; in every program: {(implicitLayers.Length == 0 ? "none" : string.Join(", ", implicitLayers))}");
    }

    private static Finding Tool()
    {
        string missing = "not installed, shaders of your own are checked for structure only (apt-get install spirv-tools)";
        return Finding.Good("spirv-val", SpirvValidator.IsInstalled ? "installed" : missing); // everything works without it
    }

    private static Finding Folder(string name, string folder)
    {
        string file = Path.Combine(folder, $"doctor-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(file, [1]);
            File.Delete(file);
            return Finding.Good(name, $"{folder} can be written");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Finding.Note(name, $"{folder} cannot be written: {failure.Message.TrimEnd('.')}", "Give this user the right to write there, or name another folder in HLX_CACHE; until then every process compiles anew");
        }
    }

    private static Finding StoreFolder()
    {
        try
        {
            using LatentSpace space = LatentSpace.Open();
            space.Collapse(HlxValue.From("hlx doctor"));
            int incidents = space.Ledger.Incidents().Count;
            return incidents == 0
                ? Finding.Good("store", $"{LatentSpace.DefaultFolder} can be written")
                : Finding.Problem("store", $"the ledger has {incidents} incidents", "Run `hlx store verify` and see which device made the differing results");
        }
        catch (HlxException failure)
        {
            return Finding.Problem("store", failure.What, failure.Remedy);
        }
    }
}
