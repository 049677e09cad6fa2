using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>The twin of fp32.fixed: digits, exactness and error.</summary>
public sealed class FixedReferenceTests
{
    [Fact]
    public void Digits_are_signed_bytes_that_make_up_the_integer()
    {
        for (int integer = -8_355_711; integer <= 8_355_711; integer += 37)
        {
            (int d0, int d1, int d2) = FixedReference.DigitsOf(integer);
            Assert.Equal(integer, (d0 << 16) + (d1 << 8) + d2);
            Assert.True(d0 is >= -128 and <= 127 && d1 is >= -128 and <= 127 && d2 is >= -128 and <= 127, $"{integer}");
        }
    }

    [Fact]
    public void Small_integers_are_multiplied_exactly()
    {
        Tensor a = GemmProblems.SmallIntegers(1, 40 * 500), b = GemmProblems.SmallIntegers(2, 500 * 30);
        Tensor left = new(DType.F32, [40, 500], a.Data), right = new(DType.F32, [500, 30], b.Data);
        using CpuDevice cpu = new();
        Assert.Equal(Gemm.Multiply(cpu, left, right).Product.DataHandle, FixedReference.Multiply(new(40, 30, 500), left, right).DataHandle);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(1.9921875f)]
    [InlineData(1.99215674f)] // 0xfefefe·2^−23: the most that three digits hold
    [InlineData(1.99215686f)] // 0xfefeff·2^−23: no longer
    [InlineData(1.9999999f)]
    [InlineData(1.7014117e38f)]
    [InlineData(1.4e-45f)]
    [InlineData(1.1754942e-38f)]
    public void The_largest_number_of_a_row_keeps_its_precision(float number)
    {
        Tensor a = Tensor.From(new[,] { { number, 0f } }), b = Tensor.From(new[,] { { 1f }, { 0.5f } });
        float product = FixedReference.Multiply(new(1, 1, 2), a, b).AsSpan<float>()[0];
        Assert.InRange(product, number * (1 - 1.2e-7), number * (1 + 1.2e-7));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(4096)]
    public void The_error_is_no_larger_than_that_of_a_chain_in_binary32(int k)
    {
        using CpuDevice cpu = new();
        foreach ((Tensor a, Tensor b) in ((Tensor, Tensor)[])
        [
            (RandomTensor.Uniform(1, 24, k), RandomTensor.Uniform(2, k, 24)),
            (RandomTensor.Normal(1, 24, k), RandomTensor.Normal(2, k, 24)),
            (Positive(RandomTensor.Uniform(1, 24, k)), Positive(RandomTensor.Uniform(2, k, 24))),
        ])
        {
            double chain = ProductError.Relative(a, b, Gemm.Multiply(cpu, a, b).Product), ours = ProductError.Relative(a, b, FixedReference.Multiply(new(24, 24, k), a, b));
            Assert.InRange(ours, 0, chain);
        }

        static Tensor Positive(Tensor tensor) => RandomTensor.Map(tensor, (_, x) => (x + 1) / 2);
    }

    [Fact]
    public void Sums_that_could_overflow_are_refused_by_name()
    {
        const int K = FixedReference.MaxDepth + 1;
        using CpuDevice cpu = new();
        Tensor a = RandomTensor.Uniform(1, 1, K), b = RandomTensor.Uniform(2, K, 1);
        HlxException refused = HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => Gemm.Multiply(cpu, NumericsProfile.Fp32Fixed, a, b));
        Assert.Contains("too long for fp32.fixed", refused.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Sums_of_the_largest_digits_do_not_overflow()
    {
        const int K = FixedReference.MaxDepth;
        Tensor a = Tensor.From<float>(DType.F32, [1, K], [.. Enumerable.Repeat(-1.9921f, K)]), b = Tensor.From<float>(DType.F32, [K, 1], [.. Enumerable.Repeat(1.9921f, K)]);
        double exact = -(double)1.9921f * 1.9921f * K;
        Assert.InRange(FixedReference.Multiply(new(1, 1, K), a, b).AsSpan<float>()[0], exact * (1 + 1e-6), exact * (1 - 1e-6));
    }
}
