using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>
/// The readable twins of products on matrix units: the bits of <c>i8</c>, and how far an element in another profile may be from the
/// exact one.
/// </summary>
public static class MatrixReference
{
    /// <summary>C = A·B in <c>i8</c>: sums modulo 2^32.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, i8[M,K].</param>
    /// <param name="b">B, i8[K,N].</param>
    public static Tensor Multiply(GemmShape shape, Tensor a, Tensor b)
    {
        using CpuDevice cpu = new(threads: 1);
        return Multiply(cpu, shape, a, b);
    }

    /// <summary>C = A·B in <c>i8</c>: sums modulo 2^32, on the threads of a device, a row at a time.</summary>
    /// <param name="cpu">The device.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, i8[M,K].</param>
    /// <param name="b">B, i8[K,N].</param>
    public static Tensor Multiply(CpuDevice cpu, GemmShape shape, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        byte[] data = new byte[4L * shape.M * shape.N];
        cpu.For(
            shape.M,
            row =>
            {
                ReadOnlySpan<sbyte> left = MemoryMarshal.Cast<byte, sbyte>(a.Data.Span).Slice(row * shape.K, shape.K), right = MemoryMarshal.Cast<byte, sbyte>(b.Data.Span);
                Span<int> sums = MemoryMarshal.Cast<byte, int>(data.AsSpan()).Slice(row * shape.N, shape.N);
                for (int k = 0; k < shape.K; k++)
                {
                    int x = left[k];
                    ReadOnlySpan<sbyte> line = right.Slice(k * shape.N, shape.N);
                    for (int column = 0; column < sums.Length; column++) sums[column] = unchecked(sums[column] + (x * line[column]));
                }
            },
            0,
            1);
        return new(DType.I32, [shape.M, shape.N], data);
    }

    /// <summary>The exact element and the most by which a device's may differ from it.</summary>
    /// <param name="profile"><c>fp32.split</c>, <c>fp16</c> or <c>bf16</c>.</param>
    /// <param name="row">A row of A, as the profile sees it.</param>
    /// <param name="column">A column of B.</param>
    /// <remarks>
    /// With S = Σ|a·b|: a unit adds with at most one step of truncation, 2^−23 of the magnitude so far, for each product, so an element of
    /// <c>fp16</c> and <c>bf16</c> is within K·2^−23·S. <c>fp32.split</c> adds at most 96 products that way, those of a depth of 32, then rounds
    /// K/32 sums to nearest; and each number is off by 2^−22 of itself, low·low is left out (2^−22 of the product), and numbers more than
    /// 2^17 below the largest of their row or column are off by 2^−39 of that.
    /// </remarks>
    public static (double Exact, double Bound) Element(string profile, ReadOnlySpan<float> row, ReadOnlySpan<float> column)
    {
        double exact = 0, magnitude = 0, sumA = 0, sumB = 0, largestA = 0, largestB = 0;
        for (int k = 0; k < row.Length; k++)
        {
            exact += (double)row[k] * column[k];
            magnitude += Math.Abs((double)row[k] * column[k]);
            sumA += Math.Abs(row[k]);
            sumB += Math.Abs(column[k]);
            largestA = Math.Max(largestA, Math.Abs(row[k]));
            largestB = Math.Max(largestB, Math.Abs(column[k]));
        }
        double steps = Math.Max(row.Length, 1);
        if (profile != NumericsProfile.Fp32Split) return (exact, steps * Math.ScaleB(magnitude, -23));
        double relative = Math.ScaleB(96, -23) + (3 * Math.ScaleB(1, -22)) + (((steps / 32) + 2) * Math.ScaleB(1, -24));
        return (exact, (relative * magnitude) + Math.ScaleB((largestA * sumB) + (largestB * sumA), -39) + float.Epsilon);
    }
}
