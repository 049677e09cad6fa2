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

    /// <summary>Small integers: fused and unfused arithmetic agree on them.</summary>
    public static Tensor SmallIntegers(int seed, int length)
    {
        Random random = new(seed);
        return Tensor.From<float>(DType.F32, [length], [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-20, 21))]);
    }
}
