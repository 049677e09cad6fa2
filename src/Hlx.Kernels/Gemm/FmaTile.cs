using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>How shaders/gemm_fma.comp cuts a product.</summary>
/// <param name="Rows">Rows of a workgroup's tile (BM).</param>
/// <param name="Columns">Columns of a workgroup's tile (BN).</param>
/// <param name="Depth">How much of K is in shared memory at a time (BK).</param>
/// <param name="GroupRows">Rows of 32 invocations' tile (WM).</param>
/// <param name="GroupColumns">Columns of 32 invocations' tile (WN).</param>
/// <param name="ThreadRows">Rows of an invocation's tile (TM), a multiple of 4.</param>
/// <param name="ThreadColumns">Columns of an invocation's tile (TN), a multiple of 4.</param>
/// <param name="Module">The module: in which order an invocation goes through its tile.</param>
public sealed record FmaTile(int Rows, int Columns, int Depth, int GroupRows, int GroupColumns, int ThreadRows, int ThreadColumns, string Module = "gemm_fma_4x4")
    : KernelTile(Rows, Columns, Depth, ThreadRows)
{
    private const int PaddingVectors = 1;

    private const string UnblockedModule = "gemm_fma_unblocked";

    /// <inheritdoc/>
    public override int Threads => Rows / ThreadRows * (Columns / ThreadColumns);

    /// <inheritdoc/>
    public override int SharedBytes(int slices) => 16 * 2 * slices * Depth * ((Rows / 4) + PaddingVectors + (Columns / 4));

    /// <inheritdoc/>
    public override string? Flaw
    {
        get
        {
            if (ThreadRows % 4 != 0 || ThreadColumns % 4 != 0 || Depth % 4 != 0) return "TM, TN and BK must be multiples of 4";
            if (GroupRows / ThreadRows * (GroupColumns / ThreadColumns) != 32) return "WM·WN must be 32 invocations' tiles";
            if (Rows % GroupRows != 0 || Columns % GroupColumns != 0) return "BM and BN must be multiples of WM and WN";
            if (Rows * Depth / 4 % Threads != 0 || Columns * Depth / 4 % Threads != 0) return "a tile's loads must be shared evenly";
            return Threads % Math.Max(Depth / 4, Math.Max(Rows, Columns) / 4) == 0 ? null : "a row's loads must divide the invocations";
        }
    }

    /// <inheritdoc/>
    public override bool Serves(GemmProblem problem) => true;

    /// <inheritdoc/>
    public override string ModuleFor(bool inFours) => inFours ? Module : Module == UnblockedModule ? $"{UnblockedModule}_any" : "gemm_fma_any";

    /// <summary>The same tile by the module without blocks, for compilers that do not unroll loops over blocks.</summary>
    public FmaTile WithoutBlocks() => this with { Module = UnblockedModule };

    /// <summary>How many sums an invocation holds, in registers if there are enough.</summary>
    public int Sums => ThreadRows * ThreadColumns;

    /// <inheritdoc/>
    public override Extent3 Workgroups(GemmProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return new((uint)Math.Min(uint.MaxValue, Tiles(problem.Shape.M, problem.Shape.N)), (uint)problem.Batch, 1);
    }

    /// <inheritdoc/>
    public override IEnumerable<(uint Id, int Value)> Specialization(GemmProblem problem, int slices)
    {
        ArgumentNullException.ThrowIfNull(problem);
        int k = problem.Shape.K, first = NumericsProfile.Fp32IeeeFirstChain(k);
        bool isWhole = first % Depth == 0 && (first == k || first == k - first);
        return
        [
            (0, Threads * slices), (1, Rows), (2, Columns), (3, Depth), (4, GroupRows), (5, GroupColumns), (6, ThreadRows), (7, ThreadColumns), (8, slices),
            (9, problem.TransposeA ? 1 : 0), (10, problem.TransposeB ? 1 : 0), (11, isWhole ? 0 : 1), (12, problem.IsWrittenInFours ? 1 : 0),
        ];
    }
}
