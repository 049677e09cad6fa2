namespace Hlx.Vulkan;

/// <summary>Hands out ranges of a block of memory: best fit, neighbouring free ranges joined. Pure bookkeeping.</summary>
/// <param name="size">The size of the block.</param>
internal sealed class RangeAllocator(long size)
{
    private readonly SortedDictionary<long, long> _free = new() { [0] = size }; // offset → length

    /// <summary>The size of the block.</summary>
    public long Size { get; } = size;

    /// <summary>How much of the block is handed out, padding for alignment included.</summary>
    public long Used { get; private set; }

    /// <summary>Takes a range.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="alignment">A power of two that its offset must be a multiple of.</param>
    /// <returns>The range as it is to be freed, and the aligned offset in it; null if there is no room.</returns>
    public (long Offset, long Length, long Aligned)? TryAllocate(long length, long alignment)
    {
        long bestOffset = -1, bestLength = long.MaxValue;
        foreach ((long offset, long free) in _free)
        {
            long needed = Align(offset, alignment) - offset + length;
            if (free < needed || free >= bestLength) continue;
            (bestOffset, bestLength) = (offset, free);
        }
        if (bestOffset < 0) return null;
        long aligned = Align(bestOffset, alignment), taken = aligned - bestOffset + length;
        _free.Remove(bestOffset);
        if (bestLength > taken) _free[bestOffset + taken] = bestLength - taken;
        Used += taken;
        return (bestOffset, taken, aligned);
    }

    /// <summary>Gives a range back.</summary>
    public void Free(long offset, long length)
    {
        Used -= length;
        foreach ((long start, long free) in _free)
        {
            if (start + free == offset)
            {
                _free.Remove(start);
                (offset, length) = (start, free + length);
                break;
            }
        }
        if (_free.Remove(offset + length, out long following)) length += following;
        _free.Add(offset, length);
    }

    private static long Align(long offset, long alignment) => (offset + alignment - 1) & ~(alignment - 1);
}
