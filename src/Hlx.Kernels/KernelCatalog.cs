using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The kernels that operators may run on a device, for warming caches and for checks of all of them.</summary>
public static class KernelCatalog
{
    private const double NeverCopied = double.MaxValue, AlwaysCopied = 0; // from how many operations on rows of odd lengths are copied

    /// <summary>A sequence for each kernel, on small matrices.</summary>
    /// <param name="capabilities">The device.</param>
    /// <param name="behaviour">What its arithmetic does: kernels that are never right there are left out.</param>
    public static IEnumerable<(string Name, KernelSequence Sequence)> Sequences(DeviceCapabilities capabilities, DeviceBehaviour behaviour)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(behaviour);
        return [.. Products(capabilities, behaviour), .. OnMatrixUnits(capabilities), .. Perceptrons(capabilities, behaviour)];
    }

    private static IEnumerable<(string Name, KernelSequence Sequence)> Products(DeviceCapabilities capabilities, DeviceBehaviour behaviour)
    {
        foreach (int k in (int[])[256, 1024])
        {
            GemmProblem problem = new(new(64, 256, k)), odd = new(new(63, 255, k - 1)) { HasBias = true };
            if (!behaviour.FusedFma || !behaviour.KeepsDenormals)
                yield return ($"fp32.ieee exact, K = {k}", GemmLaunch.Plan(problem, Zeros(problem.Shape), new(FmaPath.Exact), capabilities).Sequence);
            if (!behaviour.FusedFma) continue;
            IReadOnlyList<KernelTile> tiles = GemmPlanner.Tiles(GemmPlanner.Slices(k), capabilities);
            foreach (KernelTile tile in tiles)
                yield return ($"fp32.ieee {tile}, K = {k}", GemmLaunch.Plan(problem, Zeros(problem.Shape), new(FmaPath.Native), capabilities, tile).Sequence);
            foreach (FmaTile tile in GemmPlanner.Tiles(GemmPlanner.Slices(k), capabilities, inFours: false).OfType<FmaTile>())
                yield return ($"fp32.ieee {tile} with odd rows, K = {k - 1}", Odd(tile, NeverCopied));
            if (tiles.OfType<FmaTile>().LastOrDefault() is FmaTile last) yield return ($"fp32.ieee {last} with copied rows, K = {k - 1}", Odd(last, AlwaysCopied));

            KernelSequence Odd(FmaTile tile, double copyFrom) => GemmLaunch.Plan(
                odd, Zeros(odd.Shape) with { Bias = new byte[4L * odd.Shape.N] }, new(FmaPath.Native), capabilities, tile, copyFrom).Sequence;
        }
    }

    private static IEnumerable<(string Name, KernelSequence Sequence)> OnMatrixUnits(DeviceCapabilities capabilities)
    {
        GemmShape shape = new(256, 256, 256);
        foreach (string profile in NumericsProfile.All.Where(profile => profile != NumericsProfile.Fp32Ieee && MatrixPlanner.HasUnit(profile, capabilities)))
        {
            GemmOperands zeros = Zeros(shape, MatrixPlanner.ElementOf(profile).Size());
            foreach (MatrixTile tile in MatrixPlanner.Tiles(profile, capabilities))
                yield return ($"{profile} {tile}", MatrixGemm.Plan(profile, shape, zeros.A, zeros.B, false, capabilities, tile).Sequence);
        }
    }

    // Of 64 and 1024 inputs: one chain and two; and of so few outputs that any device has room for one dispatch. Ones, as weights whose products could be denormal have no kernel on some devices.
    private static IEnumerable<(string Name, KernelSequence Sequence)> Perceptrons(DeviceCapabilities capabilities, DeviceBehaviour behaviour)
    {
        foreach (int inputs in (int[])[64, 1024])
        {
            MlpModel model = new([new MlpLayer(Ones(inputs, 8), Ones(8), GemmActivation.Gelu), new MlpLayer(Ones(8, 4))]);
            foreach (MlpTile tile in MlpPlanner.AllFusedTiles)
            {
                if (MlpPlanner.Single(model, tile.Rows, capabilities, behaviour, tile) is MlpPlan plan)
                    yield return ($"mlp in one dispatch, {tile.Rows} rows, {inputs} inputs", plan.Sequence);
            }
            foreach (SkinnyTile tile in MlpPlanner.AllTiles)
            {
                if (MlpPlanner.Layered(model, tile.Rows, capabilities, behaviour, tile) is MlpPlan plan)
                    yield return ($"mlp layer {tile}, {inputs} inputs", plan.Sequence);
            }
        }
    }

    private static Tensor Ones(params int[] shape)
    {
        float[] ones = new float[shape.Aggregate(1, (count, extent) => count * extent)];
        Array.Fill(ones, 1);
        return Tensor.From<float>(DType.F32, shape, ones);
    }

    private static GemmOperands Zeros(GemmShape shape, int size = 4) => new(new byte[(long)size * shape.M * shape.K], new byte[(long)size * shape.K * shape.N]);
}
