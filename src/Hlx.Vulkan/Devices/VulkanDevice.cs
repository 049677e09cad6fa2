using System.Text;
using Hlx.Compute;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>A logical device with one compute queue.</summary>
internal sealed unsafe class VulkanDevice : IDisposable
{
    private const string Robustness2 = "VK_EXT_robustness2";

    private bool _disposed;

    public VulkanDevice(VulkanInstance instance, DeviceSnapshot snapshot, long memoryCap)
    {
        Api = instance.Api;
        Snapshot = snapshot;
        Physical = instance.Physical(snapshot);
        Family = snapshot.ComputeFamily!;
        PhysicalDeviceMemoryProperties memory;
        Api.GetPhysicalDeviceMemoryProperties(Physical, &memory);
        Memory = memory;
        Handle = Create();
        Pool = new MemoryPool(this, memoryCap);
        try
        {
            Api.GetDeviceQueue(Handle, Family.Index, 0, out Queue queue);
            Queue = queue;
            CommandPoolCreateInfo create = new()
            {
                SType = StructureType.CommandPoolCreateInfo,
                Flags = CommandPoolCreateFlags.TransientBit,
                QueueFamilyIndex = Family.Index,
            };
            CommandPool pool;
            Api.CreateCommandPool(Handle, &create, null, &pool).OrThrow("creating a command pool");
            Commands = pool;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Vk Api { get; }

    public DeviceSnapshot Snapshot { get; }

    public PhysicalDevice Physical { get; }

    public QueueFamily Family { get; }

    public PhysicalDeviceMemoryProperties Memory { get; }

    public MemoryPool Pool { get; }

    public FaultInjector Faults { get; } = new();

    public Device Handle { get; }

    public Queue Queue { get; }

    public CommandPool Commands { get; }

    /// <summary>Whether device memory is best written through a copy: a GPU with memory of its own.</summary>
    public bool NeedsStaging => Snapshot.Type == DeviceType.Discrete;

    /// <summary>The first memory type with all wanted flags, preferring one with the preferred flags too.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DriverFailure"/> if there is none.</exception>
    public uint MemoryType(uint allowed, MemoryPropertyFlags wanted, MemoryPropertyFlags preferred)
    {
        foreach (MemoryPropertyFlags flags in (MemoryPropertyFlags[])[wanted | preferred, wanted])
        {
            for (int i = 0; i < Memory.MemoryTypeCount; i++)
            {
                PhysicalDeviceMemoryProperties memory = Memory;
                if ((allowed & (1u << i)) != 0 && memory.MemoryTypes[i].PropertyFlags.HasFlag(flags)) return (uint)i;
            }
        }
        throw new HlxException(ErrorCode.DriverFailure, $"{Snapshot.Name} has no memory of the kind {wanted}", "Use another device");
    }

    /// <summary>Whether the processor can see memory of a type.</summary>
    public bool IsHostVisible(uint type)
    {
        PhysicalDeviceMemoryProperties memory = Memory;
        return memory.MemoryTypes[(int)type].PropertyFlags.HasFlag(MemoryPropertyFlags.HostVisibleBit);
    }

    /// <summary>Waits until nothing runs on the device any more.</summary>
    public void WaitIdle() => _ = Api.DeviceWaitIdle(Handle); // a lost device is idle too

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (Handle.Handle == 0) return;
        if (Commands.Handle != 0) Api.DestroyCommandPool(Handle, Commands, null);
        Pool?.Dispose();
        Api.DestroyDevice(Handle, null);
    }

    private Device Create()
    {
        float priority = 1;
        DeviceQueueCreateInfo queue = new()
        {
            SType = StructureType.DeviceQueueCreateInfo,
            QueueFamilyIndex = Family.Index,
            QueueCount = 1,
            PQueuePriorities = &priority,
        };
        PhysicalDeviceFeatures offered;
        Api.GetPhysicalDeviceFeatures(Physical, &offered);
        PhysicalDeviceFeatures features = new() { RobustBufferAccess = offered.RobustBufferAccess };
        PhysicalDeviceRobustness2FeaturesEXT robustness = new() { SType = StructureType.PhysicalDeviceRobustness2FeaturesExt, RobustBufferAccess2 = true };
        DeviceCreateInfo create = new()
        {
            SType = StructureType.DeviceCreateInfo,
            QueueCreateInfoCount = 1,
            PQueueCreateInfos = &queue,
            PEnabledFeatures = &features,
        };
        Device device;
        fixed (byte* extension = Encoding.UTF8.GetBytes(Robustness2 + '\0'))
        {
            if (Snapshot.RobustBufferAccess2 && features.RobustBufferAccess)
            {
                create.PNext = &robustness;
                create.EnabledExtensionCount = 1;
                create.PpEnabledExtensionNames = &extension;
            }
            Api.CreateDevice(Physical, &create, null, &device).OrThrow($"opening {Snapshot.Name}");
        }
        return device;
    }
}
