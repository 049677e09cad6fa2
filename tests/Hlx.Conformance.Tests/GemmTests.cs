using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;

namespace Hlx.Conformance;

/// <summary>fp32.ieee products have the bits of the readable twin on every driver, by every path.</summary>
public sealed class GemmTests(DeviceFixture drivers)
{
    public static TheoryData<string> AllDevices => [.. TestDevices.All];

    public static TheoryData<string, int, int, int> Shapes
    {
        get
        {
            TheoryData<string, int, int, int> data = [];
            foreach (string device in TestDevices.All)
            {
                foreach ((int m, int n, int k) in ((int, int, int)[])
                    [(1, 1, 1), (1, 1, 0), (0, 3, 2), (3, 0, 2), (1, 33, 17), (33, 1, 17), (16, 16, 16), (17, 15, 31), (5, 7, 511), (5, 7, 512), (5, 7, 513), (3, 4, 1100), (2, 3, 2049), (40, 50, 60)])
                {
                    data.Add(device, m, n, k);
                }
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Has_the_bits_of_the_reference(string device, int m, int n, int k) =>
        Agrees(device, FloatSamples.Unit(1, m, k), FloatSamples.Unit(2, k, n));

    [Theory, MemberData(nameof(Shapes))]
    public void Has_the_bits_of_the_reference_with_special_values(string device, int m, int n, int k) =>
        Agrees(device, FloatSamples.Special(3, m, k), FloatSamples.Special(4, k, n));

    [Theory, MemberData(nameof(Shapes))]
    public void Has_the_bits_of_the_reference_in_the_denormal_range(string device, int m, int n, int k) =>
        Agrees(device, FloatSamples.Exponents(5, -75, -60, m, k), FloatSamples.Exponents(6, -75, -60, k, n));

    [Theory, MemberData(nameof(Shapes))]
    public void Has_the_bits_of_the_reference_on_any_bits(string device, int m, int n, int k) =>
        Agrees(device, FloatSamples.Bits(7, m, k), FloatSamples.Bits(8, k, n));

    [Theory, MemberData(nameof(AllDevices))]
    public void One_handle_on_every_device(string device)
    {
        Tensor a = RandomTensor.Uniform(1, 128, 128), b = RandomTensor.Uniform(2, 128, 128);
        using CpuDevice cpu = new();
        Handle expected = Gemm.Multiply(cpu, a, b).Product.DataHandle;
        drivers.OnOperators(device, context => Assert.Equal(expected, Gemm.Multiply(context, a, b).Product.DataHandle));
    }

    [Theory, MemberData(nameof(AllDevices))]
    public void A_row_has_the_same_bits_in_every_batch_and_at_every_position(string device)
    {
        const int Rows = 20, K = 530, N = 19;
        Tensor a = FloatSamples.Unit(1, Rows, K), b = FloatSamples.Unit(2, K, N);
        drivers.OnOperators(device, context =>
        {
            byte[] whole = Gemm.Multiply(context, a, b).Product.Data.ToArray();
            foreach ((int first, int count) in ((int, int)[])[(0, 1), (19, 1), (3, 5), (1, 17)])
            {
                Tensor part = new(DType.F32, [count, K], a.Data.Slice(4 * first * K, 4 * count * K));
                Assert.Equal(whole.AsSpan(4 * first * N, 4 * count * N).ToArray(), Gemm.Multiply(context, part, b).Product.Data.ToArray());
            }
        });
    }

    private void Agrees(string device, Tensor a, Tensor b)
    {
        GemmShape shape = GemmShape.Of(a, b);
        float[] expected = new float[shape.M * shape.N];
        GemmReference.Compute(new GemmProblem(shape), new GemmOperands(a.Data, b.Data), expected);
        Tensor reference = Tensor.From<float>(DType.F32, [shape.M, shape.N], expected);
        drivers.OnOperators(device, context =>
        {
            GemmResult result = Gemm.Multiply(context, a, b);
            Assert.Equal(reference.AsSpan<uint>().ToArray(), result.Product.AsSpan<uint>().ToArray());
        });
    }
}
