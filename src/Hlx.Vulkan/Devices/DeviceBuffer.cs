using Silk.NET.Vulkan;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace Hlx.Vulkan;

/// <summary>Where a buffer lives.</summary>
internal enum BufferPlace
{
    /// <summary>In the device's memory.</summary>
    Device,

    /// <summary>In memory that the processor writes and the device reads.</summary>
    Upload,

    /// <summary>In memory that the device writes and the processor reads.</summary>
    ReadBack,
}

/// <summary>A buffer with memory of its own.</summary>
internal sealed unsafe class DeviceBuffer : IDisposable
{
    private const int SmallestBytes = 16; // Vulkan has no empty buffers

    private readonly VulkanDevice _device;
    private DeviceMemory _memory;
    private void* _mapped;

    public DeviceBuffer(VulkanDevice device, long bytes, BufferPlace place)
    {
        _device = device;
        Bytes = bytes;
        BufferCreateInfo create = new()
        {
            SType = StructureType.BufferCreateInfo,
            Size = (ulong)Math.Max((bytes + 3) / 4 * 4, SmallestBytes),
            Usage = BufferUsageFlags.StorageBufferBit | BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit,
        };
        VkBuffer buffer;
        device.Api.CreateBuffer(device.Handle, &create, null, &buffer).OrThrow($"creating a buffer of {bytes} bytes");
        Handle = buffer;
        try
        {
            Allocate(place);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public VkBuffer Handle { get; }

    /// <summary>The size that was asked for.</summary>
    public long Bytes { get; }

    /// <summary>The bytes, for a buffer that the processor sees.</summary>
    public Span<byte> Mapped => new(_mapped, checked((int)Bytes));

    public void Dispose()
    {
        _device.Api.DestroyBuffer(_device.Handle, Handle, null);
        if (_memory.Handle != 0) _device.Api.FreeMemory(_device.Handle, _memory, null);
    }

    private void Allocate(BufferPlace place)
    {
        MemoryRequirements needs;
        _device.Api.GetBufferMemoryRequirements(_device.Handle, Handle, &needs);
        const MemoryPropertyFlags Visible = MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;
        uint type = place switch
        {
            BufferPlace.Device => _device.MemoryType(needs.MemoryTypeBits, 0, MemoryPropertyFlags.DeviceLocalBit),
            BufferPlace.Upload => _device.MemoryType(needs.MemoryTypeBits, Visible, 0),
            _ => _device.MemoryType(needs.MemoryTypeBits, Visible, MemoryPropertyFlags.HostCachedBit),
        };
        MemoryAllocateInfo allocate = new() { SType = StructureType.MemoryAllocateInfo, AllocationSize = needs.Size, MemoryTypeIndex = type };
        DeviceMemory memory;
        _device.Api.AllocateMemory(_device.Handle, &allocate, null, &memory).OrThrow($"allocating {needs.Size} bytes");
        _memory = memory;
        _device.Api.BindBufferMemory(_device.Handle, Handle, memory, 0).OrThrow("binding memory to a buffer");
        if (place == BufferPlace.Device) return;
        void* mapped;
        _device.Api.MapMemory(_device.Handle, memory, 0, Vk.WholeSize, 0, &mapped).OrThrow("mapping memory");
        _mapped = mapped;
    }
}
