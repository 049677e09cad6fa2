using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>On a device that ends long loops, plans have none; without a GPU.</summary>
public sealed class LoopTurnsTests
{
    private const int Turns = 65_535;

    private static readonly DeviceLimits Limits = new(new(1024, 1024, 64), 1024, new(int.MaxValue, 65535, 65535), 49152, 256, 1L << 32);
    private static readonly DeviceCapabilities Unlimited = new(Limits, new HashSet<string>(), new Version(1, 6)) { Multiprocessors = 132 };
    private static readonly DeviceCapabilities Limited = Unlimited with { LoopTurns = Turns };

    [Theory]
    [InlineData(58_192, 1)]
    [InlineData(58_193, 2)]
    [InlineData(70_000, 2)]
    [InlineData(140_000, 3)]
    [InlineData(2047, 1)]
    [InlineData(0, 1)]
    public void A_long_chain_is_made_in_several_dispatches_each_from_where_the_last_ended(int k, int dispatches)
    {
        GemmProblem problem = new(new(1, 1, k)) { HasBias = true };
        IReadOnlyList<KernelLaunch> stages = Plan(problem, FmaPath.Exact, Limited).Sequence.Stages;
        Assert.Equal(dispatches, stages.Count);
        uint next = 0;
        for (int i = 0; i < stages.Count; i++)
        {
            ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(stages[i].PushConstants.Span);
            (uint end, uint start) = (words[2], words[13]);
            Assert.Equal(next, start);
            Assert.True((end - start) * 18 / 16 < Turns);
            Assert.Equal(i == stages.Count - 1, stages[i].Specialization.Single(constant => constant.Id == 22).Bits == 1); // the bias comes last
            next = end;
        }
        Assert.Equal((uint)k, next);
    }

    [Fact]
    public void Without_a_limit_there_is_one_dispatch() => Assert.Single(Plan(new(new(1, 1, 10_000_000)), FmaPath.Exact, Unlimited).Sequence.Stages);

    [Fact]
    public void Fused_kernels_are_for_sums_that_the_device_keeps()
    {
        Assert.NotNull(Plan(new(new(8, 64, 30_000)), FmaPath.Native, Limited).Tile);
        Assert.Null(Plan(new(new(8, 64, 40_000)), FmaPath.Native, Limited).Tile);
        Assert.NotNull(Plan(new(new(8, 64, 40_000)), FmaPath.Native, Unlimited).Tile);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(80, 100)]
    [InlineData(1000, 1024)] // two chains in one dispatch
    public void A_device_that_keeps_too_few_turns_is_refused_by_name(int turns, int k)
    {
        HlxException error = HlxAssert.Refuses(ErrorCode.DeviceLimit, () => Plan(new(new(1, 1, k)), FmaPath.Exact, Unlimited with { LoopTurns = turns }));
        Assert.Contains($"after {turns} turns", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Workgroups_of_a_perceptron_do_not_wait_for_each_other_where_waiting_is_cut()
    {
        MlpModel model = new([new MlpLayer(FloatSamples.Unit(1, 64, 64)), new MlpLayer(FloatSamples.Unit(2, 64, 64))]);
        Assert.NotNull(MlpPlanner.Single(model, 1, Unlimited, DeviceBehaviour.Ieee));
        Assert.Null(MlpPlanner.Single(model, 1, Limited, DeviceBehaviour.Ieee));
        Assert.NotNull(MlpPlanner.Layered(model, 1, Limited, DeviceBehaviour.Ieee));
        MlpModel wide = new([new MlpLayer(FloatSamples.Unit(1, 40_000, 8))]);
        Assert.NotNull(MlpPlanner.Layered(wide, 1, Unlimited, DeviceBehaviour.Ieee));
        Assert.Null(MlpPlanner.Layered(wide, 1, Limited, DeviceBehaviour.Ieee));
        Assert.Single(MlpPlanner.Emulated(wide, 1, Limited).Sequence.Stages);
    }

    private static GemmLaunch Plan(GemmProblem problem, FmaPath path, DeviceCapabilities capabilities) => GemmLaunch.Plan(
        problem, new(new byte[4L * problem.Shape.M * problem.Shape.K], new byte[4L * problem.Shape.K * problem.Shape.N]) { Bias = new byte[4 * problem.Shape.N] }, new(path), capabilities);
}
