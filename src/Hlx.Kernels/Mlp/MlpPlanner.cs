using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>What to record for a batch size.</summary>
/// <param name="Sequence">A launch for each layer.</param>
/// <param name="Input">The buffer for the rows.</param>
/// <param name="InputDistance">Elements from one row of it to the next.</param>
/// <param name="OutputDistance">Elements from one row of the result to the next.</param>
/// <param name="State">The <see cref="MlpState"/> that a run leaves, an output of the first stage for the processor to reset; null for a plan that is always right.</param>
public sealed record MlpPlan(KernelSequence Sequence, StageBuffer Input, int InputDistance, int OutputDistance, StageBuffer? State)
{
    /// <summary>Two counters for the processor to reset to 0, before the first run and after <see cref="MlpState.Stuck"/>; null if there are none.</summary>
    public StageBuffer? Counters { get; init; }

    /// <summary>Where the result comes out.</summary>
    public StageOutput Output => Sequence.Returns[0];
}

/// <summary>What a run says of its result.</summary>
public enum MlpState
{
    /// <summary>It is right.</summary>
    Right = 0,

    /// <summary>A denormal could have mattered, which the device may have flushed.</summary>
    Unsafe = 1,

    /// <summary>The workgroups did not run at the same time; there is no result.</summary>
    Stuck = 2,
}

/// <summary>How shaders/mlp.comp cuts a batch.</summary>
/// <param name="Rows">The most rows.</param>
/// <param name="Chunk">How much of a chain of the rows is in shared memory at a time, at most.</param>
/// <param name="ThreadRows">Rows of an invocation.</param>
/// <param name="Threads">Invocations of one chain.</param>
public sealed record MlpTile(int Rows, int Chunk, int ThreadRows, int Threads);

/// <summary>
/// Plans a model for a batch size: pure policy. For few rows all layers are one dispatch (shaders/mlp.comp), else each layer is one
/// (shaders/gemm_skinny.comp); on a device that flushes denormals both tell whether that could have mattered. The safe plan emulates,
/// and is right for all numbers.
/// </summary>
public static class MlpPlanner
{
    private const int SmallBytes = 4 << 20; // up to which the processor and the device reach each other's memory faster than they copy

    // From few rows to many, with what is left of a multiprocessor's time in mind: measured on an H100 (docs/performance/mlp.md).
    private static readonly SkinnyTile[] Tiles =
    [
        new(8, 64, 1, 64, 8), new(16, 64, 1, 64, 8), new(16, 32, 2, 32, 16), new(32, 32, 2, 64, 16), new(32, 32, 4, 64, 32),
    ];

    private static readonly MlpTile[] Fused = [new(1, 512, 1, 128), new(2, 512, 1, 128), new(4, 256, 1, 128), new(8, 128, 1, 256), new(16, 64, 2, 256)];

    private const int MostSpins = 1 << 20; // some 0.7 s on an H100

    /// <summary>The tiles that may be chosen for a dispatch of a layer.</summary>
    public static IReadOnlyList<SkinnyTile> AllTiles => Tiles;

    /// <summary>The tiles that may be chosen for one dispatch of all layers.</summary>
    public static IReadOnlyList<MlpTile> AllFusedTiles => Fused;

