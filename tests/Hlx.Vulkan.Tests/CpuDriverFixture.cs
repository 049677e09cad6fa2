using System.Runtime.CompilerServices;
using Hlx.Testing;

[assembly: AssemblyFixture(typeof(Hlx.Vulkan.Tests.CpuDriverFixture))]

namespace Hlx.Vulkan.Tests;

/// <summary>Both CPU drivers, opened once with the validation layer; any message it has at the end fails the run.</summary>
public sealed class CpuDriverFixture : IDisposable
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
                    _devices.Add(address, device = VulkanContext.Open(address, new VulkanOptions { Validation = true }));
                return device;
            }
        }
    }

    /// <summary>Runs a check on a device and fails on any validation message that it caused.</summary>
    public void On(string address, Action<VulkanContext> check)
    {
        VulkanContext device = this[address];
        check(device);
        Assert.Empty(device.ValidationMessages);
    }

    public void Dispose()
    {
        foreach (VulkanContext device in _devices.Values)
        {
            device.Dispose();
            Assert.Empty(device.ValidationMessages);
        }
    }

    [ModuleInitializer]
    internal static void UseCpuDrivers() => CpuDrivers.Use();
}
