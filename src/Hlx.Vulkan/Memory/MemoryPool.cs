using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>How a device's memory is used.</summary>
/// <param name="Blocks">How many blocks are allocated from the driver.</param>
/// <param name="ReservedBytes">Their size together.</param>
/// <param name="UsedBytes">What of it is handed out to buffers.</param>
/// <param name="PeakUsedBytes">The most that was ever handed out.</param>
/// <param name="Buffers">How many buffers there are.</param>
/// <param name="CapBytes">How much may be reserved.</param>
public sealed record MemoryStatistics(int Blocks, long ReservedBytes, long UsedBytes, long PeakUsedBytes, int Buffers, long CapBytes);

/// <summary>A part of a block that belongs to a buffer.</summary>
internal sealed record MemoryRange(MemoryBlock Block, long Offset, long Length, long Aligned);

/// <summary>A piece of memory from the driver, mapped for as long as it lives if the processor can see it.</summary>
internal sealed unsafe class MemoryBlock(DeviceMemory memory, uint type, byte* mapped, long size)
{
    public DeviceMemory Memory => memory;

    public uint Type => type;

    public byte* Mapped => mapped;

    public RangeAllocator Ranges { get; } = new(size);
}

/// <summary>
/// Sub-allocates buffers from large blocks: drivers allow few allocations and take long for each. Blocks are kept for the next
/// request; empty ones are given back when the cap is near. Safe for many threads.
/// </summary>
internal sealed unsafe class MemoryPool(VulkanDevice device, long cap) : IDisposable
{
    private const long SmallestBlockBytes = 4L << 20, BlockBytes = 64L << 20; // pinning memory takes time: a process that needs little should not wait for much

    private readonly List<MemoryBlock> _blocks = [];
    private readonly Lock _lock = new();
    private long _peak;
    private int _buffers;

    public MemoryStatistics Statistics
    {
        get
        {
            lock (_lock) return new(_blocks.Count, Reserved, Used, _peak, _buffers, cap);
        }
    }

    private long Reserved => _blocks.Sum(block => block.Ranges.Size);

    private long Used => _blocks.Sum(block => block.Ranges.Used);

    /// <summary>Takes a range for a buffer.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceMemory"/>.</exception>
    public MemoryRange Allocate(MemoryRequirements needs, uint type)
    {
        lock (_lock)
        {
            foreach (MemoryBlock block in _blocks)
            {
                if (block.Type == type && Take(block, needs) is { } range) return range;
            }
            long reserved = _blocks.Where(block => block.Type == type).Sum(block => block.Ranges.Size);
            MemoryBlock added = AddBlock(Math.Max((long)needs.Size, Math.Clamp(reserved, SmallestBlockBytes, BlockBytes)), (long)needs.Size, type);
            return Take(added, needs)!;
        }
    }

    /// <summary>Gives a range back.</summary>
    public void Free(MemoryRange range)
    {
        lock (_lock)
        {
            range.Block.Ranges.Free(range.Offset, range.Length);
            _buffers--;
        }
    }

    /// <summary>Gives the driver back what no buffer is in.</summary>
    public void Trim()
    {
        lock (_lock) FreeEmptyBlocks();
    }

    public void Dispose()
    {
        foreach (MemoryBlock block in _blocks) device.Api.FreeMemory(device.Handle, block.Memory, null);
        _blocks.Clear();
    }

    private MemoryRange? Take(MemoryBlock block, MemoryRequirements needs)
    {
        if (block.Ranges.TryAllocate((long)needs.Size, (long)needs.Alignment) is not (long offset, long length, long aligned)) return null;
        _buffers++;
        _peak = Math.Max(_peak, Used);
        return new(block, offset, length, aligned);
    }

    // Asks for a whole block, and if the cap or the driver refuses that, for just what is needed.
    private MemoryBlock AddBlock(long wanted, long needed, uint type)
    {
        if (Reserved + wanted > cap) FreeEmptyBlocks();
        if (Reserved + needed > cap)
        {
            throw new HlxException(
                ErrorCode.DeviceMemory, $"{needed} bytes do not fit: {Used} bytes are used and {Reserved} reserved of the cap of {cap}",
                "Raise VulkanOptions.MemoryCapBytes, or make the tensors smaller");
        }
        long size = Math.Min(wanted, cap - Reserved);
        Result result = TryAdd(size, type);
        if (result is Result.ErrorOutOfDeviceMemory or Result.ErrorOutOfHostMemory)
        {
            FreeEmptyBlocks();
            result = TryAdd(needed, type);
        }
        result.OrThrow($"allocating {needed} bytes beside {Reserved} reserved");
        return _blocks[^1];
    }

    private Result TryAdd(long size, uint type)
    {
        MemoryAllocateInfo allocate = new() { SType = StructureType.MemoryAllocateInfo, AllocationSize = (ulong)size, MemoryTypeIndex = type };
        DeviceMemory memory = default;
        Result result = device.Faults.Next();
        if (result == Result.Success) result = device.Api.AllocateMemory(device.Handle, &allocate, null, &memory);
        if (result != Result.Success) return result;
        void* mapped = null;
        if (device.IsHostVisible(type)) result = device.Api.MapMemory(device.Handle, memory, 0, Vk.WholeSize, 0, &mapped);
        if (result == Result.Success) _blocks.Add(new MemoryBlock(memory, type, (byte*)mapped, size));
        else device.Api.FreeMemory(device.Handle, memory, null);
        return result;
    }

    private void FreeEmptyBlocks()
    {
        foreach (MemoryBlock block in _blocks.Where(block => block.Ranges.Used == 0)) device.Api.FreeMemory(device.Handle, block.Memory, null);
        _blocks.RemoveAll(block => block.Ranges.Used == 0);
    }
}
