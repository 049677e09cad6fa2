using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>Problems with transposes, distances, batches and epilogues on the CPU device, and what is refused.</summary>
public sealed class GemmProblemTests
{
    public static TheoryData<int, int, int> Shapes => new() { { 1, 1, 1 }, { 5, 7, 0 }, { 13, 33, 31 }, { 12, 32, 520 }, { 7, 40, 2050 }, { 0, 3, 2 } };

    [Theory, MemberData(nameof(Shapes))]
    public void Every_form_has_the_bits_of_the_reference(int m, int n, int k)
    {
        using CpuDevice cpu = new(2);
        foreach (Func<int, int, Tensor> make in (Func<int, int, Tensor>[])[(seed, length) => FloatSamples.Unit(seed, length), (seed, length) => FloatSamples.Special(seed, length)])
        {
            foreach (GemmProblem problem in GemmProblems.Of(new(m, n, k)))
            {
                GemmOperands operands = GemmProblems.Operands(problem, make);
                byte[] expected = operands.C.ToArray();
                GemmReference.Compute(problem, operands, MemoryMarshal.Cast<byte, float>(expected.AsSpan()));
                Assert.Equal(expected, Gemm.Compute(cpu, problem, operands).C);
            }
        }
    }

    [Theory]
    [InlineData(5, 7, 0)]
    [InlineData(6, 5, 40)]
    [InlineData(0, 3, 2)]
    public void Every_form_in_fixed_is_its_product_and_the_same_steps_after_it(int m, int n, int k)
    {
        using CpuDevice cpu = new(2);
        foreach (GemmProblem problem in GemmProblems.Of(new(m, n, k)))
        {
            GemmOperands operands = GemmProblems.Operands(problem, (seed, length) => FloatSamples.Exponents(seed, -30, 30, length));
            Assert.Equal(GemmProblems.Fixed(problem, operands), Gemm.Compute(cpu, NumericsProfile.Fp32Fixed, problem, operands).C);
        }
    }

