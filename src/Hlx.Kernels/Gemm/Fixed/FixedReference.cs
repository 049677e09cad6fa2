using System.Numerics;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>
/// The readable twin that defines the bits of C = A·B in <c>fp32.fixed</c>: numbers become integers of 23 bits in units of their row of A
/// or column of B, integers become three signed digits of 8 bits, products of digits are summed exactly, and the sum is rounded once.
/// </summary>
/// <remarks>A number is off by at most 2^−23 of the largest of its row or column; so one just below the overflow threshold may become infinite.</remarks>
public static class FixedReference
{
    /// <summary>The most products in a sum: up to here no 32-bit sum of products of digits can overflow (3·2^14·K is below 2^31).</summary>
    public const int MaxDepth = 32768;

    /// <summary>Digits of a number.</summary>
    public const int Digits = 3;

    private const int LargestInteger = 0x7f7f7f; // of three digits up to 127
    private const int FractionBits = 22;
    private const int ShortDepth = 2047;

    /// <summary>
    /// How many groups of products of digits i and j, by i + j, are summed: a function of K alone. What is left out is below the rounding of
    /// a binary32 sum of K products; for short sums that takes one group more.
    /// </summary>
    /// <param name="k">The number of products.</param>
    public static int Groups(int k) => k <= ShortDepth ? 4 : 3;

    /// <summary>Refuses sums that could overflow.</summary>
    /// <param name="k">The number of products.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/> above <see cref="MaxDepth"/>.</exception>
    public static void CheckDepth(int k)
    {
        if (k > MaxDepth)
            throw new HlxException(ErrorCode.NumericsUnsupported, $"sums of {k} products are too long for fp32.fixed", $"Cut K into parts of at most {MaxDepth}, or use fp32.ieee");
    }

    /// <summary>Multiplies two matrices of finite numbers.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, f32[M,K].</param>
    /// <param name="b">B, f32[K,N].</param>
    /// <inheritdoc cref="CheckDepth" path="/exception"/>
    public static Tensor Multiply(GemmShape shape, Tensor a, Tensor b)
    {
        using CpuDevice one = new(threads: 1);
        return Multiply(one, shape, a, b);
    }

    /// <summary>Multiplies two matrices of finite numbers on the threads of a device, a row at a time.</summary>
    /// <param name="cpu">The device.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, f32[M,K].</param>
    /// <param name="b">B, f32[K,N].</param>
    /// <inheritdoc cref="CheckDepth" path="/exception"/>
    public static Tensor Multiply(CpuDevice cpu, GemmShape shape, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        (int m, int n, int k) = shape;
        CheckDepth(k);
        ReadOnlySpan<float> left = a.AsSpan<float>(), right = b.AsSpan<float>();
        (int[] Units, int[][] Numbers) rows = Integers(left, m, k, row => row * k, 1), columns = Integers(right, n, k, column => column, n);
        float[] c = new float[m * n];
        int groups = Groups(k);
        cpu.For(
            m,
            row =>
            {
                for (int column = 0; column < n; column++)
                    c[(row * n) + column] = Round(Sum(rows.Numbers[row], columns.Numbers[column], groups), rows.Units[row] + columns.Units[column]);
            },
            0,
            1);
        return Tensor.From<float>(DType.F32, [m, n], c);
    }

    /// <summary>The digits of an integer, the highest first, each from −128 to 127.</summary>
    public static (int D0, int D1, int D2) DigitsOf(int integer)
    {
        int d2 = ((integer + 128) & 255) - 128, rest = (integer - d2) >> 8;
        int d1 = ((rest + 128) & 255) - 128;
        return ((rest - d1) >> 8, d1, d2);
    }

    private static (int[] Units, int[][] Numbers) Integers(ReadOnlySpan<float> matrix, int lines, int length, Func<int, int> start, int step)
    {
        int[] units = new int[lines];
        int[][] numbers = new int[lines][];
        for (int line = 0; line < lines; line++)
        {
            float largest = 0;
            for (int i = 0; i < length; i++) largest = Math.Max(largest, Math.Abs(matrix[start(line) + (i * step)]));
            units[line] = Unit(largest);
            numbers[line] = new int[length];
            // Scaling by a power of two is exact in binary64, and so is the rounding that follows.
            for (int i = 0; i < length; i++) numbers[line][i] = (int)Math.Round(Math.ScaleB(matrix[start(line) + (i * step)], -units[line]), MidpointRounding.ToEven);
        }
        return (units, numbers);
    }

    // The exponent of the unit: a number that would round to more than 0x7f7f7f units, the largest integer of three digits, gets a larger one.
    private static int Unit(float largest)
    {
        if (largest == 0) return 0;
        int exponent = Math.ILogB(largest);
        return exponent + (Math.ScaleB((double)largest, -exponent) >= (LargestInteger + 0.5) / (1 << FractionBits) ? 1 : 0) - FractionBits;
    }

    // In units of 2^8 times the units of row and column: digit 0 of both stands for 2^32 of these.
    private static long Sum(int[] row, int[] column, int groups)
    {
        Span<int> sums = stackalloc int[4];
        for (int k = 0; k < row.Length; k++)
        {
            (int a0, int a1, int a2) = DigitsOf(row[k]);
            (int b0, int b1, int b2) = DigitsOf(column[k]);
            sums[0] += a0 * b0;
            sums[1] += (a0 * b1) + (a1 * b0);
            sums[2] += (a0 * b2) + (a1 * b1) + (a2 * b0);
            sums[3] += (a1 * b2) + (a2 * b1);
        }
        long total = 0;
        for (int group = 0; group < groups; group++) total += (long)sums[group] << (24 - (8 * group));
        return total;
    }

    // total·2^(exponent + 8), to nearest even, with gradual underflow.
    private static float Round(long total, int exponent)
    {
        if (total == 0) return 0;
        ulong magnitude = (ulong)Math.Abs(total);
        uint sign = total < 0 ? 0x80000000u : 0;
        exponent += 8;
        int top = 63 - BitOperations.LeadingZeroCount(magnitude), excess = Math.Max(top - 23, -149 - exponent);
        ulong quotient = excess <= 0 ? magnitude << -excess : excess > 63 ? 0 : magnitude >> excess;
        if (excess is > 0 and <= 63)
        {
            ulong rest = magnitude - (quotient << excess), half = 1UL << (excess - 1);
            if (rest > half || (rest == half && (quotient & 1) != 0)) quotient++;
        }
        int biased = top + exponent + 127;
        uint bits = biased >= 1 ? ((uint)(biased - 1) << 23) + (uint)quotient : (uint)quotient;
        return BitConverter.UInt32BitsToSingle(sign | (biased >= 255 ? 0x7f800000 : Math.Min(bits, 0x7f800000)));
    }
}
