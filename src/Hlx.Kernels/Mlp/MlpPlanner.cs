using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>
/// Plans a model for a batch size: pure policy. For few rows all layers are one dispatch (shaders/mlp.comp), else each layer is one
/// (shaders/gemm_skinny.comp); on a device that flushes denormals both tell whether that could have mattered. The third plan emulates,
/// and is right for all numbers.
/// </summary>
public static partial class MlpPlanner
{
    private const int SmallBytes = 4 << 20; // up to which the processor and the device reach each other's memory faster than they copy

    // From few rows to many, with what is left of a multiprocessor's time in mind: measured on an H100 (docs/performance/mlp.md).
    private static readonly SkinnyTile[] Tiles =
    [
        new(8, 64, 1, 64, 8), new(16, 64, 1, 64, 8), new(16, 32, 2, 32, 16), new(32, 32, 2, 64, 16), new(32, 32, 4, 64, 32),
    ];

    /// <summary>The tiles that may be chosen for a dispatch of a layer.</summary>
    public static IReadOnlyList<SkinnyTile> AllTiles => Tiles;

    /// <summary>Plans a fused kernel for each layer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">How many rows.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="behaviour">What its arithmetic does.</param>
    /// <param name="tile">The tile of every layer; chosen if null.</param>
    /// <returns>The plan; null if only the emulation will do: the device does not fuse, or weights are so small that denormals could arise from any input.</returns>
    public static MlpPlan? Layered(MlpModel model, int batch, DeviceCapabilities capabilities, DeviceBehaviour behaviour, SkinnyTile? tile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(behaviour);
        if (!behaviour.FusedFma || batch == 0 || model.Layers.Any(layer => !GemmLaunch.KeepsLoops(layer.Inputs, capabilities))) return null;
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
            (KernelBuffer weights, uint offset) = Whole(model, capabilities) is KernelBuffer whole ? (whole, (uint)model.Packed.Layers[i].Weights) : (Panels(model, i), 0);
            uint[] rest = [(uint)layer.Outputs, i == 0 ? least[0] : 0, isLast ? 0 : least[i + 1], offset, (uint)model.Packed.Layers[i].Bias / 4, (uint)layer.Activation];
            stages.Add(new KernelLaunch(
                KernelShaders.Get(chosen.ModuleFor(inFours: true).Replace("gemm_skinny", "mlp_layer", StringComparison.Ordinal)), "main",
                [
                    i == 0 ? Rows(0, 4L * batch * distance) : KernelBuffer.Alias(0, 0, new(i - 1, 2)),
                    weights,
                    KernelBuffer.Overwritten(0, 2, 4L * batch * outputDistance) with { Access = isLast ? Access(4L * batch * outputDistance, BufferAccess.Shared) : BufferAccess.Copied },
                    Biases(model, 3),
                    i == 0 ? KernelBuffer.Overwritten(0, 4, 4) with { Access = BufferAccess.Shared } : KernelBuffer.Alias(0, 4, new(0, 4)),
                ],
                workgroups)
            {
                PushConstants = (byte[])[.. GemmFinish.Constants(padded, new(FmaPath.Native)).AsSpan(0, 40), .. MemoryMarshal.AsBytes(rest.AsSpan())],
                Specialization = [.. chosen.Specialization(padded, slices).Select(entry => new SpecializationValue(entry.Id, (uint)entry.Value))],
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
        int first = 0; // stage of the last layer
        for (int i = 0; i < model.Layers.Count; i++)
        {
            MlpLayer layer = model.Layers[i];
            KernelBuffer rows = i == 0
                ? new KernelBuffer(0, 0, 4L * batch * layer.Inputs, default, false) { Access = BufferAccess.Staged }
                : KernelBuffer.Alias(0, 0, new(first, 2));
            KernelBuffer weights = KernelBuffer.Input(0, 1, layer.Weights.Data) with { ResidentAs = layer.Weights.DataHandle.Text };
            first = stages.Count;
            stages.AddRange(GemmLaunch.Exact(model.Problem(i, batch), rows, weights, new(default, default) { Bias = layer.Bias?.Data ?? default }, capabilities, first));
        }
        stages[first] = stages[first] with { Buffers = [.. stages[first].Buffers.Select(buffer => buffer.IsOutput ? buffer with { Access = BufferAccess.Staged } : buffer)] };
        return new(new KernelSequence(stages, [new(first, 0)]), new(0, 0), model.Inputs, model.Outputs, null);
    }

    private static SkinnyTile? Choose(GemmProblem problem, int slices, DeviceCapabilities capabilities)
    {
        SkinnyTile[] fitting = [.. Tiles.Where(tile => tile.Fits(capabilities.Limits, slices))];
        int multiprocessors = KernelShaders.Multiprocessors(capabilities);
        // The smallest tile with which all workgroups run at once.
        return fitting.FirstOrDefault(tile => tile.Tiles(problem.Shape.M, problem.Shape.N) <= multiprocessors) ?? fitting.LastOrDefault();
    }

    private static KernelBuffer Rows(uint binding, long bytes) => new(0, binding, bytes, default, false) { Access = Access(bytes, BufferAccess.Window) };

    private static BufferAccess Access(long bytes, BufferAccess small) => bytes <= SmallBytes ? small : BufferAccess.Staged;

    // The weights of all layers in one buffer, shared by the programs of all batch sizes; null where that is more than a buffer holds.
    private static KernelBuffer? Whole(MlpModel model, DeviceCapabilities capabilities) => model.Packed.Weights is byte[] weights && weights.Length <= capabilities.Limits.MaxBufferBytes
        ? KernelBuffer.Input(0, 1, weights) with { ResidentAs = $"{model.Name.Text} weights" }
        : null;

    private static KernelBuffer Panels(MlpModel model, int layer) => KernelBuffer.Input(0, 1, model.Packed.WeightsOf(layer)) with { ResidentAs = $"{model.Name.Text} weights {layer}" };

    private static KernelBuffer Biases(MlpModel model, uint binding) => KernelBuffer.Input(0, binding, model.Packed.Biases) with { ResidentAs = $"{model.Name.Text} biases" };
}
