namespace Hlx.Kernels;

/// <summary>How shaders/gemm_fma.comp cuts a product: the specialization of one pipeline.</summary>
/// <param name="Rows">Rows of a workgroup's tile (BM).</param>
/// <param name="Columns">Columns of a workgroup's tile (BN).</param>
/// <param name="Depth">How much of K is in shared memory at a time (BK).</param>
/// <param name="GroupRows">Rows of 32 invocations' tile (WM).</param>
/// <param name="GroupColumns">Columns of 32 invocations' tile (WN).</param>
/// <param name="ThreadRows">Rows of an invocation's tile (TM), a multiple of 4.</param>
/// <param name="ThreadColumns">Columns of an invocation's tile (TN), a multiple of 4.</param>
/// <param name="Module">The module: in which order an invocation goes through its tile.</param>
public sealed record FmaTile(int Rows, int Columns, int Depth, int GroupRows, int GroupColumns, int ThreadRows, int ThreadColumns, string Module = "gemm_fma_4x4")
{
    private const int PaddingVectors = 1;

    /// <summary>How many invocations compute one chain of a tile.</summary>
    public int Threads => Rows / ThreadRows * (Columns / ThreadColumns);

    /// <summary>The shared memory of a workgroup in bytes.</summary>
    /// <param name="slices">How many chains are computed side by side.</param>
    public int SharedBytes(int slices) => 16 * 2 * slices * Depth * ((Rows / 4) + PaddingVectors + (Columns / 4));

    /// <summary>How many tiles cover a matrix.</summary>
    /// <param name="m">Its rows.</param>
    /// <param name="n">Its columns.</param>
    public long Tiles(int m, int n) => KernelShaders.Parts(m, Rows) * KernelShaders.Parts(n, Columns);

    /// <summary>Why the shader cannot have this tile, or null if it can.</summary>
    public string? Flaw
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
}
