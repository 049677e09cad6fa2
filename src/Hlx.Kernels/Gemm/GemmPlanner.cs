using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>
/// Chooses tiles from shape and device: pure policy. Its choice is about speed; the bits are those of <see cref="GemmReference"/>
/// with every tile.
/// </summary>
public static class GemmPlanner
{
    // From large to small, and from how many tiles a multiprocessor on it pays: the large tiles of one chain leave room for two workgroups
    // side by side. Measured on an H100 (docs/performance/gemm.md).
    private static readonly (FmaTile Tile, double PerMultiprocessor)[] Whole =
    [
        (new(128, 128, 8, 64, 64, 8, 16, "gemm_fma_8x16"), 1.5),
        (new(64, 64, 8, 32, 32, 8, 4), 0.9),
        (new(32, 64, 16, 32, 16, 4, 4), 0.9),
        (new(32, 32, 16, 16, 32, 4, 4), 0),
    ];

    private static readonly (FmaTile Tile, double PerMultiprocessor)[] Halves =
    [
        (new(64, 128, 8, 32, 64, 8, 8, "gemm_fma_8x8"), 0.9),
        (new(32, 64, 16, 32, 16, 4, 4), 0.9),
        (new(32, 32, 16, 16, 32, 4, 4), 0),
    ];

    /// <summary>All tiles that may be chosen.</summary>
    /// <param name="slices">1 for one chain, 2 for two.</param>
    public static IReadOnlyList<FmaTile> Tiles(int slices) => [.. Table(slices).Select(entry => entry.Tile)];

    /// <summary>The tile for a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="capabilities">The device.</param>
    /// <returns>The largest tile of which there are enough for the device, or the smallest; null if none fits the device's limits.</returns>
    public static FmaTile? Choose(GemmProblem problem, DeviceCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(capabilities);
        int slices = Slices(problem.Shape.K);
        int multiprocessors = KernelShaders.Multiprocessors(capabilities);
        DeviceLimits limits = capabilities.Limits;
        (FmaTile Tile, double PerMultiprocessor)[] fitting =
        [
            .. Table(slices).Where(entry => entry.Tile.SharedBytes(slices) <= limits.MaxSharedMemoryBytes
                && entry.Tile.Threads * slices <= Math.Min(limits.MaxWorkgroupInvocations, limits.MaxWorkgroupSize.X)),
        ];
        return fitting.FirstOrDefault(entry => entry.Tile.Tiles(problem.Shape.M, problem.Shape.N) * problem.Batch >= entry.PerMultiprocessor * multiprocessors).Tile
            ?? fitting.LastOrDefault().Tile;
    }

    /// <summary>How many chains an element has.</summary>
    public static int Slices(int k) => NumericsProfile.Fp32IeeeFirstChain(k) < k ? 2 : 1;

    private static (FmaTile Tile, double PerMultiprocessor)[] Table(int slices) => slices == 1 ? Whole : Halves;
}
