using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Perceptrons have the bits of their readable twin on every device, in every batch.</summary>
public sealed class MlpTests(DeviceFixture drivers)
{
    private static readonly int[] Batches = [1, 40];

    public static TheoryData<string> AllDevices => [.. TestDevices.All];

    public static TheoryData<string> VulkanDevices => [.. TestDevices.Vulkan];

    [Theory, MemberData(nameof(AllDevices))]
    public void Every_batch_has_the_bits_of_the_twin(string device)
    {
        foreach (GemmActivation activation in (GemmActivation[])[GemmActivation.Relu, GemmActivation.Gelu])
        {
            MlpModel model = Model(FloatSamples.Unit, activation, 33, 70, 520, 12);
            drivers.OnOperators(device, context =>
            {
                using Mlp mlp = new(context, model);
                foreach (int batch in Batches) Agrees(mlp, batch, FloatSamples.Unit(batch, batch, model.Inputs));
                if (activation == GemmActivation.Relu) Assert.Equal(0, mlp.Recomputed); // GELU makes very small numbers of negative ones
            });
        }
    }

    [Theory, MemberData(nameof(AllDevices))]
    public void A_row_has_the_same_bits_alone_and_at_every_position_beside_infinities_and_nan(string device)
    {
        MlpModel model = Model(FloatSamples.Unit, 40, 600, 8);
        float[] row = FloatSamples.Unit(7, 1, model.Inputs).AsSpan<float>().ToArray();
        drivers.OnOperators(device, context =>
        {
            using Mlp mlp = new(context, model);
            float[] alone = Run(mlp, row);
            foreach (int batch in (int[])[5, 33])
            {
                float[] rows = FloatSamples.Special(batch, batch, model.Inputs).AsSpan<float>().ToArray();
                for (int position = 0; position < batch; position += 4)
                {
                    float[] with = [.. rows];
                    row.CopyTo(with, position * model.Inputs);
                    Assert.Equal(Bits(alone), Bits(Run(mlp, with).AsSpan(position * model.Outputs, model.Outputs)));
                }
            }
        });
    }

    [Theory, MemberData(nameof(AllDevices))]
    public void Numbers_near_the_denormal_range_have_the_bits_of_the_twin(string device)
    {
        MlpModel model = Model(FloatSamples.Unit, 20, 30, 10);
        drivers.OnOperators(device, context =>
        {
            using Mlp mlp = new(context, model);
            foreach ((int lowest, int highest) in ((int, int)[])[(-149, -120), (-126, -60), (-70, 3), (-149, 127)]) Agrees(mlp, 3, FloatSamples.Exponents(1, lowest, highest, 3, model.Inputs));
            Agrees(mlp, 3, FloatSamples.Special(1, 3, model.Inputs));
        });
        MlpModel tiny = Model((seed, shape) => FloatSamples.Exponents(seed, -149, -100, shape), 20, 30, 10);
        drivers.OnOperators(device, context =>
        {
            using Mlp mlp = new(context, tiny);
            Agrees(mlp, 2, FloatSamples.Exponents(2, 0, 40, 2, 20));
        });
    }

    [Theory, MemberData(nameof(AllDevices))]
    public void Many_threads_may_share_one(string device)
    {
        MlpModel model = Model(FloatSamples.Unit, 24, 40, 6);
        drivers.OnOperators(device, context =>
        {
            using Mlp mlp = new(context, model);
            Parallel.For(0, 80, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            {
                int batch = 1 + (i % 3);
                Agrees(mlp, batch, FloatSamples.Unit(i, batch, model.Inputs));
            });
        });
    }

    [Fact]
    public void A_closed_one_refuses()
    {
        using CpuDevice cpu = new();
        Mlp mlp = new(cpu, Model(FloatSamples.Unit, 3, 2));
        mlp.Dispose();
        mlp.Dispose();
        Assert.Throws<ObjectDisposedException>(() => mlp.Run(new float[3], new float[2]));
    }

