using Hlx.Compute;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static class DevicesCommand
{
    public static Command Create()
    {
        Option<bool> json = Shared.Json();
        Command command = new("devices", "List the devices and what they are called.") { json };
        command.SetAction(parsed =>
        {
            IReadOnlyList<DeviceSnapshot> devices = List();
            using CpuDevice cpu = new();
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(Json.Encode(HlxValue.Array(
                    [.. devices.Select(device => device.ToValue()), HlxValue.Object(("address", cpu.Address), ("name", cpu.Name), ("driver", cpu.Driver), ("type", "cpu"))])));
                return;
            }
            foreach (DeviceSnapshot device in devices)
            {
                Console.Out.WriteLine($"vulkan://{device.Index}  {device.Name}  {device.Type.ToString().ToLowerInvariant()}  {device.Driver}  Vulkan {device.ApiVersion}");
                Console.Out.WriteLine($"            {device.Address}{(device.Unsuitable is string reason ? $"  unsuitable: {reason}" : "")}");
            }
            Console.Out.WriteLine($"{cpu.Address}      {cpu.Name}  {cpu.Driver}");
        });
        return command;
    }

    private static IReadOnlyList<DeviceSnapshot> List()
    {
        try
        {
            using VulkanInstance instance = new();
            return instance.Devices;
        }
        catch (HlxException missing) when (missing.Code is ErrorCode.VulkanLoaderMissing or ErrorCode.DriverFailure)
        {
            Console.Error.WriteLine($"note: {missing.What}. {missing.Remedy}.");
            return [];
        }
    }
}
