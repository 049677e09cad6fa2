using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>The path that keeps the bits on a device that flushes denormals.</summary>
public sealed class DenormalPlanTests
{
    private static readonly DeviceBehaviour Flushing = new(FusedFma: true, KeepsDenormals: false);

    [Fact]
    public void Ordinary_numbers_run_as_they_are() =>
        Assert.Equal(new(FmaPath.Native), Plan(FloatSamples.Unit(1, 1000), FloatSamples.Unit(2, 1000)));

    [Fact]
    public void Small_numbers_are_scaled()
    {
        // Lowest bits of -70 each: sums are multiples of 2^-140, below the normal range and above the last denormal bit.
        DenormalPlan plan = Plan(Powers(-70, 0), Powers(-70, 0));
        Assert.Equal(FmaPath.Scaled, plan.Path);
        Assert.Equal(14, plan.ShiftA + plan.ShiftB);
    }

    [Fact]
    public void Denormal_inputs_are_lifted_even_when_the_sums_are_normal()
    {
        DenormalPlan plan = Plan(Powers(-140, -130), Powers(30, 40));
        Assert.Equal(FmaPath.Scaled, plan.Path);
        Assert.Equal(14, plan.ShiftA);
    }

    [Fact]
    public void Sums_that_gradual_underflow_itself_rounds_are_emulated() =>
        Assert.Equal(FmaPath.Exact, Plan(Powers(-75, 0), Powers(-75, 0)).Path);

    [Fact]
    public void Scaling_that_could_overflow_is_emulated() =>
        Assert.Equal(FmaPath.Exact, Plan(Powers(-70, 100), Powers(-70, 60)).Path);

    [Fact]
    public void A_device_that_keeps_denormals_needs_nothing() =>
        Assert.Equal(new(FmaPath.Native), DenormalPlan.Choose(RangeOf(Powers(-75, 0)), RangeOf(Powers(-75, 0)), 4, DeviceBehaviour.Ieee));

    [Fact]
    public void A_device_that_does_not_fuse_emulates_everything() =>
        Assert.Equal(FmaPath.Exact, DenormalPlan.Choose(RangeOf(Powers(0, 1)), RangeOf(Powers(0, 1)), 4, new(false, true)).Path);

    [Fact]
    public void Zeros_need_nothing_unless_a_denormal_could_meet_an_infinity()
    {
        Tensor zeros = Tensor.From(new float[4]), infinite = Tensor.From([float.PositiveInfinity, 0]);
        Assert.Equal(FmaPath.Native, Plan(zeros, FloatSamples.Unit(1, 4)).Path);
        Assert.Equal(FmaPath.Exact, Plan(infinite, Powers(-140, -130)).Path);
    }

    /// <summary>The claim itself: on a simulated device that flushes, the planned computation has the bits of IEEE 754.</summary>
    [Fact]
    public void The_planned_computation_has_the_bits_of_ieee_754_on_a_device_that_flushes()
    {
        Random random = new(11);
        int[] paths = new int[3];
        for (int round = 0; round < 4000; round++)
        {
            int k = random.Next(1, 40), centreA = random.Next(-149, 100), centreB = random.Next(-149, 100), spread = random.Next(0, 30);
            Tensor a = Numbers(random, k, centreA, spread), b = Numbers(random, k, centreB, spread);
            DenormalPlan plan = Plan(a, b, k);
            paths[(int)plan.Path]++;
            float expected = Chain(a.AsSpan<float>(), b.AsSpan<float>(), MathF.FusedMultiplyAdd);
            if (plan.Path == FmaPath.Exact) continue; // the emulation has its own tests
            float[] left = a.AsSpan<float>().ToArray(), right = b.AsSpan<float>().ToArray();
            PowerOfTwo.Scale(left, plan.ShiftA);
            PowerOfTwo.Scale(right, plan.ShiftB);
            float[] result = [Chain(left, right, FlushingFma)];
            PowerOfTwo.Scale(result, -(plan.ShiftA + plan.ShiftB));
            Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(result[0]));
        }
        Assert.All(paths, count => Assert.True(count > 100, $"the samples reach the paths {string.Join(", ", paths)} times"));
    }

    [Theory]
    [InlineData(1f, 3, 8f)]
    [InlineData(-1.5f, -3, -0.1875f)]
    [InlineData(0f, 100, 0f)]
    [InlineData(float.PositiveInfinity, -100, float.PositiveInfinity)]
    [InlineData(float.Epsilon, 149, 1f)]
    [InlineData(1f, -149, float.Epsilon)]
    [InlineData(1.17549435e-38f, -3, 1.46936794e-39f)]
    public void Scaling_by_powers_of_two_is_exact(float number, int shift, float expected)
    {
        float[] numbers = [number];
        PowerOfTwo.Scale(numbers, shift);
        Assert.Equal(expected, numbers[0]);
    }

    [Fact]
    public void The_range_of_numbers_is_found()
    {
        Assert.Equal(new FloatRange(-1, 0, 1), FloatRange.Of([1.5f, 2f, 0f, float.NaN, float.NegativeInfinity]));
        Assert.Equal(new FloatRange(-149, -149, -149), FloatRange.Of([float.Epsilon]));
        Assert.Equal(new FloatRange(104, 127, 127), FloatRange.Of([float.MaxValue]));
        Assert.True(FloatRange.Of([0f, float.NaN]).IsEmpty);
        Assert.True(FloatRange.Of([1e-40f]).HasDenormals);
        Assert.Equal(FloatRange.Of([1.5f, 1e-40f]), FloatRange.Parse(FloatRange.Of([1.5f, 1e-40f]).ToString()));
        Assert.Null(FloatRange.Parse("x,1,2"));
        Assert.Null(FloatRange.Parse(null));
    }

    private static DenormalPlan Plan(Tensor a, Tensor b, int k = 4) => DenormalPlan.Choose(RangeOf(a), RangeOf(b), k, Flushing);

    private static FloatRange RangeOf(Tensor tensor) => FloatRange.Of(tensor.AsSpan<float>());

    private static Tensor Powers(int lowest, int highest) =>
        Tensor.From([.. Enumerable.Range(lowest, highest - lowest + 1).Select(exponent => (float)Math.ScaleB(1, exponent))]);

    private static Tensor Numbers(Random random, int count, int centre, int spread) => Tensor.From([.. Enumerable.Range(0, count).Select(_ =>
    {
        int significand = random.Next(1, 1 << random.Next(1, 25));
        double number = Math.ScaleB(random.Next(2) == 0 ? significand : -significand, Math.Min(centre + random.Next(-spread, spread + 1), 100));
        return (float)number;
    })]);

    private static float Chain(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Func<float, float, float, float> fma)
    {
        float sum = 0;
        for (int k = 0; k < a.Length; k++) sum = fma(a[k], b[k], sum);
        return sum;
    }

    // What a GPU without denormals does: operands and results below 2^-126 count as zeros.
    private static float FlushingFma(float x, float y, float z) => Flush(MathF.FusedMultiplyAdd(Flush(x), Flush(y), Flush(z)));

    private const float SmallestNormal = 1.17549435e-38f;

    private static float Flush(float number) => Math.Abs(number) < SmallestNormal ? MathF.CopySign(0, number) : number;
}
