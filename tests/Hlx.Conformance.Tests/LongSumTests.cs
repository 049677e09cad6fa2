using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;

namespace Hlx.Conformance;

/// <summary>
/// Sums of more products than 2^16, beyond which some drivers end the loops of an invocation and report success, have the bits of the twins in every
/// profile that takes them, and so have sums that are made in several dispatches.
/// </summary>
public sealed class LongSumTests(DeviceFixture drivers)
{
    private const int Long = 70_000, Longer = 140_000;

    public static TheoryData<string> AllDevices => [.. TestDevices.All];

    public static TheoryData<string> VulkanDevices => [.. TestDevices.Vulkan];

    [Theory, MemberData(nameof(AllDevices))]
    public void Fp32_ieee_has_the_bits_of_the_reference(string device) => drivers.OnOperators(device, context =>
    {
        foreach ((int m, int n, int k) in ((int, int, int)[])[(3, 2, Long), (1, 1, Longer)]) Agrees(context, new(new(m, n, k)), FloatSamples.Unit);
        if (context.Behaviour.LoopTurns is null) return;
        foreach (int k in (int[])[58_192, 58_193, 65_535, 2 * 58_192]) Agrees(context, new(new(2, 3, k)), FloatSamples.Unit); // around a limit of 65,535 turns
    });

    [Theory, MemberData(nameof(AllDevices))]
    public void What_follows_a_long_sum_follows_it_once(string device) => drivers.OnOperators(device, context =>
    {
        GemmProblem problem = new(new(2, 3, Long)) { Alpha = -0.75f, Beta = 0.5f, HasBias = true, Activation = GemmActivation.Gelu, LeadingC = 5, TransposeA = true, TransposeB = true };
        Agrees(context, problem, (seed, shape) => FloatSamples.Exponents(seed, -75, -60, shape));
    });

    [Theory, MemberData(nameof(AllDevices))]
    public void Fp32_fixed_has_the_bits_of_its_twin_up_to_its_longest_sum(string device) => drivers.OnOperators(device, context =>
    {
        Tensor a = FloatSamples.Unit(1, 2, FixedReference.MaxDepth), b = FloatSamples.Unit(2, FixedReference.MaxDepth, 3);
        byte[] expected = FixedReference.Multiply(new(2, 3, FixedReference.MaxDepth), a, b).Data.ToArray();
        Assert.Equal(expected, Gemm.Multiply(context, NumericsProfile.Fp32Fixed, a, b).Product.Data.ToArray());
    });

    [Theory, MemberData(nameof(AllDevices))]
    public void I8_has_the_integers_of_its_sum_or_is_refused(string device) => drivers.OnOperators(device, context =>
    {
        byte[] left = new byte[2 * Longer], right = new byte[Longer * 3];
        new Random(1).NextBytes(left);
        new Random(2).NextBytes(right);
        Tensor a = new(DType.I8, [2, Longer], left), b = new(DType.I8, [Longer, 3], right);
        if (context is IKernelDevice { Capabilities: var capabilities } && !MatrixPlanner.HasUnit(NumericsProfile.Int8, capabilities))
        {
            HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => Gemm.Multiply(context, NumericsProfile.Int8, a, b));
            return;
        }
        if (context is IKernelDevice { Capabilities.Limits: var limits } && Longer > limits.MaxWorkgroups.Y) // no extent may be longer
        {
            HlxAssert.Refuses(ErrorCode.DeviceLimit, () => Gemm.Multiply(context, NumericsProfile.Int8, a, b));
            return;
        }
        int[] expected = new int[6];
        for (int i = 0; i < expected.Length * Longer; i++)
        {
            int row = i / 3 / Longer, k = i / 3 % Longer, column = i % 3;
            expected[(row * 3) + column] += (sbyte)left[(row * Longer) + k] * (sbyte)right[(k * 3) + column];
        }
        Assert.Equal(expected, Gemm.Multiply(context, NumericsProfile.Int8, a, b).Product.AsSpan<int>().ToArray());
    });

    [Theory, MemberData(nameof(AllDevices))]
    public void A_perceptron_with_long_layers_has_the_bits_of_its_twin(string device) => drivers.OnOperators(device, context =>
    {
        MlpModel model = new([new MlpLayer(FloatSamples.Unit(1, Long, 3), FloatSamples.Unit(2, 3)), new MlpLayer(FloatSamples.Unit(3, 3, 2), FloatSamples.Unit(4, 2))]);
        using Mlp mlp = new(context, model);
        Tensor rows = FloatSamples.Unit(5, 2, Long);
        float[] output = new float[2 * model.Outputs];
        mlp.Run(rows.AsSpan<float>(), output);
        Assert.Equal(MlpReference.Compute(model, 2, rows.Data), MemoryMarshal.AsBytes(output.AsSpan()).ToArray());
    });

    // A limit of the test's own, so that every device goes this way.
    [Theory, MemberData(nameof(VulkanDevices))]
    public void A_sum_in_several_dispatches_has_the_bits_of_the_reference(string device) => drivers.On(device, context =>
    {
        DeviceCapabilities limited = context.Capabilities with { LoopTurns = 400 };
        foreach (GemmProblem problem in (GemmProblem[])[.. GemmProblems.Of(new(6, 7, 2100)).Skip(4).Take(2), new(new(1, 1, 300))])
        {
            GemmOperands operands = GemmProblems.Operands(problem, (seed, length) => FloatSamples.Special(seed, length));
            KernelSequence sequence = GemmLaunch.Plan(problem, operands, new(FmaPath.Exact), limited).Sequence;
            Assert.Equal((problem.Shape.K + 287) / 288, sequence.Stages.Count);
            Assert.Equal(Reference(problem, operands), context.Run(sequence).Outputs[0]);
        }
    });

    private static void Agrees(IComputeDevice device, GemmProblem problem, Sample sample)
    {
        GemmOperands operands = GemmProblems.Operands(problem, (seed, length) => sample(seed, length));
        Assert.Equal(Reference(problem, operands), Gemm.Compute(device, problem, operands).C);
    }

    private static byte[] Reference(GemmProblem problem, GemmOperands operands)
    {
        byte[] expected = operands.C.ToArray();
        GemmReference.Compute(problem, operands, MemoryMarshal.Cast<byte, float>(expected.AsSpan()));
        return expected;
    }

    private delegate Tensor Sample(int seed, params ReadOnlySpan<int> shape);
}
