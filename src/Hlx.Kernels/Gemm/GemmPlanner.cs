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
        (new(64, 128, 8, 32, 64, 8, 8, "gemm_fma_8x8"), 0.9),
        (new(32, 64, 16, 32, 16, 4, 4), 0.9),
        (new(32, 32, 16, 16, 32, 4, 4), 0),
    ];

    private static readonly (FmaTile Tile, double PerMultiprocessor)[] Halves =
    [
        (new(64, 128, 8, 32, 64, 8, 8, "gemm_fma_8x8"), 0.9),
        (new(32, 64, 16, 32, 16, 4, 4), 0.9),
        (new(32, 32, 16, 16, 32, 4, 4), 0),
    ];

    // From few rows to many.
    private static readonly SkinnyTile[] SkinnyWhole = [new(8, 64, 1, 128), new(16, 64, 2, 128), new(32, 32, 2, 128), new(64, 32, 4, 128)];

    private static readonly SkinnyTile[] SkinnyHalves = [new(8, 32, 1, 64), new(16, 32, 2, 128)];

    private const int MostSkinnyTiles = 2, LeastSkinnyProportion = 4;

    // Mesa's compiler for AMD's GPUs (docs/performance/amd-compiler.md) needs 240 of 256 registers for an invocation with 128 sums, and 144 with 64;
    // Debian 12's version spills some of the former, and of the latter where numbers are read one at a time in two chains.
    private const int MostSumsOnMesa = 64, MostSumsOnMesaOneByOne = 16;

    /// <summary>All tiles that may be chosen, by the modules with blocks.</summary>
    /// <param name="slices">1 for one chain, 2 for two.</param>
    public static IReadOnlyList<KernelTile> Tiles(int slices) => [.. Table(slices, false, true).Select(entry => entry.Tile), .. Skinny(slices)];

    /// <summary>The tiles that may be chosen on a device.</summary>
    /// <param name="slices">1 for one chain, 2 for two.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="inFours">Whether rows of A and B can be read four numbers at a time.</param>
    public static IReadOnlyList<KernelTile> Tiles(int slices, DeviceCapabilities capabilities, bool inFours = true)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        return
        [
            .. Table(slices, capabilities.IsCompiledByMesa, inFours).Select(entry => entry.Tile).Concat<KernelTile>(inFours ? Skinny(slices) : [])
                .Where(tile => tile.Fits(capabilities.Limits, slices)),
        ];
    }

    /// <summary>The tile for a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="isCopied">Whether A and B are copied into rows that can be read four numbers at a time.</param>
    /// <returns>For few rows a tile that holds them all; else the largest tile of which there are enough for the device, or the smallest; null
    /// if none fits the device's limits.</returns>
    public static KernelTile? Choose(GemmProblem problem, DeviceCapabilities capabilities, bool isCopied = false)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(capabilities);
        (int m, int n, int k) = problem.Shape;
        int slices = Slices(k), multiprocessors = KernelShaders.Multiprocessors(capabilities);
        SkinnyTile[] skinny = [.. Skinny(slices).Where(tile => tile.Serves(problem) && tile.Fits(capabilities.Limits, slices))];
        if (skinny.Length > 0 && m <= MostSkinnyTiles * skinny[^1].Rows && n >= LeastSkinnyProportion * m)
            return skinny.FirstOrDefault(tile => tile.Rows >= m) ?? skinny[^1];
        (FmaTile Tile, double PerMultiprocessor)[] fitting = [.. Table(slices, capabilities.IsCompiledByMesa, isCopied || problem.IsInFours).Where(entry => entry.Tile.Fits(capabilities.Limits, slices))];
        return fitting.FirstOrDefault(entry => entry.Tile.Tiles(m, n) * problem.Batch >= entry.PerMultiprocessor * multiprocessors).Tile ?? fitting.LastOrDefault().Tile;
    }

    /// <summary>How many chains an element has.</summary>
    public static int Slices(int k) => NumericsProfile.Fp32IeeeFirstChain(k) < k ? 2 : 1;

    private static SkinnyTile[] Skinny(int slices) => slices == 1 ? SkinnyWhole : SkinnyHalves;

    private static (FmaTile Tile, double PerMultiprocessor)[] Table(int slices, bool forMesa, bool inFours)
    {
        (FmaTile Tile, double PerMultiprocessor)[] table = slices == 1 ? Whole : Halves;
        int most = inFours || slices == 1 ? MostSumsOnMesa : MostSumsOnMesaOneByOne;
        return forMesa ? [.. table.Where(entry => entry.Tile.Sums <= most).Select(entry => (entry.Tile.WithoutBlocks(), entry.PerMultiprocessor))] : table;
    }
}
