using System.Numerics;

namespace Hlx.Vulkan;

/// <summary>A piece of staging memory.</summary>
/// <param name="Buffer">The buffer that it is in.</param>
/// <param name="Offset">Where it starts.</param>
/// <param name="Bytes">How long it is.</param>
internal readonly record struct StagingRange(DeviceBuffer Buffer, long Offset, long Bytes)
{
    public Span<byte> Mapped => Buffer.Mapped.Slice(checked((int)Offset), checked((int)Bytes));
}

/// <summary>
/// The memory through which data goes to the device and back: one buffer that stays mapped, handed out around. What does not fit in
/// at the moment gets a buffer of its own for as long as it is needed. Safe for many threads.
/// </summary>
internal sealed class StagingRing(VulkanDevice device, long capacity) : IDisposable
{
    private const long Alignment = 256, SmallestBytes = 1L << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(long Start, long End, bool Free)> _ranges = new(); // from the oldest to the youngest
    private DeviceBuffer? _buffer;

    /// <summary>Takes a range.</summary>
    /// <exception cref="Values.HlxException"><see cref="Values.ErrorCode.DeviceMemory"/>.</exception>
    public StagingRange Reserve(long bytes)
    {
        lock (_lock)
        {
            if (bytes <= capacity / 2 && HasRoomFor(bytes) && Place(bytes) is long start)
            {
                _ranges.AddLast((start, start + bytes, false));
                return new(_buffer!, start, bytes);
            }
        }
        return new(new DeviceBuffer(device, bytes, BufferPlace.Staging), 0, bytes);
    }

    /// <summary>Gives a range back, once the device is done with it.</summary>
    public void Release(StagingRange range)
    {
        if (range.Buffer != _buffer)
        {
            range.Buffer.Dispose();
            return;
        }
        lock (_lock)
        {
            for (LinkedListNode<(long Start, long End, bool Free)>? node = _ranges.First; node is not null; node = node.Next)
            {
                if (node.Value.Start != range.Offset || node.Value.Free) continue;
                node.Value = node.Value with { Free = true };
                break;
            }
            while (_ranges.First is { Value.Free: true }) _ranges.RemoveFirst();
        }
    }

    /// <summary>Frees the buffer if nothing is in it.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            if (_ranges.Count > 0) return;
            _buffer?.Dispose();
            _buffer = null;
        }
    }

    public void Dispose() => _buffer?.Dispose();

    // The buffer grows while nothing is in it: pinning memory takes time, and most processes send little.
    private bool HasRoomFor(long bytes)
    {
        if (_buffer is not null && bytes <= _buffer.Bytes / 2) return true;
        if (_ranges.Count > 0) return false;
        _buffer?.Dispose();
        _buffer = null;
        try
        {
            _buffer = new DeviceBuffer(device, Math.Min(capacity, Math.Max(SmallestBytes, (long)BitOperations.RoundUpToPowerOf2((ulong)(2 * bytes)))), BufferPlace.Staging);
            return true;
        }
        catch (Values.HlxException full) when (full.Code == Values.ErrorCode.DeviceMemory)
        {
            return false; // a buffer of its own may still fit
        }
    }

    // After the youngest range, or at the start where the oldest leaves room.
    private long? Place(long bytes)
    {
        if (_ranges.Last is null) return 0;
        long oldest = _ranges.First!.Value.Start, after = (_ranges.Last.Value.End + Alignment - 1) & -Alignment;
        bool isWrapped = _ranges.Last.Value.Start < oldest;
        if (isWrapped) return after + bytes < oldest ? after : null;
        if (after + bytes <= _buffer!.Bytes) return after;
        return bytes < oldest ? 0 : null;
    }
}
