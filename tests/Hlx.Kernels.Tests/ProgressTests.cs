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
    public void A_product_tells_of_parts_up_to_the_whole(string numerics)
    {
        Parts parts = new();
        using CpuDevice cpu = new() { Progress = parts }, silent = new();
        Tensor a = FloatSamples.Unit(1, 40, 1100), b = FloatSamples.Unit(2, 1100, 700);
        Assert.Equal(Gemm.Multiply(silent, numerics, a, b).Product.DataHandle, Gemm.Multiply(cpu, numerics, a, b).Product.DataHandle);
        double[] told = [.. parts.Told];
        Assert.True(told.Length > 1);
        Assert.All(told, part => Assert.InRange(part, double.Epsilon, 1));
        Assert.Equal(1, told.Max(), 1e-9);
    }

    private sealed class Parts : IProgress<double>
    {
        public ConcurrentBag<double> Told { get; } = [];

        public void Report(double value) => Told.Add(value);
    }
}
