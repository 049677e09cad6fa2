using System.Runtime.InteropServices;
using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>
/// The readable twin that defines the bits of a <see cref="GemmProblem"/> in <c>fp32.ieee</c>. Every other implementation is compared
/// with this one.
/// </summary>
public static class GemmReference
{
    /// <summary>Computes C.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="c">Receives C; what lies between its rows stays as it is.</param>
    public static void Compute(GemmProblem problem, GemmOperands operands, Span<float> c)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(operands);
        ReadOnlySpan<float> before = Floats(operands.C), bias = Floats(operands.Bias);
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            for (int row = 0; row < problem.Shape.M; row++)
            {
                for (int column = 0; column < problem.Shape.N; column++)
                {
                    int at = (int)((batch * problem.BatchC) + ((long)row * problem.DistanceC) + column);
                    c[at] = GemmEpilogue.Apply(
                        problem, Product(problem, operands, batch, row, column), problem.Beta != 0 ? before[at] : 0, problem.HasBias ? bias[column] : 0);
                }
            }
        }
    }

    /// <summary>One element of op(A)·op(B).</summary>
    public static float Product(GemmProblem problem, GemmOperands operands, int batch, int row, int column)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(operands);
        if (problem.Shape.K == 0) return 0;
        ReadOnlySpan<float> a = Floats(operands.A)[(int)(batch * problem.BatchA)..], b = Floats(operands.B)[(int)(batch * problem.BatchB)..];
        int first = NumericsProfile.Fp32IeeeFirstChain(problem.Shape.K);
        float sum = Chain(a, b, 0, first);
        return first < problem.Shape.K ? sum + Chain(a, b, first, problem.Shape.K) : sum;

        float Chain(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int start, int end)
        {
            float chain = 0;
            for (int k = start; k < end; k++)
            {
                float left = a[problem.TransposeA ? (k * problem.DistanceA) + row : (row * problem.DistanceA) + k];
                float right = b[problem.TransposeB ? (column * problem.DistanceB) + k : (k * problem.DistanceB) + column];
                chain = MathF.FusedMultiplyAdd(left, right, chain);
            }
            return chain;
        }
    }

    private static ReadOnlySpan<float> Floats(ReadOnlyMemory<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes.Span);
}
