using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The kernels that operators may run on a device, for warming caches and for checks of all of them.</summary>
public static class KernelCatalog
{
    /// <summary>A sequence for each kernel, on small matrices of zeros.</summary>
    /// <param name="capabilities">The device.</param>
    /// <param name="behaviour">What its arithmetic does: kernels that are never right there are left out.</param>
    public static IEnumerable<(string Name, KernelSequence Sequence)> Sequences(DeviceCapabilities capabilities, DeviceBehaviour behaviour)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(behaviour);
        foreach (int k in (int[])[256, 1024])
        {
            GemmProblem problem = new(new(64, 256, k));
            if (!behaviour.FusedFma || !behaviour.KeepsDenormals)
                yield return ($"fp32.ieee exact, K = {k}", GemmLaunch.Plan(problem, Zeros(problem.Shape), new(FmaPath.Exact), capabilities).Sequence);
            if (!behaviour.FusedFma) continue;
            foreach (KernelTile tile in GemmPlanner.Tiles(GemmPlanner.Slices(k)).Where(tile => tile.Fits(capabilities.Limits, GemmPlanner.Slices(k))))
                yield return ($"fp32.ieee {tile}, K = {k}", GemmLaunch.Plan(problem, Zeros(problem.Shape), new(FmaPath.Native), capabilities, tile).Sequence);
        }
        GemmShape shape = new(256, 256, 256);
        foreach (string profile in NumericsProfile.All.Where(profile => profile != NumericsProfile.Fp32Ieee && MatrixPlanner.HasUnit(profile, capabilities)))
        {
            GemmOperands zeros = Zeros(shape, MatrixPlanner.ElementOf(profile).Size());
            foreach (MatrixTile tile in MatrixPlanner.Tiles(profile, capabilities))
                yield return ($"{profile} {tile}", MatrixGemm.Plan(profile, shape, zeros.A, zeros.B, false, capabilities, tile).Sequence);
        }
    }

    private static GemmOperands Zeros(GemmShape shape, int size = 4) => new(new byte[(long)size * shape.M * shape.K], new byte[(long)size * shape.K * shape.N]);
}
