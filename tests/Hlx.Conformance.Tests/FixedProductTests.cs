using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;

namespace Hlx.Conformance;

/// <summary>fp32.fixed has the bits of its twin on every device, with matrix units or without.</summary>
public sealed class FixedProductTests(DeviceFixture drivers)
{
    private static readonly (int M, int N, int K)[] Shapes = [(1, 1, 1), (3, 5, 0), (0, 4, 4), (17, 33, 31), (5, 70, 257), (20, 10, 2047), (10, 20, 2048), (2, 3, 5000)];

    public static TheoryData<string> AllDevices => [.. TestDevices.All];

    [Theory, MemberData(nameof(AllDevices))]
    public void Has_the_bits_of_the_twin(string device) => Agrees(device, (seed, rows, columns) => FloatSamples.Unit(seed, rows, columns));

    [Theory, MemberData(nameof(AllDevices))]
    public void Has_the_bits_of_the_twin_over_all_exponents(string device) => Agrees(device, (seed, rows, columns) => FloatSamples.Exponents(seed, -149, 127, rows, columns));

    [Theory, MemberData(nameof(AllDevices))]
    public void Has_the_bits_of_the_twin_where_results_are_denormal(string device) => Agrees(device, (seed, rows, columns) => FloatSamples.Exponents(seed, -80, -62, rows, columns));

    // The most that three digits hold, the least that they do not, and both sides of where the limit was once.
    [Theory, MemberData(nameof(AllDevices))]
    public void Has_the_bits_of_the_twin_around_what_three_digits_hold(string device) => Run(device, context =>
    {
        foreach (uint largest in (uint[])[0x3ffefefe, 0x3ffefeff, 0x3ffeffff, 0x3fff0000])
        {
            float limit = BitConverter.UInt32BitsToSingle(largest);
            Tensor a = RandomTensor.Map(RandomTensor.Uniform(1, 5, 40), (i, x) => i % 3 == 0 ? MathF.CopySign(limit, x) : x);
            Tensor b = RandomTensor.Map(RandomTensor.Uniform(2, 40, 7), (i, x) => i % 4 == 0 ? MathF.CopySign(limit, x) : x);
            Assert.Equal(FixedReference.Multiply(new(5, 7, 40), a, b).AsSpan<uint>().ToArray(), Gemm.Multiply(context, NumericsProfile.Fp32Fixed, a, b).Product.AsSpan<uint>().ToArray());
        }
    });

    [Theory, MemberData(nameof(AllDevices))]
    public void Every_form_has_the_bits_of_the_twin(string device) => Run(device, context =>
    {
        foreach (GemmProblem problem in GemmProblems.Of(new(6, 7, 20)))
        {
            GemmOperands operands = GemmProblems.Operands(problem, (seed, length) => FloatSamples.Exponents(seed, -30, 30, length));
            Assert.Equal(GemmProblems.Fixed(problem, operands), Gemm.Compute(context, NumericsProfile.Fp32Fixed, problem, operands).C);
        }
    });

    [Theory, MemberData(nameof(AllDevices))]
    public void A_row_has_the_same_bits_in_every_batch(string device)
    {
        const int Rows = 9, K = 300, N = 11;
        Tensor a = FloatSamples.Unit(1, Rows, K), b = FloatSamples.Unit(2, K, N);
        Run(device, context =>
        {
            byte[] whole = Gemm.Multiply(context, NumericsProfile.Fp32Fixed, a, b).Product.Data.ToArray();
            for (int row = 0; row < Rows; row++)
            {
                Tensor one = new(DType.F32, [1, K], a.Data.Slice(4 * row * K, 4 * K));
                Assert.Equal(whole.AsSpan(4 * row * N, 4 * N).ToArray(), Gemm.Multiply(context, NumericsProfile.Fp32Fixed, one, b).Product.Data.ToArray());
            }
        });
    }

    private void Agrees(string device, Func<int, int, int, Tensor> make) => Run(device, context =>
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            Tensor a = make(1, m, k), b = make(2, k, n);
            Assert.Equal(FixedReference.Multiply(new(m, n, k), a, b).AsSpan<uint>().ToArray(), Gemm.Multiply(context, NumericsProfile.Fp32Fixed, a, b).Product.AsSpan<uint>().ToArray());
        }
    });

    // Where the device has integer units, without the layer, which does not know them.
    private void Run(string device, Action<IComputeDevice> check)
    {
        drivers.OnOperators(device, check);
        if (device == CpuDevice.CpuAddress) return;
        using Vulkan.VulkanContext context = Vulkan.VulkanContext.Open(device);
        if (context.Capabilities.CooperativeMatrices.Count == 0) return;
        check(context);
        EveryTile(context);
    }

    private static void EveryTile(Vulkan.VulkanContext context)
    {
        const int M = 70, N = 65, K = 300;
        Tensor a = FloatSamples.Exponents(1, -149, 127, M, K), b = FloatSamples.Unit(2, K, N);
        Tensor expected = FixedReference.Multiply(new(M, N, K), a, b);
        foreach (MatrixTile tile in MatrixPlanner.Tiles(NumericsProfile.Fp32Fixed, context.Capabilities))
        {
            MatrixGemm plan = MatrixGemm.Plan(NumericsProfile.Fp32Fixed, new(M, N, K), a.Data, b.Data, false, context.Capabilities, tile);
            Assert.Equal(expected.Data.ToArray(), context.Run(plan.Sequence).Outputs[0]);
        }
    }
}
