using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hlx.Kernels;

/// <summary>A tile of 6×16 elements in 12 registers of 256 bits.</summary>
internal readonly struct GemmTile256 : IGemmTile
{
    /// <inheritdoc/>
    public static int Rows => 6;

    /// <inheritdoc/>
    public static int Columns => 2 * Vector256<float>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int length, Span<float> tile)
    {
        // The element accesses below are not checked one by one; this is where their bounds are.
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, Rows * length);
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, Columns * length);
        ArgumentOutOfRangeException.ThrowIfLessThan(tile.Length, Rows * Columns);
        ref float row = ref MemoryMarshal.GetReference(a);
        ref float column = ref MemoryMarshal.GetReference(b);
        ref float target = ref MemoryMarshal.GetReference(tile);
        Vector256<float> c00 = Vector256.LoadUnsafe(ref target, (nuint)((0 * Columns) + (0 * Vector256<float>.Count)));
        Vector256<float> c01 = Vector256.LoadUnsafe(ref target, (nuint)((0 * Columns) + (1 * Vector256<float>.Count)));
        Vector256<float> c10 = Vector256.LoadUnsafe(ref target, (nuint)((1 * Columns) + (0 * Vector256<float>.Count)));
        Vector256<float> c11 = Vector256.LoadUnsafe(ref target, (nuint)((1 * Columns) + (1 * Vector256<float>.Count)));
        Vector256<float> c20 = Vector256.LoadUnsafe(ref target, (nuint)((2 * Columns) + (0 * Vector256<float>.Count)));
        Vector256<float> c21 = Vector256.LoadUnsafe(ref target, (nuint)((2 * Columns) + (1 * Vector256<float>.Count)));
        Vector256<float> c30 = Vector256.LoadUnsafe(ref target, (nuint)((3 * Columns) + (0 * Vector256<float>.Count)));
        Vector256<float> c31 = Vector256.LoadUnsafe(ref target, (nuint)((3 * Columns) + (1 * Vector256<float>.Count)));
        Vector256<float> c40 = Vector256.LoadUnsafe(ref target, (nuint)((4 * Columns) + (0 * Vector256<float>.Count)));
        Vector256<float> c41 = Vector256.LoadUnsafe(ref target, (nuint)((4 * Columns) + (1 * Vector256<float>.Count)));
        Vector256<float> c50 = Vector256.LoadUnsafe(ref target, (nuint)((5 * Columns) + (0 * Vector256<float>.Count)));
        Vector256<float> c51 = Vector256.LoadUnsafe(ref target, (nuint)((5 * Columns) + (1 * Vector256<float>.Count)));

        for (int k = 0; k < length; k++)
        {
            Vector256<float> b0 = Vector256.LoadUnsafe(ref column);
            Vector256<float> b1 = Vector256.LoadUnsafe(ref column, (nuint)Vector256<float>.Count);
            Vector256<float> a0;
            a0 = Vector256.Create(row);
            c00 = Vector256.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(a0, b1, c01);
            a0 = Vector256.Create(Unsafe.Add(ref row, 1));
            c10 = Vector256.FusedMultiplyAdd(a0, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(a0, b1, c11);
            a0 = Vector256.Create(Unsafe.Add(ref row, 2));
            c20 = Vector256.FusedMultiplyAdd(a0, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(a0, b1, c21);
            a0 = Vector256.Create(Unsafe.Add(ref row, 3));
            c30 = Vector256.FusedMultiplyAdd(a0, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(a0, b1, c31);
            a0 = Vector256.Create(Unsafe.Add(ref row, 4));
            c40 = Vector256.FusedMultiplyAdd(a0, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(a0, b1, c41);
            a0 = Vector256.Create(Unsafe.Add(ref row, 5));
            c50 = Vector256.FusedMultiplyAdd(a0, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(a0, b1, c51);
            row = ref Unsafe.Add(ref row, Rows);
            column = ref Unsafe.Add(ref column, Columns);
        }

        c00.StoreUnsafe(ref target, (nuint)((0 * Columns) + (0 * Vector256<float>.Count)));
        c01.StoreUnsafe(ref target, (nuint)((0 * Columns) + (1 * Vector256<float>.Count)));
        c10.StoreUnsafe(ref target, (nuint)((1 * Columns) + (0 * Vector256<float>.Count)));
        c11.StoreUnsafe(ref target, (nuint)((1 * Columns) + (1 * Vector256<float>.Count)));
        c20.StoreUnsafe(ref target, (nuint)((2 * Columns) + (0 * Vector256<float>.Count)));
        c21.StoreUnsafe(ref target, (nuint)((2 * Columns) + (1 * Vector256<float>.Count)));
        c30.StoreUnsafe(ref target, (nuint)((3 * Columns) + (0 * Vector256<float>.Count)));
        c31.StoreUnsafe(ref target, (nuint)((3 * Columns) + (1 * Vector256<float>.Count)));
        c40.StoreUnsafe(ref target, (nuint)((4 * Columns) + (0 * Vector256<float>.Count)));
        c41.StoreUnsafe(ref target, (nuint)((4 * Columns) + (1 * Vector256<float>.Count)));
        c50.StoreUnsafe(ref target, (nuint)((5 * Columns) + (0 * Vector256<float>.Count)));
        c51.StoreUnsafe(ref target, (nuint)((5 * Columns) + (1 * Vector256<float>.Count)));
    }
}
