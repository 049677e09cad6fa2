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
        foreach (ref float element in MemoryMarshal.Cast<byte, float>(data.AsSpan())) element = Next(ref state);
        return new(DType.F32, shape, data);
    }

    /// <summary>Numbers that are nearly normal with mean 0 and variance 1: half the sum of 12 uniform ones in [−1, 1).</summary>
    /// <param name="seed">Equal seeds give equal tensors, everywhere and always.</param>
    /// <param name="shape">The extents.</param>
    public static Tensor Normal(ulong seed, params ReadOnlySpan<int> shape)
    {
        byte[] data = new byte[4 * Tensor.CountElements(shape)];
        ulong state = seed;
        foreach (ref float element in MemoryMarshal.Cast<byte, float>(data.AsSpan()))
        {
            element = Next(ref state);
            for (int i = 1; i < 12; i++) element += Next(ref state);
            element /= 2;
        }
        return new(DType.F32, shape, data);
    }

    /// <summary>A tensor of f32 changed element by element.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="change">From position and element to the new element.</param>
    public static Tensor Map(Tensor tensor, Func<int, float, float> change)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(change);
        byte[] data = tensor.Data.ToArray();
        Span<float> elements = MemoryMarshal.Cast<byte, float>(data.AsSpan());
        for (int i = 0; i < elements.Length; i++) elements[i] = change(i, elements[i]);
        return new(tensor.Type, tensor.Shape, data);
    }

    private static float Next(ref ulong state)
    {
        ulong mixed = state += 0x9e3779b97f4a7c15;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        mixed ^= mixed >> 31;
        return ((mixed >> 40) * (1.0f / (1 << 23))) - 1.0f;
    }
}
