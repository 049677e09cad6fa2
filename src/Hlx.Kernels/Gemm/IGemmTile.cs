namespace Hlx.Kernels;

/// <summary>A kernel that multiplies a packed panel of rows by a packed panel of columns.</summary>
internal interface IGemmTile
{
    /// <summary>Rows of a tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of a tile.</summary>
    static abstract int Columns { get; }

    /// <summary>Carries on with one tile: each element is a chain of fused multiply-adds over ascending k.</summary>
    /// <param name="a">For each k, <see cref="Rows"/> elements.</param>
    /// <param name="b">For each k, <see cref="Columns"/> elements.</param>
    /// <param name="length">The number of k.</param>
    /// <param name="tile">The chains so far, row-major, changed in place.</param>
    static abstract void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int length, Span<float> tile);
}
