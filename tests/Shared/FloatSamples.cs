using System.Runtime.InteropServices;

namespace Hlx.Testing;

/// <summary>Random binary32 numbers of several kinds, all reproducible.</summary>
internal static class FloatSamples
{
    /// <summary>Numbers between −1 and 1 with full significands.</summary>
    public static Tensor Unit(int seed, params ReadOnlySpan<int> shape) => Make(seed, shape, random => (float)((2 * random.NextDouble()) - 1));

    /// <summary>Any bit pattern whose exponent lies in a range; zeros now and then.</summary>
    public static Tensor Exponents(int seed, int lowest, int highest, params ReadOnlySpan<int> shape) => Make(seed, shape, random =>
    {
        if (random.Next(20) == 0) return 0;
        double significand = 1 + random.NextDouble();
        return (float)Math.ScaleB(random.Next(2) == 0 ? significand : -significand, random.Next(lowest, highest + 1));
    });

    /// <summary>Any bit pattern at all: NaN, infinities and denormals too.</summary>
    public static Tensor Bits(int seed, params ReadOnlySpan<int> shape) => Make(seed, shape, random => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)));

    /// <summary>
    /// Mostly numbers between −1 and 1, with infinities, NaN, zeros of both signs and denormals among them: so few in a large
    /// matrix that many elements of a product stay finite.
    /// </summary>
    public static Tensor Special(int seed, params ReadOnlySpan<int> shape)
    {
        int rarity = 9;
        foreach (int extent in shape) rarity = Math.Max(rarity, 4 * extent);
        return Make(seed, shape, random => random.Next(rarity) != 0 ? (float)((2 * random.NextDouble()) - 1) : random.Next(9) switch
        {
            0 => float.PositiveInfinity,
            1 => float.NegativeInfinity,
            2 => float.NaN,
            3 => BitConverter.UInt32BitsToSingle(0xffc12345),
            4 => -0f,
            5 => 0f,
            6 => float.Epsilon,
            7 => -1e-40f,
            _ => float.MaxValue,
        });
    }

    private static Tensor Make(int seed, ReadOnlySpan<int> shape, Func<Random, float> next)
    {
        Random random = new(seed);
        byte[] data = new byte[4 * Tensor.CountElements(shape)];
        foreach (ref float element in MemoryMarshal.Cast<byte, float>(data.AsSpan())) element = next(random);
        return new(DType.F32, shape, data);
    }
}
