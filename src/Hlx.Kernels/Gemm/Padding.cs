using Hlx.Compute;
using static Hlx.Kernels.KernelShaders;

namespace Hlx.Kernels;

/// <summary>Copies of matrices into rows that kernels can read in whole vectors or tiles: shaders/pad.comp.</summary>
internal static class Padding
{
    private const int WordsAtOnce = 256;

    /// <summary>The launch; the copy is its buffer 1, padded with zeros.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="rows">Rows of the copy, without padding.</param>
    /// <param name="columns">Columns of the copy, without padding.</param>
    /// <param name="distance">Elements from one row to the next, as stored.</param>
    /// <param name="paddedRows">Rows of the copy.</param>
    /// <param name="paddedColumns">Columns of the copy.</param>
    /// <param name="elementBytes">The size of an element: 1, 2 or 4.</param>
    /// <param name="transpose">Whether the copy is the transpose.</param>
    public static KernelLaunch Copy(ReadOnlyMemory<byte> matrix, int rows, int columns, int distance, int paddedRows, int paddedColumns, int elementBytes, bool transpose) => new(
        Get("pad"), "main", [KernelBuffer.Input(0, 0, matrix), KernelBuffer.Overwritten(0, 1, (long)paddedRows * paddedColumns * elementBytes)],
        new Extent3((uint)Parts(paddedColumns * elementBytes, 4 * WordsAtOnce), (uint)paddedRows, 1))
    {
        PushConstants = Words((uint)rows, (uint)columns, (uint)distance, (uint)paddedRows, (uint)paddedColumns),
        Specialization = [new(0, transpose ? 1u : 0), new(1, (uint)elementBytes)],
        BoundsChecked = false,
    };
}
