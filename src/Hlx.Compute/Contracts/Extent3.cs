namespace Hlx.Compute;

/// <summary>Three extents: the size of a workgroup in invocations, or of a dispatch in workgroups.</summary>
/// <param name="X">Along x.</param>
/// <param name="Y">Along y.</param>
/// <param name="Z">Along z.</param>
public readonly record struct Extent3(uint X, uint Y, uint Z)
{
    /// <summary>The product of the extents.</summary>
    public ulong Count => (ulong)X * Y * Z;

    /// <summary>Three extents.</summary>
    public static implicit operator Extent3((uint X, uint Y, uint Z) extents) => new(extents.X, extents.Y, extents.Z);

    /// <summary>Three extents.</summary>
    public static Extent3 ToExtent3((uint X, uint Y, uint Z) extents) => extents;

    /// <summary>The extents as text: <c>16×16×1</c>.</summary>
    public override string ToString() => $"{X}×{Y}×{Z}";
}
