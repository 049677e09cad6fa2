using System.Runtime.InteropServices;
using Hlx.Kernels;

namespace Hlx.Testing;

/// <summary>Problems of every form, with operands that fit.</summary>
internal static class GemmProblems
{
    /// <summary>Transposes, distances, batches and epilogues in combinations that each occur.</summary>
    /// <param name="shape">Their shape.</param>
    public static IEnumerable<GemmProblem> Of(GemmShape shape)
    {
        (int m, int n, int k) = shape;
        GemmProblem plain = new(shape);
        yield return plain with { TransposeA = true };
        yield return plain with { TransposeB = true, Alpha = -0.75f };
        yield return plain with { TransposeA = true, TransposeB = true, HasBias = true };
        yield return plain with { LeadingA = k + 3, LeadingB = n + 1, LeadingC = n + 2, Beta = 0.5f };
        yield return plain with { TransposeA = true, LeadingA = m + 4, LeadingC = n + 4, Alpha = 3, Beta = 1, HasBias = true, Activation = GemmActivation.Relu };
        yield return plain with { Batch = 3, HasBias = true, Activation = GemmActivation.Gelu };
        yield return plain with { Batch = 2, StrideB = 0, StrideC = (m * n) + 5, TransposeB = true, Activation = GemmActivation.Gelu };
        yield return plain with { Batch = 2, StrideA = 0, LeadingB = n + 5, Beta = -2, Activation = GemmActivation.Relu };
    }

    /// <summary>Operands with numbers of a kind.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="make">Makes a tensor from seed and length.</param>
    public static GemmOperands Operands(GemmProblem problem, Func<int, int, Tensor> make) => new(
        make(1, (int)problem.ElementsA).Data, make(2, (int)problem.ElementsB).Data)
    {
        C = make(3, (int)problem.ElementsC).Data,
        Bias = problem.HasBias ? make(4, problem.Shape.N).Data : default,
    };

    /// <summary>C in <c>fp32.fixed</c>, element by element: the twin's product of a row and a column, and what follows it.</summary>
    public static byte[] Fixed(GemmProblem problem, GemmOperands operands)
    {
        (int m, int n, int k) = problem.Shape;
        float[] a = MemoryMarshal.Cast<byte, float>(operands.A.Span).ToArray(), b = MemoryMarshal.Cast<byte, float>(operands.B.Span).ToArray(), c = MemoryMarshal.Cast<byte, float>(operands.C.Span).ToArray();
        float[] before = [.. c], bias = MemoryMarshal.Cast<byte, float>(operands.Bias.Span).ToArray();
        int lda = problem.LeadingA ?? (problem.TransposeA ? m : k), ldb = problem.LeadingB ?? (problem.TransposeB ? k : n), ldc = problem.LeadingC ?? n;
        int strideA = problem.StrideA ?? lda * (problem.TransposeA ? k : m), strideB = problem.StrideB ?? ldb * (problem.TransposeB ? n : k), strideC = problem.StrideC ?? ldc * m;
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            for (int i = 0; i < m; i++)
            {
                Tensor row = Line(k, x => a[(batch * strideA) + (problem.TransposeA ? (x * lda) + i : (i * lda) + x)], [1, k]);
                for (int j = 0; j < n; j++)
                {
                    Tensor column = Line(k, x => b[(batch * strideB) + (problem.TransposeB ? (j * ldb) + x : (x * ldb) + j)], [k, 1]);
                    int at = (batch * strideC) + (i * ldc) + j;
                    float product = k == 0 ? 0 : FixedReference.Multiply(new(1, 1, k), row, column).AsSpan<float>()[0];
                    c[at] = GemmEpilogue.Apply(problem, product, problem.Beta != 0 ? before[at] : 0, problem.HasBias ? bias[j] : 0);
                }
            }
        }
        return MemoryMarshal.AsBytes(c.AsSpan()).ToArray();

        static Tensor Line(int length, Func<int, float> element, int[] shape) => Tensor.From<float>(DType.F32, shape, [.. Enumerable.Range(0, length).Select(element)]);
    }

    /// <summary>Small integers: fused and unfused arithmetic agree on them.</summary>
    public static Tensor SmallIntegers(int seed, int length)
    {
        Random random = new(seed);
        return Tensor.From<float>(DType.F32, [length], [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-20, 21))]);
    }
}
