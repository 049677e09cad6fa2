using System.Runtime.InteropServices;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>Tensors of reproducible random numbers, for examples, tests and benchmarks.</summary>
public static class RandomTensor
{
    /// <summary>Uniform numbers in [−1, 1): multiples of 2^−23, from SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).</summary>
    /// <param name="seed">Equal seeds give equal tensors, everywhere and always.</param>
    /// <param name="shape">The extents.</param>
    public static Tensor Uniform(ulong seed, params ReadOnlySpan<int> shape)
    {
        byte[] data = new byte[4 * Tensor.CountElements(shape)];
        ulong state = seed;
        foreach (ref float element in MemoryMarshal.Cast<byte, float>(data.AsSpan()))
        {
            ulong mixed = state += 0x9e3779b97f4a7c15;
            mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
            mixed ^= mixed >> 31;
            element = ((mixed >> 40) * (1.0f / (1 << 23))) - 1.0f;
        }
        return new(DType.F32, shape, data);
    }
}
