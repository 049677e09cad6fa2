using Hlx.Cli.Drivers;
using Hlx.Cli.Survey;
using Hlx.Compute;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

/// <summary>What <see cref="DriverProbe"/> starts: it opens devices, and may crash.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        Option<string?> device = Shared.Device();
        Option<bool> findings = new("--findings") { Description = "Open every device and print a finding for each." };
        Option<SurveyStep?> shaders = new("--shaders") { Description = "Try the shaders that standard input names up to this step, for a survey." };
        Option<int> timeout = Numbers.One("--timeout", "Seconds to wait for each of them.", 30);
        Command command = new("probe", "Open a device as its first user would.") { device, findings, shaders, timeout };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(shaders) is SurveyStep last)
            {
                SurveyWorker.Serve(parsed.GetValue(device), last, TimeSpan.FromSeconds(parsed.GetValue(timeout)), Console.In, Console.Out);
                return;
            }
            if (!parsed.GetValue(findings))
            {
                using VulkanContext? opened = VulkanContext.Open(devices => DeviceSelector.ForOperators(devices, parsed.GetValue(device)));
                return;
            }
            using VulkanInstance instance = new();
            foreach (DeviceSnapshot snapshot in instance.Devices) Console.Out.WriteLine(Json.Encode(Open(snapshot).ToValue()));
        });
        return command;
    }

    private static Finding Open(DeviceSnapshot snapshot)
    {
        if (snapshot.Unsuitable is string reason) return Finding.Note(snapshot.Name, $"not usable: {reason}", "Use another device or update the driver");
        try
        {
            using VulkanContext device = VulkanContext.Open(snapshot.Address);
            DeviceLimits limits = device.Capabilities.Limits;
            string fma = device.Behaviour.FusedFma ? "fused fma" : "unfused fma (fp32.ieee is emulated exactly)";
            return Finding.Good(
                snapshot.Name,
                $"{snapshot.Driver}, {fma}, {(device.Behaviour.KeepsDenormals ? "keeps" : "flushes")} denormals, subgroups of {snapshot.SubgroupSize}, "
                + $"buffers up to {limits.MaxBufferBytes >> 20} MiB, {limits.MaxSharedMemoryBytes >> 10} KiB shared memory, workgroups up to {limits.MaxWorkgroupInvocations}, fingerprint {DeviceFingerprint.Of(device)}");
        }
        catch (HlxException failure)
        {
            return Finding.Problem(snapshot.Name, failure.What, failure.Remedy);
        }
    }
}
