using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>How shaders/gemm_skinny.comp cuts a product of few rows.</summary>
/// <param name="Rows">Rows of a workgroup's tile (BM).</param>
/// <param name="Depth">How much of K is in shared memory at a time (BK).</param>
/// <param name="ThreadRows">Rows of an invocation's tile (TM).</param>
/// <param name="Threads">How many invocations copy for one chain; as many as are needed of them compute.</param>
/// <param name="Columns">Columns of a workgroup's tile (BN).</param>
public sealed record SkinnyTile(int Rows, int Depth, int ThreadRows, int Threads, int Columns = 32) : KernelTile(Rows, Columns, Depth, ThreadRows)
{
    private const int ThreadColumns = 4;
    private const int PaddingVectors = 1;

    /// <inheritdoc/>
    public override int Threads { get; } = Threads;

    /// <inheritdoc/>
    public override int SharedBytes(int slices) => 16 * 2 * slices * ((Rows * ((Depth / 4) + PaddingVectors)) + (Depth * Columns / 4));

    /// <inheritdoc/>
    public override string? Flaw
    {
        get
        {
            if (Rows % ThreadRows != 0 || Rows / ThreadRows * (Columns / ThreadColumns) > Threads) return "BM must be a multiple of TM with an invocation for each part";
            if (Rows * Depth / 4 % Threads != 0 || Columns * Depth / 4 % Threads != 0) return "a tile's loads must be shared evenly";
            return Threads % (Depth / 4) == 0 && Threads % (Columns / 4) == 0 ? null : "a row's loads must divide the invocations";
        }
    }

    /// <inheritdoc/>
    public override bool Serves(GemmProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem.IsInFours && !problem.TransposeA && !problem.TransposeB;
    }

    /// <inheritdoc/>
    public override string ModuleFor(bool inFours) => $"gemm_skinny_{ThreadRows}x{Depth}";

    /// <inheritdoc/>
    public override Extent3 Workgroups(GemmProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return new((uint)KernelShaders.Parts(problem.Shape.N, Columns), (uint)KernelShaders.Parts(problem.Shape.M, Rows), 1);
    }

    /// <inheritdoc/>
    public override IEnumerable<(uint Id, int Value)> Specialization(GemmProblem problem, int slices) => [(0, Threads * slices), (1, Rows), (2, Threads), (3, slices), (4, Columns)];
}
