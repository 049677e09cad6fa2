using System.ComponentModel;
using System.Diagnostics;
using Hlx.Cli.Drivers;
using Hlx.Compute;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static class DevicesCommand
{
    public static Command Create()
    {
        Option<bool> json = Shared.Json();
        Command command = new("devices", "List the devices and what they are called.") { json, Run() };
        command.SetAction(parsed =>
        {
            IReadOnlyList<DeviceSnapshot> devices = List();
            using CpuDevice cpu = new();
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(Json.Encode(HlxValue.Array(
                    [.. devices.Select(Describe), HlxValue.Object(
                        ("address", cpu.Address), ("name", cpu.Name), ("driver", cpu.Driver), ("type", "cpu"), ("behaviour", cpu.Behaviour.ToValue()),
                        ("fingerprint", DeviceFingerprint.Of(cpu)))])));
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

    // The snapshot, and what the self-test finds on a device that can be opened.
    private static HlxValue Describe(DeviceSnapshot snapshot)
    {
        (string Key, HlxValue Value)[] fields = [.. snapshot.ToValue().AsObject().Select(field => (field.Key, field.Value))];
        if (snapshot.Unsuitable is not null) return HlxValue.Object(fields);
        try
        {
            using VulkanContext device = VulkanContext.Open(snapshot.Address);
            return HlxValue.Object([.. fields, ("behaviour", device.Behaviour.ToValue()), ("fingerprint", DeviceFingerprint.Of(device))]);
        }
        catch (HlxException failure)
        {
            return HlxValue.Object([.. fields, ("failure", failure.Message)]);
        }
    }

    private static Command Run()
    {
        Argument<string[]> words = new("COMMAND") { Description = "A command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };
        Command command = new("run", "Run a command once for each device, with HLX_DEVICE set. Exits 1 if it fails on one.") { words };
        command.SetAction(parsed =>
        {
            bool all = true;
            foreach (string address in (string[])[.. List().Where(device => device.Unsuitable is null).Select(device => device.Address), CpuDevice.CpuAddress])
            {
                Console.Error.WriteLine($"== {address}");
                all &= RunOn(address, parsed.GetValue(words)!) == 0;
            }
            return all ? 0 : 1;
        });
        return command;
    }

    private static int RunOn(string address, string[] words)
    {
        if (words[0].Length == 0) throw new HlxException(ErrorCode.FileIo, "the name of the program is empty", "Give a command after --");
        ProcessStartInfo start = new(words[0], words[1..]);
        start.Environment[DeviceSelector.Variable] = address;
        try
        {
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            throw new HlxException(ErrorCode.FileIo, $"there is no program \"{words[0]}\"", "Check the command after --");
        }
    }

    private static IReadOnlyList<DeviceSnapshot> List()
    {
        if (DriverProbe.Check(null) is string crash)
        {
            Console.Error.WriteLine($"note: {crash}. Run `hlx doctor`, which tells which driver it is.");
            return [];
        }
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