    // With integers all sums are exact, so the fused kernels have the bits of the twin whether or not the device fuses.
    [Theory, MemberData(nameof(VulkanDevices))]
    public void Every_tile_of_a_dispatch_for_each_layer_has_the_bits_of_the_twin_on_integers(string device)
    {
        MlpModel model = Model(Integers, GemmActivation.Relu, 66, 530, 18);
        drivers.On(device, context =>
        {
            int fitting = 0;
            foreach (SkinnyTile tile in MlpPlanner.AllTiles)
            {
                if (MlpPlanner.Layered(model, 35, context.Capabilities, Flushing, tile) is not MlpPlan plan) continue; // too little shared memory
                AgreesOnIntegers(context, model, 35, plan);
                fitting++;
            }
            Assert.NotEqual(0, fitting);
        });
    }

    // One workgroup, which has nobody to wait for: a driver that computes on a few threads need not run several at the same time.
    [Theory, MemberData(nameof(VulkanDevices))]
    public void Every_tile_of_one_dispatch_for_all_layers_has_the_bits_of_the_twin_on_integers(string device)
    {
        MlpModel large = Model(Integers, GemmActivation.Relu, 530, 8, 7, 5), small = Model(Integers, GemmActivation.Relu, 130, 6); // where shared memory is small
        drivers.On(device, context =>
        {
            int fitting = 0;
            foreach (MlpTile tile in MlpPlanner.AllFusedTiles)
            {
                int batch = (tile.Rows / 2) + 1;
                MlpPlan? plan = MlpPlanner.Single(large, batch, context.Capabilities, Flushing, tile);
                MlpModel model = plan is null ? small : large;
                plan ??= MlpPlanner.Single(small, batch, context.Capabilities, Flushing, tile);
                if (plan is null) continue;
                AgreesOnIntegers(context, model, batch, plan);
                fitting++;
            }
            Assert.NotEqual(0, fitting);
        });
    }

    [Theory, MemberData(nameof(VulkanDevices))]
    public void Workgroups_that_do_not_run_at_the_same_time_are_noticed(string device)
    {
        MlpModel model = Model(Integers, GemmActivation.Relu, 8, 8, 512); // 64 workgroups, more than a driver has threads
        drivers.On(device, context =>
        {
            MlpPlan plan = MlpPlanner.Single(model, 1, context.Capabilities with { Multiprocessors = 64 }, Flushing, spins: 0)!;
            float[] input = Integers(1, 1, 8).AsSpan<float>().ToArray();
            (byte[] output, MlpState state) = Fused(context, model, 1, plan, input);
            if (context.Snapshot.Type == DeviceType.Cpu) Assert.Equal(MlpState.Stuck, state);
            if (state != MlpState.Stuck) Assert.Equal(MlpReference.Compute(model, 1, MemoryMarshal.AsBytes(input.AsSpan()).ToArray()), output); // on a GPU the others may be there at once
        });
    }

    [Theory, MemberData(nameof(VulkanDevices))]
    public void The_fused_kernels_tell_when_a_denormal_could_have_mattered(string device)
    {
        static Tensor All(float number, int rows, int columns) => Tensor.From<float>(DType.F32, [rows, columns], Enumerable.Repeat(number, rows * columns).ToArray());
        MlpModel ones = new([new MlpLayer(All(1, 8, 8)), new MlpLayer(All(1, 8, 8))]);
        // An input that is safe for the first layer may give one that is not for the second.
        MlpModel shrinking = new([new MlpLayer(All(1f / (1L << 60), 8, 8)), new MlpLayer(All(1f / 1024, 8, 8))]);
        (MlpModel Model, int Exponent, MlpState Expected)[] cases =
            [(ones, -103, MlpState.Right), (ones, -104, MlpState.Unsafe), (shrinking, -33, MlpState.Right), (shrinking, -34, MlpState.Unsafe)];
        drivers.On(device, context =>
        {
            foreach ((MlpModel model, int exponent, MlpState expected) in cases)
            {
                float[] input = new float[16];
                input[9] = MathF.ScaleB(1, exponent);
                Assert.Equal(expected, Fused(context, model, 2, MlpPlanner.Layered(model, 2, context.Capabilities, Flushing)!, input).State);
                Assert.Equal(expected, Fused(context, model, 2, MlpPlanner.Single(model, 2, context.Capabilities, Flushing)!, input).State);
            }
        });
    }