    /// <summary>Plans one dispatch for all layers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">How many rows.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="behaviour">What its arithmetic does.</param>
    /// <param name="tile">The tile; chosen if null.</param>
    /// <param name="spins">How often a workgroup looks whether the others have arrived.</param>
    /// <returns>The plan; null if the device does not fuse, or has not enough multiprocessors or shared memory for these rows and layers.</returns>
    public static MlpPlan? Single(MlpModel model, int batch, DeviceCapabilities capabilities, DeviceBehaviour behaviour, MlpTile? tile = null, int spins = MostSpins)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(behaviour);
        tile ??= Fused.FirstOrDefault(known => known.Rows >= batch);
        int groups = (int)KernelShaders.Parts(model.Layers.Max(layer => layer.Outputs), MlpPacking.Columns);
        if (!behaviour.FusedFma || batch == 0 || tile is null || groups > Math.Max(1, capabilities.Multiprocessors)) return null;
        if ((behaviour.KeepsDenormals ? new uint[model.Layers.Count] : model.Least) is not uint[] least) return null;
        int longest = model.Layers.Max(layer => KernelShaders.Whole(NumericsProfile.Fp32IeeeFirstChain(layer.Inputs), MlpPacking.ChainGranularity));
        if (longest > LongestChain) return null;
        MlpPacking packed = model.Packed;
        int chunk = tile.Chunk;
        while (packed.Chains.Any(chain => chain % chunk != 0)) chunk /= 2;
        int shared = (16 * ((2 * tile.Rows * ((chunk / 4) + 1)) + (MlpPacking.Columns * ((2 * longest / 4) + 1)))) + (4 * tile.Rows * MlpPacking.Columns) + 16;
        if (shared > capabilities.Limits.MaxSharedMemoryBytes || 2 * tile.Threads > Math.Min(capabilities.Limits.MaxWorkgroupInvocations, capabilities.Limits.MaxWorkgroupSize.X)) return null;
        int inputDistance = KernelShaders.Whole(model.Inputs, 4), outputDistance = KernelShaders.Whole(model.Outputs, 4), distance = model.Layers.Max(layer => KernelShaders.Whole(layer.Outputs, 4));
        uint[] table = [.. packed.Table];
        for (int i = 0; i + 1 < least.Length; i++) table[(i * MlpPacking.Words) + MlpPacking.LeastWord] = least[i + 1];
        string name = model.Name.Text;
        KernelLaunch launch = new(
            KernelShaders.Get($"mlp_{tile.ThreadRows}"), "main",
            [
                Rows(0, 4L * batch * inputDistance),
                KernelBuffer.Input(0, 1, packed.Weights) with { ResidentAs = $"{name} weights" },
                KernelBuffer.Input(0, 2, packed.Biases) with { ResidentAs = $"{name} biases" },
                KernelBuffer.Overwritten(0, 3, 8L * batch * distance),
                KernelBuffer.Overwritten(0, 4, 4L * batch * outputDistance) with { Access = Access(4L * batch * outputDistance, BufferAccess.Shared) },
                KernelBuffer.Overwritten(0, 5, 4) with { Access = BufferAccess.Shared },
                KernelBuffer.Overwritten(0, 6, 8) with { Access = BufferAccess.Window },
                KernelBuffer.Input(0, 7, MemoryMarshal.AsBytes(table.AsSpan()).ToArray()) with { ResidentAs = $"{name} table {behaviour.KeepsDenormals}" },
            ],
            new Extent3((uint)groups, 1, 1))
        {
            PushConstants = KernelShaders.Words((uint)batch, (uint)model.Layers.Count, (uint)distance, (uint)inputDistance, (uint)outputDistance, least[0], (uint)spins),
            Specialization = [new(0, (uint)(2 * tile.Threads)), new(1, (uint)tile.Rows), new(2, (uint)chunk), new(3, (uint)(longest / chunk)), new(4, (uint)tile.Threads)],
            BoundsChecked = false,
        };
        return new(new KernelSequence([launch], [new(0, 1)]), new(0, 0), inputDistance, outputDistance, new(0, 5)) { Counters = new(0, 6) };
    }

    private const int LongestChain = 512; // both of 8 columns, and rows beside them, fit the shared memory of most devices

    private static KernelBuffer Rows(uint binding, long bytes) => new(0, binding, bytes, default, false) { Access = Access(bytes, BufferAccess.Window) };

    /// <summary>Plans a fused kernel for each layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">How many rows.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="behaviour">What its arithmetic does.</param>
    /// <param name="tile">The tile of every layer; chosen if null.</param>
    /// <returns>The plan; null if only the safe plan will do: the device does not fuse, or weights are so small that denormals could arise from any input.</returns>
    public static MlpPlan? Layered(MlpModel model, int batch, DeviceCapabilities capabilities, DeviceBehaviour behaviour, SkinnyTile? tile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(behaviour);
        if (!behaviour.FusedFma || batch == 0) return null;
        if ((behaviour.KeepsDenormals ? new uint[model.Layers.Count] : model.Least) is not uint[] least) return null;
        List<KernelLaunch> stages = [];
        int inputDistance = KernelShaders.Whole(model.Inputs, 4), distance = inputDistance;
        for (int i = 0; i < model.Layers.Count; i++)
        {
            MlpLayer layer = model.Layers[i];
            int outputDistance = KernelShaders.Whole(layer.Outputs, 4), slices = GemmPlanner.Slices(layer.Inputs);
            bool isLast = i == model.Layers.Count - 1;
            GemmProblem padded = model.Problem(i, batch) with { Shape = new(batch, outputDistance, layer.Inputs), LeadingA = distance, LeadingB = outputDistance };
            if ((tile ?? Choose(padded, slices, capabilities)) is not SkinnyTile chosen || !chosen.Fits(capabilities.Limits, slices)) return null;
            Extent3 workgroups = chosen.Workgroups(padded);
            if (workgroups.Y > capabilities.Limits.MaxWorkgroups.Y || 4L * batch * Math.Max(distance, outputDistance) > capabilities.Limits.MaxBufferBytes) return null;
            uint[] rest = [(uint)layer.Outputs, i == 0 ? least[0] : 0, isLast ? 0 : least[i + 1]];
            stages.Add(new KernelLaunch(
                KernelShaders.Get(chosen.ModuleFor(inFours: true).Replace("gemm_skinny", "mlp_layer", StringComparison.Ordinal)), "main",
                [
                    i == 0 ? Rows(0, 4L * batch * distance) : KernelBuffer.Alias(0, 0, new(i - 1, 2)),
                    Constant(1, layer.Weights, layer.Inputs, layer.Outputs, outputDistance),
                    KernelBuffer.Overwritten(0, 2, 4L * batch * outputDistance) with { Access = isLast ? Access(4L * batch * outputDistance, BufferAccess.Shared) : BufferAccess.Copied },
                    layer.Bias is null ? KernelBuffer.Input(0, 3, new byte[4 * outputDistance]) with { ResidentAs = $"zeros {outputDistance}" } : Constant(3, layer.Bias, 1, layer.Outputs, outputDistance),
                    i == 0 ? KernelBuffer.Overwritten(0, 4, 4) with { Access = BufferAccess.Shared } : KernelBuffer.Alias(0, 4, new(0, 4)),
                ],
                workgroups)
            {
                PushConstants = (byte[])[.. GemmFinish.Constants(padded, new(FmaPath.Native)).AsSpan(0, 40), .. MemoryMarshal.AsBytes(rest.AsSpan())],
                Specialization =
                [
                    .. chosen.Specialization(padded, slices).Select(entry => new SpecializationValue(entry.Id, (uint)entry.Value)),
                    new SpecializationValue(5, i == 0 ? 1u : 0), new SpecializationValue(6, (uint)layer.Activation),
                ],
                BoundsChecked = false,
            });
            distance = outputDistance;
        }
        return new(new KernelSequence(stages, [new(stages.Count - 1, 0)]), new(0, 0), inputDistance, distance, new StageBuffer(0, 4));
    }

    /// <summary>Plans the emulation.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">How many rows.</param>
    /// <param name="capabilities">The device.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/>.</exception>
    public static MlpPlan Emulated(MlpModel model, int batch, DeviceCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(capabilities);
        List<KernelLaunch> stages = [];
        for (int i = 0; i < model.Layers.Count; i++)
        {
            MlpLayer layer = model.Layers[i];
            KernelBuffer rows = i == 0
                ? new KernelBuffer(0, 0, 4L * batch * layer.Inputs, default, false) { Access = BufferAccess.Staged }
                : KernelBuffer.Alias(0, 0, new(i - 1, 2));
            KernelLaunch stage = GemmLaunch.Exact(model.Problem(i, batch), rows, Constant(1, layer.Weights, layer.Inputs, layer.Outputs, layer.Outputs), new(default, default) { Bias = layer.Bias?.Data ?? default }, capabilities);
            if (i == model.Layers.Count - 1) stage = stage with { Buffers = [.. stage.Buffers.Select(buffer => buffer.IsOutput ? buffer with { Access = BufferAccess.Staged } : buffer)] };
            stages.Add(stage);
        }
        return new(new KernelSequence(stages, [new(stages.Count - 1, 0)]), new(0, 0), model.Inputs, model.Outputs, null);
    }

    private static SkinnyTile? Choose(GemmProblem problem, int slices, DeviceCapabilities capabilities)
    {
        SkinnyTile[] fitting = [.. Tiles.Where(tile => tile.Fits(capabilities.Limits, slices))];
        int multiprocessors = KernelShaders.Multiprocessors(capabilities);
        // The smallest tile with which all workgroups run at once.
        return fitting.FirstOrDefault(tile => tile.Tiles(problem.Shape.M, problem.Shape.N) <= multiprocessors) ?? fitting.LastOrDefault();
    }

    private static BufferAccess Access(long bytes, BufferAccess small) => bytes <= SmallBytes ? small : BufferAccess.Staged;

    // A matrix with its rows padded to whole vectors, shared by all programs of a device.
    private static KernelBuffer Constant(uint binding, Tensor tensor, int rows, int columns, int distance)
    {
        ReadOnlyMemory<byte> data = tensor.Data;
        if (distance != columns)
        {
            byte[] padded = new byte[4L * rows * distance];
            for (int row = 0; row < rows; row++) data.Span.Slice(4 * row * columns, 4 * columns).CopyTo(padded.AsSpan(4 * row * distance));
            data = padded;
        }
        return KernelBuffer.Input(0, binding, data) with { ResidentAs = $"{tensor.DataHandle} {columns} {distance}" };
    }
}
