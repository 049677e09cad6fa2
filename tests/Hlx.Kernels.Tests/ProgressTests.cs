using System.Collections.Concurrent;
using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>The CPU device tells how far long products are.</summary>
public sealed class ProgressTests
{
    [Theory]
    [InlineData(NumericsProfile.Fp32Ieee)]
    [InlineData(NumericsProfile.Fp32Fixed)]
    [InlineData(NumericsProfile.Int8)]
    public void A_product_tells_of_parts_up_to_the_whole(string numerics)
    {
        Parts parts = new();
        using CpuDevice cpu = new() { Progress = parts }, silent = new();
        bool isInt8 = numerics == NumericsProfile.Int8;
        Tensor a = isInt8 ? Bytes(40, 1100) : FloatSamples.Unit(1, 40, 1100), b = isInt8 ? Bytes(1100, 700) : FloatSamples.Unit(2, 1100, 700);
        Assert.Equal(Gemm.Multiply(silent, numerics, a, b).Product.DataHandle, Gemm.Multiply(cpu, numerics, a, b).Product.DataHandle);
        double[] told = [.. parts.Told];
        Assert.True(told.Length > 1);
        Assert.All(told, part => Assert.InRange(part, double.Epsilon, 1));
        Assert.Equal(1, told.Max(), 1e-9);
    }

    [Fact]
    public void An_i8_product_has_the_same_bits_for_every_number_of_threads()
    {
        Tensor a = Bytes(33, 70), b = Bytes(70, 9);
        using CpuDevice three = new(threads: 3);
        Assert.Equal(MatrixReference.Multiply(new(33, 9, 70), a, b).DataHandle, MatrixReference.Multiply(three, new(33, 9, 70), a, b).DataHandle);
    }

    private static Tensor Bytes(int rows, int columns) => new(DType.I8, [rows, columns], Enumerable.Range(0, rows * columns).Select(i => (byte)(i * 37)).ToArray());

    private sealed class Parts : IProgress<double>
    {
        public ConcurrentBag<double> Told { get; } = [];

        public void Report(double value) => Told.Add(value);
    }
}
