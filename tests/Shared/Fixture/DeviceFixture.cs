using System.Runtime.CompilerServices;
using Hlx.Compute;
using Hlx.Vulkan;

[assembly: AssemblyFixture(typeof(Hlx.Testing.DeviceFixture))]

// One test at a time: the validation layer of Debian 12 (1.3.239) crashes when one thread opens a device while another one uses its own.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Hlx.Testing;

/// <summary>The Vulkan devices, each opened once under the validation layer; any message it has at the end fails the run.</summary>
public sealed class DeviceFixture : IDisposable
{
    private readonly Dictionary<string, VulkanContext> _devices = [];
    private readonly Lock _lock = new();

    /// <summary>A device of an address, opened at its first use.</summary>
    public VulkanContext this[string address]
    {
        get
        {
            lock (_lock)
            {
                if (!_devices.TryGetValue(address, out VulkanContext? device))
                    _devices.Add(address, device = VulkanContext.Open(address, new VulkanOptions { Validation = TestDevices.Validation }));
                return device;
            }
        }
    }

    /// <summary>Runs a check on a device and fails on any validation message that it caused.</summary>
    public void On(string address, Action<VulkanContext> check)
    {
        VulkanContext device = this[address];
        check(device);
        RequireSilence(device);
    }

    /// <summary>Runs a check of an operator on a device, the CPU included.</summary>
    public void OnOperators(string address, Action<IComputeDevice> check)
    {
        if (address == CpuDevice.CpuAddress)
        {
            using CpuDevice cpu = new();
            check(cpu);
            return;
        }
        On(address, check);
    }

    public void Dispose()
    {
        foreach (VulkanContext device in _devices.Values)
        {
            device.Dispose();
            RequireSilence(device);
        }
    }

    private static void RequireSilence(VulkanContext device) =>
        Assert.True(device.ValidationMessages.Count == 0, $"the validation layer said: {string.Join('\n', device.ValidationMessages.Distinct())}");

    [ModuleInitializer]
    internal static void UseTestDevices() => TestDevices.Use();
}
