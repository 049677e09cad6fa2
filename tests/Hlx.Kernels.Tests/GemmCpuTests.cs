using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>The fast CPU product has the bits of the readable twin, with every tile kernel.</summary>
public sealed class GemmCpuTests
{
    public static TheoryData<int, int, int> Shapes
    {
        get
        {
            TheoryData<int, int, int> data = [];
            foreach ((int m, int n, int k) in ((int, int, int)[])
                [
                    (1, 1, 1), (1, 1, 0), (0, 5, 3), (5, 0, 3), (1, 64, 64), (64, 1, 64), (2, 2, 511), (2, 2, 512), (2, 2, 513),
                    (3, 5, 1024), (3, 5, 1025), (6, 16, 7), (12, 32, 9), (13, 33, 600), (7, 17, 100), (64, 64, 64), (100, 77, 130), (37, 129, 1537), (3, 5, 2047), (3, 5, 2048), (13, 33, 2100),
                ])
            {
                data.Add(m, n, k);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Has_the_bits_of_the_reference_on_random_numbers(int m, int n, int k) =>
        Agrees(FloatSamples.Unit(1, m, k), FloatSamples.Unit(2, k, n));

    [Theory, MemberData(nameof(Shapes))]
    public void Has_the_bits_of_the_reference_with_special_values(int m, int n, int k) =>
        Agrees(FloatSamples.Special(3, m, k), FloatSamples.Special(4, k, n));

    [Theory, MemberData(nameof(Shapes))]
    public void Has_the_bits_of_the_reference_in_the_denormal_range(int m, int n, int k) =>
        Agrees(FloatSamples.Exponents(5, -75, -60, m, k), FloatSamples.Exponents(6, -75, -60, k, n));

    [Fact]
    public void Every_remainder_of_the_tiles_agrees()
    {
        for (int m = 1; m <= 13; m++)
        {
            for (int n = 1; n <= 33; n++) Agrees(FloatSamples.Unit(m, m, 5), FloatSamples.Unit(n, 5, n));
        }
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        Tensor a = FloatSamples.Unit(1, 200, 700), b = FloatSamples.Unit(2, 700, 150);
        using CpuDevice one = new(1), many = new(7);
        Assert.Equal(Gemm.Multiply(one, a, b).Product.DataHandle, Gemm.Multiply(many, a, b).Product.DataHandle);
    }

    [Fact]
    public void A_row_has_the_same_bits_in_every_batch()
    {
        Tensor a = FloatSamples.Unit(1, 40, 700), b = FloatSamples.Unit(2, 700, 50);
        using CpuDevice cpu = new();
        byte[] whole = Gemm.Multiply(cpu, a, b).Product.Data.ToArray();
        for (int rows = 1; rows <= 40; rows += 3)
        {
            byte[] part = Gemm.Multiply(cpu, new Tensor(DType.F32, [rows, 700], a.Data[..(rows * 700 * 4)]), b).Product.Data.ToArray();
            Assert.Equal(whole[..part.Length], part);
        }
    }

    [Fact]
    public void Every_nan_is_the_canonical_one()
    {
        Tensor a = Tensor.From(new[,] { { BitConverter.UInt32BitsToSingle(0xffc12345), 1f } }), b = Tensor.From(new float[,] { { 1 }, { 1 } });
        using CpuDevice cpu = new();
        Assert.Equal(NumericsProfile.CanonicalNaN32, BitConverter.SingleToUInt32Bits(Gemm.Multiply(cpu, a, b).Product.AsSpan<float>()[0]));
    }

    [Fact]
    public void The_error_against_float64_is_that_of_single_precision()
    {
        Tensor a = FloatSamples.Unit(1, 64, 1024), b = FloatSamples.Unit(2, 1024, 64);
        using CpuDevice cpu = new();
        Assert.InRange(ProductError.Relative(a, b, Gemm.Multiply(cpu, a, b).Product), 1e-9, 1e-6);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using CpuDevice cpu = new();
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Gemm.Multiply(cpu, FloatSamples.Unit(1, 2, 3), FloatSamples.Unit(1, 2, 3)));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Gemm.Multiply(cpu, FloatSamples.Unit(1, 6), FloatSamples.Unit(1, 2, 3)));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Gemm.Multiply(cpu, new Tensor(DType.I32, [1, 1], new byte[4]), FloatSamples.Unit(1, 1, 1)));
    }

    private static void Agrees(Tensor a, Tensor b)
    {
        GemmShape shape = GemmShape.Of(a, b);
        uint[] expected = new uint[shape.M * shape.N];
        GemmProblem problem = new(shape);
        GemmOperands operands = new(a.Data, b.Data);
        GemmReference.Compute(problem, operands, MemoryMarshal.Cast<uint, float>(expected.AsSpan()));
        using CpuDevice cpu = new(2);
        Check(GemmCpu.Compute<GemmTile256>);
        Check(GemmCpu.Compute<GemmTile512>);
        Check(GemmCpu.Compute);

        void Check(Action<CpuDevice, GemmProblem, GemmOperands, Memory<byte>> compute)
        {
            byte[] product = new byte[4 * expected.Length];
            product.AsSpan().Fill(0xcd); // poison: an element that is not written shows
            compute(cpu, problem, operands, product);
            Assert.Equal(expected, MemoryMarshal.Cast<byte, uint>(product).ToArray());
        }
    }
}
