using System.Text;
using Hlx.Compute;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>A logical device, opened as its plan says: the driver's functions, its memory and its queue.</summary>
internal sealed unsafe class VulkanDevice : IDisposable
{
    private bool _disposed;

    /// <param name="instance">The instance that offers the device.</param>
    /// <param name="plan">How it is opened.</param>
    /// <param name="memoryCap">How much memory may be reserved on it, in bytes.</param>
    /// <param name="forCompilingOnly">Whether nothing is ever submitted: a driver without hardware has no semaphores.</param>
    public VulkanDevice(VulkanInstance instance, DevicePlan plan, long memoryCap, bool forCompilingOnly = false)
    {
        Api = instance.Api;
        Plan = plan;
        Physical = instance.Physical(plan.Snapshot);
        PhysicalDeviceMemoryProperties memory;
        Api.GetPhysicalDeviceMemoryProperties(Physical, &memory);
        Memory = memory;
        Handle = Create();
        Pool = new MemoryPool(this, memoryCap);
        if (forCompilingOnly) return;
        try
        {
            Queue = new SubmissionQueue(this);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Vk Api { get; }

    public DevicePlan Plan { get; }

    public DeviceSnapshot Snapshot => Plan.Snapshot;

    public PhysicalDevice Physical { get; }

    public PhysicalDeviceMemoryProperties Memory { get; }

    public MemoryPool Pool { get; }

    public SubmissionQueue Queue { get; } = null!;

    public FaultInjector Faults { get; } = new();

    public Device Handle { get; }

    /// <summary>The first memory type with all wanted flags, preferring one with the preferred flags too.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DriverFailure"/> if there is none.</exception>
    public uint MemoryType(uint allowed, MemoryPropertyFlags wanted, MemoryPropertyFlags preferred)
    {
        foreach (MemoryPropertyFlags flags in (ReadOnlySpan<MemoryPropertyFlags>)[wanted | preferred, wanted])
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
        Queue?.Dispose();
        Pool?.Dispose();
        Api.DestroyDevice(Handle, null);
    }

    private Device Create()
    {
        float priority = 1;
        DeviceQueueCreateInfo queue = new()
        {
            SType = StructureType.DeviceQueueCreateInfo,
            QueueFamilyIndex = Plan.Family.Index,
            QueueCount = 1,
            PQueuePriorities = &priority,
        };
        FeatureStructures features = default;
        FeatureStructures.Link(ref features, Snapshot.ApiVersion, Plan.Extensions);
        FeatureStructures.Set(ref features, Plan.Features);
        byte[][] names = [.. Plan.Extensions.Select(name => Encoding.UTF8.GetBytes(name + '\0'))];
        byte** pointers = stackalloc byte*[names.Length];
        System.Runtime.InteropServices.GCHandle[] pins = [.. names.Select(name => System.Runtime.InteropServices.GCHandle.Alloc(name, System.Runtime.InteropServices.GCHandleType.Pinned))];
        for (int i = 0; i < names.Length; i++) pointers[i] = (byte*)pins[i].AddrOfPinnedObject();
        DeviceCreateInfo create = new()
        {
            SType = StructureType.DeviceCreateInfo,
            PNext = &features.Core,
            QueueCreateInfoCount = 1,
            PQueueCreateInfos = &queue,
            EnabledExtensionCount = (uint)names.Length,
            PpEnabledExtensionNames = pointers,
        };
        try
        {
            Device device;
            Api.CreateDevice(Physical, &create, null, &device).OrThrow($"opening {Snapshot.Name}");
            return device;
        }
        finally
        {
            foreach (System.Runtime.InteropServices.GCHandle pin in pins) pin.Free();
        }
    }
}