    [Fact]
    public void Products_of_integers_may_be_transposed_and_batched_but_nothing_follows_them()
    {
        using CpuDevice cpu = new();
        GemmProblem problem = new(new(2, 1, 3)) { TransposeA = true, LeadingA = 3, Batch = 2, StrideB = 0 };
        GemmOperands operands = new(new byte[] { 1, 2, 99, 3, 4, 99, 5, 6, 99, 10, 0, 99, 0, 20, 99, 0, 1 }, new byte[] { 1, 0xff, 2 });
        Assert.Equal([1 - 3 + 10, 2 - 4 + 12, 10, -20 + 2], MemoryMarshal.Cast<byte, int>(Gemm.Compute(cpu, NumericsProfile.Int8, problem, operands).C).ToArray());
        Assert.Equal(new byte[16], Gemm.Compute(cpu, NumericsProfile.Int8, problem with { Shape = new(2, 1, 0), TransposeA = false }, operands).C);
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => Gemm.Compute(cpu, NumericsProfile.Int8, problem with { Activation = GemmActivation.Relu }, operands));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Gemm.Compute(cpu, NumericsProfile.Int8, problem with { StrideA = 10 }, operands));
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => Gemm.Compute(cpu, NumericsProfile.Fp32Split, new(new(2, 2, 2)), new(new byte[16], new byte[16])));
    }

    [Fact]
    public void Fixed_problems_with_infinities_are_those_of_fp32_ieee()
    {
        using CpuDevice cpu = new();
        GemmProblem problem = new(new(6, 5, 9)) { TransposeB = true, HasBias = true };
        GemmOperands operands = GemmProblems.Operands(problem, (seed, length) => RandomTensor.Map(RandomTensor.Uniform((ulong)seed, length), (i, x) => i == 7 ? float.PositiveInfinity : x));
        Assert.Equal(Gemm.Compute(cpu, problem, operands).C, Gemm.Compute(cpu, NumericsProfile.Fp32Fixed, problem, operands).C);
    }

    [Fact]
    public void The_reference_agrees_with_float64_on_every_form()
    {
        foreach (GemmProblem problem in GemmProblems.Of(new(6, 5, 40)))
        {
            GemmOperands operands = GemmProblems.Operands(problem, (seed, length) => FloatSamples.Unit(seed, length));
            float[] actual = Floats(operands.C), a = Floats(operands.A), b = Floats(operands.B), c = Floats(operands.C), bias = Floats(operands.Bias);
            GemmReference.Compute(problem, operands, actual);
            int lda = problem.LeadingA ?? (problem.TransposeA ? 6 : 40), ldb = problem.LeadingB ?? (problem.TransposeB ? 40 : 5), ldc = problem.LeadingC ?? 5;
            int strideA = problem.StrideA ?? lda * (problem.TransposeA ? 40 : 6), strideB = problem.StrideB ?? ldb * (problem.TransposeB ? 5 : 40), strideC = problem.StrideC ?? ldc * 6;
            for (int batch = 0; batch < problem.Batch; batch++)
            {
                for (int i = 0; i < 6; i++)
                {
                    for (int j = 0; j < 5; j++)
                    {
                        double sum = 0;
                        for (int k = 0; k < 40; k++)
                            sum += (double)a[(batch * strideA) + (problem.TransposeA ? (k * lda) + i : (i * lda) + k)] * b[(batch * strideB) + (problem.TransposeB ? (j * ldb) + k : (k * ldb) + j)];
                        int at = (batch * strideC) + (i * ldc) + j;
                        double x = (problem.Alpha * sum) + (problem.Beta * c[at]) + (problem.HasBias ? bias[j] : 0);
                        if (problem.Activation == GemmActivation.Relu) x = Math.Max(x, 0);
                        if (problem.Activation == GemmActivation.Gelu) x *= NormalCdf(x);
                        Assert.InRange(actual[at], x - 1e-5, x + 1e-5);
                    }
                }
            }
        }
    }

    [Fact]
    public void Gelu_is_within_its_bound_of_the_exact_function()
    {
        for (double x = -12.5; x <= 12.5; x += 0.001)
        {
            float rounded = (float)x;
            Assert.InRange(GemmEpilogue.Gelu(rounded) - (rounded * NormalCdf(rounded)), -1e-5 * Math.Abs(x), 1e-5 * Math.Abs(x));
        }
        Assert.Equal(20f, GemmEpilogue.Gelu(20));
        Assert.Equal(0f, GemmEpilogue.Gelu(-20));
        Assert.Equal(float.PositiveInfinity, GemmEpilogue.Gelu(float.PositiveInfinity));
        Assert.Equal(0f, GemmEpilogue.Gelu(float.NegativeInfinity));
        Assert.True(float.IsNaN(GemmEpilogue.Gelu(float.NaN)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(512, 512)]
    [InlineData(513, 288)]
    [InlineData(1024, 512)]
    [InlineData(2047, 1024)]
    [InlineData(2048, 2048)]
    [InlineData(8192, 8192)]
    public void The_order_is_a_function_of_k(int k, int first) => Assert.Equal(first, NumericsProfile.Fp32IeeeFirstChain(k));

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        GemmProblem problem = new(new GemmShape(4, 3, 2));
        GemmOperands operands = new(new byte[32], new byte[24]);
        problem.Check(operands);
        Refuses(problem with { LeadingA = 1 }, operands, "leading dimension");
        Refuses(problem with { LeadingC = 2 }, operands, "leading dimension");
        Refuses(problem with { LeadingA = 3 }, operands, "A has 8 elements, and the problem needs 11");
        Refuses(problem with { Batch = 2 }, operands, "A has 8 elements, and the problem needs 16");
        Refuses(problem with { Batch = 2, StrideA = 0, StrideB = 0, StrideC = 11 }, operands, "overlap");
        Refuses(problem with { Beta = 1 }, operands, "C has 0 elements");
        Refuses(problem with { HasBias = true }, operands, "the bias has 0 elements");
        Refuses(new GemmProblem(new GemmShape(-1, 3, 2)), operands, "negative");

        static void Refuses(GemmProblem problem, GemmOperands operands, string said) =>
            Assert.Contains(said, HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => problem.Check(operands)).What, StringComparison.Ordinal);
    }

    private static float[] Floats(ReadOnlyMemory<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray();

    // W. J. Cody's rational approximations are not needed for a bound of 1e-5: the series and the continued fraction suffice.
    private static double NormalCdf(double x)
    {
        double t = Math.Abs(x), tail;
        if (t < 3)
        {
            double term = t, sum = t;
            for (int n = 1; n < 80; n++)
            {
                term *= -t * t / 2 / n;
                sum += term / ((2 * n) + 1);
            }
            tail = 0.5 - (sum / Math.Sqrt(2 * Math.PI));
        }
        else
        {
            double fraction = 0;
            for (int n = 60; n > 0; n--) fraction = n / (t + fraction);
            tail = Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI) / (t + fraction);
        }
        return x < 0 ? tail : 1 - tail;
    }
}
