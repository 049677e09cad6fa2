using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>How a product is cut for matrix units.</summary>
/// <param name="Unit">The shape and types that the device multiplies.</param>
/// <param name="Rows">Rows of a workgroup's tile.</param>
/// <param name="Columns">Columns of a workgroup's tile.</param>
/// <param name="Depth">How much of K is in shared memory at a time.</param>
/// <param name="GroupRows">Rows of a subgroup's tile.</param>
/// <param name="GroupColumns">Columns of a subgroup's tile.</param>
/// <param name="Parts">How many planes A and B each consist of: 2 for <c>fp32.split</c>.</param>
/// <param name="Stages">1: a tile is multiplied, then replaced; 2: the next one is stored beside it.</param>
/// <param name="IsTransposedB">Whether B lies in memory as N×K.</param>
public sealed record MatrixTile(
    CooperativeMatrixShape Unit, int Rows, int Columns, int Depth, int GroupRows, int GroupColumns, int Parts = 1, int Stages = 2, bool IsTransposedB = false)
{
    /// <summary>
    /// For <c>fp32.fixed</c>, whose three parts are digits: how many sums of products of digits i and j there are, by i + j. 0 for other profiles.
    /// </summary>
    public int Groups { get; init; }

    /// <summary>Whether the loop over a tile's depth is unrolled.</summary>
    public bool IsUnrolled { get; init; }

    /// <summary>Invocations of a subgroup.</summary>
    public const int Lanes = 32;

    /// <summary>The size of an element of A and B in bytes.</summary>
    public int ElementBytes => Unit.A is "Sint8" or "Uint8" ? 1 : 2;

    /// <summary>Elements of A or B in one load of 16 bytes.</summary>
    public int Vector => 16 / ElementBytes;

    /// <summary>Invocations of a workgroup.</summary>
    public int Threads => Lanes * (Rows / GroupRows) * (Columns / GroupColumns);

    /// <summary>How many tiles cover a matrix.</summary>
    /// <param name="m">Its rows.</param>
    /// <param name="n">Its columns.</param>
    public long Tiles(int m, int n) => KernelShaders.Parts(m, Rows) * KernelShaders.Parts(n, Columns);

    /// <summary>Vectors of a row of A's tile in shared memory; the one more avoids bank conflicts.</summary>
    internal int StrideA => (Depth / Vector) + 1;

    /// <summary>Vectors of a row of B's tile in shared memory.</summary>
    internal int StrideB => (ColumnsB / Vector) + 1;

    /// <summary>Stored rows of B's tile.</summary>
    internal int RowsB => IsTransposedB ? Columns : Depth;

    /// <summary>Stored columns of B's tile.</summary>
    internal int ColumnsB => IsTransposedB ? Depth : Columns;

    internal int PlaneA => Rows * StrideA;

    internal int PlaneB => RowsB * StrideB;

    internal int Stage => Parts * (PlaneA + PlaneB);

    /// <summary>The shared memory of a workgroup in bytes.</summary>
    public int SharedBytes => 16 * Math.Max(Stages * Stage, Threads / Lanes * ScratchVectors * Math.Max(1, Groups));

    // One fragment of C for each subgroup, in rows of 4 columns a vector and one vector more.
    internal int ScratchVectors => (int)Unit.M * (((int)Unit.N / 4) + 1);
}
