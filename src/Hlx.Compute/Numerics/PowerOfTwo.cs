using System.Numerics;
using System.Runtime.InteropServices;

namespace Hlx.Compute;

/// <summary>Multiplication of binary32 numbers by powers of two on their bits, so that no device's flushing can touch it.</summary>
public static class PowerOfTwo
{
    /// <summary>Multiplies every number by 2^shift, in place.</summary>
    /// <param name="numbers">The numbers. Zeros, infinities and NaN stay as they are.</param>
    /// <param name="shift">The exponent. Every product must be representable without rounding.</param>
    public static void Scale(Span<float> numbers, int shift)
    {
        if (shift == 0) return;
        foreach (ref uint bits in MemoryMarshal.Cast<float, uint>(numbers)) bits = Scale(bits, shift);
    }

    private static uint Scale(uint bits, int shift)
    {
        uint sign = bits & 0x80000000, magnitude = bits & 0x7fffffff;
        if (magnitude == 0 || magnitude >= 0x7f800000) return bits;
        int biased = (int)(magnitude >> 23);
        uint significand = magnitude & 0x7fffff;
        if (biased > 0)
        {
            significand |= 0x800000;
        }
        else
        {
            int normalize = BitOperations.LeadingZeroCount(significand) - 8;
            significand <<= normalize;
            biased = 1 - normalize;
        }
        biased += shift;
        if (biased > 0) return sign | ((uint)biased << 23) | (significand & 0x7fffff);
        return sign | (significand >> (1 - biased)); // exact: the caller has made sure that only zeros are shifted out
    }
}
