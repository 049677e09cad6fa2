using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>
/// The readable twin that defines the bits of C = A·B in <c>fp32.ieee</c>. Every other implementation is compared with this one.
/// </summary>
public static class GemmReference
{
    /// <summary>Multiplies two matrices.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, row-major.</param>
    /// <param name="b">B, row-major.</param>
    /// <param name="c">Receives C, row-major.</param>
    public static void Multiply(GemmShape shape, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        for (int row = 0; row < shape.M; row++)
        {
            for (int column = 0; column < shape.N; column++) c[(row * shape.N) + column] = Element(shape, a, b, row, column);
        }
    }

    /// <summary>Computes one element of C.</summary>
    public static float Element(GemmShape shape, ReadOnlySpan<float> a, ReadOnlySpan<float> b, int row, int column)
    {
        float total = 0;
        for (int start = 0; start < shape.K; start += NumericsProfile.Fp32IeeeSegment)
        {
            int end = Math.Min(shape.K, start + NumericsProfile.Fp32IeeeSegment);
            float sum = 0;
            for (int k = start; k < end; k++)
                sum = MathF.FusedMultiplyAdd(a[(row * shape.K) + k], b[(k * shape.N) + column], sum);
            total = start == 0 ? sum : total + sum;
        }
        return float.IsNaN(total) ? BitConverter.UInt32BitsToSingle(NumericsProfile.CanonicalNaN32) : total;
    }
}