    [Fact]
    public void Rows_that_are_no_batch_are_refused()
    {
        using CpuDevice cpu = new();
        using Mlp mlp = new(cpu, Model(FloatSamples.Unit, 3, 2));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => mlp.Run(new float[4], new float[2]));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => mlp.Run(new float[3], new float[3]));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => _ = new MlpModel([]));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => _ = new MlpModel([new MlpLayer(FloatSamples.Unit(1, 3, 2)), new MlpLayer(FloatSamples.Unit(1, 3, 2))]));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => _ = new MlpModel([new MlpLayer(FloatSamples.Unit(1, 3, 2), FloatSamples.Unit(1, 3))]));
    }

    private delegate Tensor Sample(int seed, params ReadOnlySpan<int> shape);

    private static MlpModel Model(Sample sample, params int[] widths) => Model(sample, GemmActivation.Gelu, widths);

    // ReLU after the first layer, the given activation after the others, the last without a bias.
    private static MlpModel Model(Sample sample, GemmActivation activation, params int[] widths) => new(
    [
        .. Enumerable.Range(0, widths.Length - 1).Select(i => new MlpLayer(
            sample(10 + i, widths[i], widths[i + 1]),
            i < widths.Length - 2 ? sample(20 + i, widths[i + 1]) : null,
            i == 0 ? GemmActivation.Relu : activation)),
    ]);

    // The fused kernels are planned as if the device fused and flushed.
    private static DeviceBehaviour Flushing => DeviceBehaviour.Ieee with { KeepsDenormals = false };

    private static Tensor Integers(int seed, params ReadOnlySpan<int> shape) => new(DType.F32, shape, GemmProblems.SmallIntegers(seed, (int)Tensor.CountElements(shape)).Data);

    private static void AgreesOnIntegers(VulkanContext context, MlpModel model, int batch, MlpPlan plan)
    {
        float[] input = Integers(batch, batch, model.Inputs).AsSpan<float>().ToArray();
        if (batch > 1) (input[1], input[2]) = (float.PositiveInfinity, float.NaN);
        (byte[] output, MlpState state) = Fused(context, model, batch, plan, input);
        Assert.Equal(MlpReference.Compute(model, batch, MemoryMarshal.AsBytes(input.AsSpan()).ToArray()), output);
        Assert.Equal(MlpState.Right, state);
    }

    private static (byte[] Output, MlpState State) Fused(VulkanContext context, MlpModel model, int batch, MlpPlan plan, ReadOnlySpan<float> input)
    {
        using VulkanProgram program = context.Record(plan.Sequence, new RecordOptions(Timed: false));
        float[] padded = new float[batch * plan.InputDistance];
        for (int row = 0; row < batch; row++) input.Slice(row * model.Inputs, model.Inputs).CopyTo(padded.AsSpan(row * plan.InputDistance));
        program.Write(plan.Input.Stage, plan.Input.Buffer, MemoryMarshal.AsBytes(padded.AsSpan()));
        program.Write(plan.State!.Value.Stage, plan.State.Value.Buffer, new byte[4]);
        if (plan.Counters is StageBuffer counters) program.Write(counters.Stage, counters.Buffer, new byte[8]);
        byte[] rows = new byte[4 * batch * plan.OutputDistance], state = new byte[4];
        for (int run = 0; run < 2; run++) program.Run(); // the second finds what the first has left
        program.Read(plan.Output, rows);
        program.Read(plan.State.Value, state);
        byte[] output = [.. Enumerable.Range(0, batch).SelectMany(row => rows.Skip(4 * row * plan.OutputDistance).Take(4 * model.Outputs))];
        return (output, (MlpState)BitConverter.ToInt32(state));
    }

    private static void Agrees(Mlp mlp, int batch, Tensor input)
    {
        float[] actual = Run(mlp, input.AsSpan<float>());
        Assert.Equal(MemoryMarshal.Cast<byte, uint>(MlpReference.Compute(mlp.Model, batch, input.Data)), Bits(actual));
    }

    private static float[] Run(Mlp mlp, ReadOnlySpan<float> input)
    {
        float[] output = new float[input.Length / mlp.Model.Inputs * mlp.Model.Outputs];
        output.AsSpan().Fill(float.NaN);
        mlp.Run(input, output);
        return output;
    }

    private static ReadOnlySpan<uint> Bits(ReadOnlySpan<float> numbers) => MemoryMarshal.Cast<float, uint>(numbers);
}
