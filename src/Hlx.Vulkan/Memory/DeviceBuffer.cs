using Silk.NET.Vulkan;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace Hlx.Vulkan;

/// <summary>Where a buffer lives.</summary>
internal enum BufferPlace
{
    /// <summary>In the device's memory.</summary>
    Device,

    /// <summary>In the device's memory where the processor sees it, else as <see cref="Shared"/>.</summary>
    Window,

    /// <summary>In memory that the processor and the device both see, to be computed on.</summary>
    Shared,

    /// <summary>In memory that the processor sees, to be copied from and to.</summary>
    Staging,
}

/// <summary>A buffer in a range of the device's memory pool.</summary>
internal sealed unsafe class DeviceBuffer : IDisposable
{
    private const int SmallestBytes = 16; // Vulkan has no empty buffers
    private const ulong CacheLines = 256; // a processor writes parts of its cache lines to a device's memory many times slower (docs/performance/mlp.md)
    private const MemoryPropertyFlags HostVisible = MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;

    private readonly VulkanDevice _device;
    private readonly BufferPlace _place;
    private readonly MemoryRange? _range;

    public DeviceBuffer(VulkanDevice device, long bytes, BufferPlace place, BufferUsageFlags usage = BufferUsageFlags.StorageBufferBit)
    {
        _device = device;
        _place = place;
        Bytes = bytes;
        BufferCreateInfo create = new()
        {
            SType = StructureType.BufferCreateInfo,
            Size = (ulong)Math.Max((bytes + 3) / 4 * 4, SmallestBytes),
            Usage = usage | BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit,
        };
        VkBuffer buffer;
        device.Faults.Next().OrThrow($"creating a buffer of {bytes} bytes");
        device.Api.CreateBuffer(device.Handle, &create, null, &buffer).OrThrow($"creating a buffer of {bytes} bytes");
        Handle = buffer;
        try
        {
            MemoryRequirements needs;
            device.Api.GetBufferMemoryRequirements(device.Handle, buffer, &needs);
            needs.Alignment = Math.Max(needs.Alignment, CacheLines);
            _range = device.Pool.Allocate(needs, MemoryType(needs, place));
            device.Faults.Next().OrThrow("binding memory to a buffer");
            device.Api.BindBufferMemory(device.Handle, buffer, _range.Block.Memory, (ulong)_range.Aligned).OrThrow("binding memory to a buffer");
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

    /// <summary>Whether the processor sees the buffer.</summary>
    public bool IsMapped => _place != BufferPlace.Device;

    /// <summary>The bytes, for a buffer that the processor sees.</summary>
    public Span<byte> Mapped => new(_range!.Block.Mapped + _range.Aligned, checked((int)Bytes));

    /// <summary>Writes all bytes of a buffer that the processor sees.</summary>
    public void Fill(ReadOnlySpan<byte> content)
    {
        if (_place == BufferPlace.Window) StreamingCopy.Copy(content, Mapped);
        else content.CopyTo(Mapped);
    }

    public void Dispose()
    {
        _device.Api.DestroyBuffer(_device.Handle, Handle, null);
        if (_range is not null) _device.Pool.Free(_range);
    }

    private uint MemoryType(MemoryRequirements needs, BufferPlace place) => place switch
    {
        BufferPlace.Device => _device.MemoryType(needs.MemoryTypeBits, 0, MemoryPropertyFlags.DeviceLocalBit),
        BufferPlace.Window => _device.MemoryType(needs.MemoryTypeBits, HostVisible, MemoryPropertyFlags.DeviceLocalBit),
        _ => _device.MemoryType(needs.MemoryTypeBits, HostVisible, MemoryPropertyFlags.HostCachedBit),
    };
}
