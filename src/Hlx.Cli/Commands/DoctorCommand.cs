using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Store;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static class DoctorCommand
{
    private sealed record Finding(string Subject, bool IsGood, string Detail, string Remedy = "");

    public static Command Create()
    {
        Option<bool> json = Shared.Json();
        Command command = new("doctor", "Check the loader, drivers, devices, tools and the store, with a remedy for each finding.") { json };
        command.SetAction(parsed =>
        {
            List<Finding> findings = [.. Vulkan(), Tool(), StoreFolder()];
            foreach (Finding finding in findings)
            {
                string remedy = finding.IsGood ? "" : $"  →  {finding.Remedy}";
                if (!parsed.GetValue(json)) Console.Out.WriteLine($"{(finding.IsGood ? "ok     " : "problem")}  {finding.Subject}: {finding.Detail}{remedy}");
            }
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(Json.Encode(HlxValue.Array([.. findings.Select(finding => HlxValue.Object(
                    ("subject", finding.Subject), ("ok", finding.IsGood), ("detail", finding.Detail), ("remedy", finding.Remedy)))])));
            }
            return findings.All(finding => finding.IsGood) ? 0 : 1;
        });
        return command;
    }

    private static List<Finding> Vulkan()
    {
        try
        {
            using VulkanInstance instance = new();
            if (instance.Devices.Count == 0)
            {
                return
                [
                    new("Vulkan loader", true, "installed"),
                    new("Vulkan driver", false, "none offers a device", "Install your GPU's driver, or a CPU driver: apt-get install mesa-vulkan-drivers"),
                ];
            }
            return [new("Vulkan loader", true, "installed"), .. instance.Devices.Select(Open)];
        }
        catch (HlxException failure)
        {
            return [new("Vulkan loader", false, failure.What, failure.Remedy)];
        }
    }

    private static Finding Open(DeviceSnapshot snapshot)
    {
        if (snapshot.Unsuitable is string reason) return new(snapshot.Name, false, reason, "Use another device or update the driver");
        try
        {
            using VulkanContext device = VulkanContext.Open(snapshot.Address);
            string fma = device.Behaviour.FusedFma ? "fused fma" : "unfused fma (fp32.ieee is emulated exactly)";
            return new(
                snapshot.Name, true,
                $"{snapshot.Driver}, {fma}, {(device.Behaviour.KeepsDenormals ? "keeps" : "flushes")} denormals, subgroups of {snapshot.SubgroupSize}, fingerprint {DeviceFingerprint.Of(device)}");
        }
        catch (HlxException failure)
        {
            return new(snapshot.Name, false, failure.What, failure.Remedy);
        }
    }

    private static Finding Tool()
    {
        string missing = "not installed, shaders of your own are checked for structure only (apt-get install spirv-tools)";
        return new("spirv-val", true, SpirvValidator.IsInstalled ? "installed" : missing); // everything works without it
    }

    private static Finding StoreFolder()
    {
        try
        {
            using LatentSpace space = LatentSpace.Open();
            space.Collapse(HlxValue.From("hlx doctor"));
            int incidents = space.Ledger.Incidents().Count;
            return new(
                "store", incidents == 0, incidents == 0 ? $"{LatentSpace.DefaultFolder} can be written" : $"the ledger has {incidents} incidents",
                "Run `hlx store verify` and see which device made the differing results");
        }
        catch (HlxException failure)
        {
            return new("store", false, failure.What, failure.Remedy);
        }
    }
}
