using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hlx.Compute;

/// <summary>Working memory of an operator on the CPU, aligned to cache lines; goes back to its device when disposed.</summary>
public sealed class CpuBuffer : IDisposable
{
    private const int LineBytes = 64;

    private readonly ConcurrentBag<float[]> _home;
    private readonly Memory<float> _memory;
    private float[]? _array;

    internal CpuBuffer(ConcurrentBag<float[]> home, int length)
    {
        // Vector loads that cross a line cost twice; pinned arrays do not move, so that an offset can align them.
        _home = home;
        int size = (int)Math.Max(BitOperations.RoundUpToPowerOf2((uint)(length + (LineBytes / sizeof(float)))), 1024);
        _array = Take(home, size) ?? GC.AllocateUninitializedArray<float>(size, pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _memory = _array.AsMemory((int)((LineBytes - (address % LineBytes)) % LineBytes / sizeof(float)), length);
    }

    /// <summary>The memory; its content is arbitrary.</summary>
    public Memory<float> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_array is null, this);
            return _memory;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is float[] array) _home.Add(array); // once: two who rent must not have one array
    }

    private static float[]? Take(ConcurrentBag<float[]> home, int size)
    {
        if (!home.TryTake(out float[]? array) || array.Length >= size) return array;
        return null; // too small: forgotten, and replaced by the larger one
    }
}
