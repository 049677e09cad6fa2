using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hlx.Compute;

/// <summary>
/// Which powers of two a set of binary32 numbers spans: a fact of a tensor's content that tells whether a device that flushes
/// denormals can compute with it without changing a bit.
/// </summary>
/// <param name="LowestBit">Every number is a multiple of 2^LowestBit; for zeros only, <see cref="NoNumber"/>.</param>
/// <param name="LowestExponent">The exponent (floor of the binary logarithm) of the smallest finite non-zero magnitude.</param>
/// <param name="HighestExponent">The exponent of the largest finite magnitude.</param>
public readonly record struct FloatRange(int LowestBit, int LowestExponent, int HighestExponent)
{
    /// <summary>The name under which a ledger keeps this fact.</summary>
    public const string FactName = "f32-range.1";

    /// <summary>What stands for "there is no finite non-zero number".</summary>
    public const int NoNumber = 1000;

    private const int MinNormalExponent = -126;

    /// <summary>The range of no numbers.</summary>
    public static FloatRange Empty => new(NoNumber, NoNumber, -NoNumber);

    /// <summary>Whether there is no finite non-zero number.</summary>
    public bool IsEmpty => LowestBit == NoNumber;

    /// <summary>Whether some number is denormal.</summary>
    public bool HasDenormals => !IsEmpty && LowestExponent < MinNormalExponent;

    /// <summary>The range of some numbers; infinities and NaN are passed over.</summary>
    /// <param name="numbers">The numbers.</param>
    public static FloatRange Of(ReadOnlySpan<float> numbers)
    {
        int lowestBit = NoNumber;
        uint smallest = uint.MaxValue, largest = 0;
        foreach (uint bits in MemoryMarshal.Cast<float, uint>(numbers))
        {
            uint magnitude = bits & 0x7fffffff;
            if (magnitude - 1 >= 0x7f7fffff) continue; // zero, infinite or NaN
            int biased = (int)(magnitude >> 23);
            uint fraction = magnitude & 0x7fffff;
            int lowest = biased == 0
                ? -149 + BitOperations.TrailingZeroCount(fraction)
                : biased - 150 + BitOperations.TrailingZeroCount(fraction | 0x800000);
            lowestBit = Math.Min(lowestBit, lowest);
            smallest = Math.Min(smallest, magnitude);
            largest = Math.Max(largest, magnitude);
        }
        return largest == 0 ? Empty : new(lowestBit, Exponent(smallest), Exponent(largest));
    }

    /// <summary>The range as text, for a ledger.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{LowestBit},{LowestExponent},{HighestExponent}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The range, or null if the text is something else.</returns>
    public static FloatRange? Parse(string? text)
    {
        int[] parts = [.. (text ?? "").Split(',').Select(part => int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n) ? n : int.MinValue)];
        return parts.Length == 3 && !parts.Contains(int.MinValue) ? new(parts[0], parts[1], parts[2]) : null;
    }

    private static int Exponent(uint magnitude)
    {
        int biased = (int)(magnitude >> 23);
        return biased == 0 ? -149 + BitOperations.Log2(magnitude) : biased - 127;
    }
}
