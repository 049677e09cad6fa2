using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hlx.Kernels;

/// <summary>A tile of 12×32 elements in 24 registers of 512 bits.</summary>
internal readonly struct GemmTile512 : IGemmTile
{
    /// <inheritdoc/>
    public static int Rows => 12;

    /// <inheritdoc/>
    public static int Columns => 2 * Vector512<float>.Count;

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
        Vector512<float> c00 = Vector512.LoadUnsafe(ref target, (nuint)((0 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c01 = Vector512.LoadUnsafe(ref target, (nuint)((0 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c10 = Vector512.LoadUnsafe(ref target, (nuint)((1 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c11 = Vector512.LoadUnsafe(ref target, (nuint)((1 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c20 = Vector512.LoadUnsafe(ref target, (nuint)((2 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c21 = Vector512.LoadUnsafe(ref target, (nuint)((2 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c30 = Vector512.LoadUnsafe(ref target, (nuint)((3 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c31 = Vector512.LoadUnsafe(ref target, (nuint)((3 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c40 = Vector512.LoadUnsafe(ref target, (nuint)((4 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c41 = Vector512.LoadUnsafe(ref target, (nuint)((4 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c50 = Vector512.LoadUnsafe(ref target, (nuint)((5 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c51 = Vector512.LoadUnsafe(ref target, (nuint)((5 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c60 = Vector512.LoadUnsafe(ref target, (nuint)((6 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c61 = Vector512.LoadUnsafe(ref target, (nuint)((6 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c70 = Vector512.LoadUnsafe(ref target, (nuint)((7 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c71 = Vector512.LoadUnsafe(ref target, (nuint)((7 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c80 = Vector512.LoadUnsafe(ref target, (nuint)((8 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c81 = Vector512.LoadUnsafe(ref target, (nuint)((8 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> c90 = Vector512.LoadUnsafe(ref target, (nuint)((9 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> c91 = Vector512.LoadUnsafe(ref target, (nuint)((9 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> ca0 = Vector512.LoadUnsafe(ref target, (nuint)((10 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> ca1 = Vector512.LoadUnsafe(ref target, (nuint)((10 * Columns) + (1 * Vector512<float>.Count)));
        Vector512<float> cb0 = Vector512.LoadUnsafe(ref target, (nuint)((11 * Columns) + (0 * Vector512<float>.Count)));
        Vector512<float> cb1 = Vector512.LoadUnsafe(ref target, (nuint)((11 * Columns) + (1 * Vector512<float>.Count)));

        for (int k = 0; k < length; k++)
        {
            Vector512<float> b0 = Vector512.LoadUnsafe(ref column);
            Vector512<float> b1 = Vector512.LoadUnsafe(ref column, (nuint)Vector512<float>.Count);
            Vector512<float> a0;
            a0 = Vector512.Create(row);
            c00 = Vector512.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a0, b1, c01);
            a0 = Vector512.Create(Unsafe.Add(ref row, 1));
            c10 = Vector512.FusedMultiplyAdd(a0, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a0, b1, c11);
            a0 = Vector512.Create(Unsafe.Add(ref row, 2));
            c20 = Vector512.FusedMultiplyAdd(a0, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a0, b1, c21);
            a0 = Vector512.Create(Unsafe.Add(ref row, 3));
            c30 = Vector512.FusedMultiplyAdd(a0, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a0, b1, c31);
            a0 = Vector512.Create(Unsafe.Add(ref row, 4));
            c40 = Vector512.FusedMultiplyAdd(a0, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(a0, b1, c41);
            a0 = Vector512.Create(Unsafe.Add(ref row, 5));
            c50 = Vector512.FusedMultiplyAdd(a0, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(a0, b1, c51);
            a0 = Vector512.Create(Unsafe.Add(ref row, 6));
            c60 = Vector512.FusedMultiplyAdd(a0, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(a0, b1, c61);
            a0 = Vector512.Create(Unsafe.Add(ref row, 7));
            c70 = Vector512.FusedMultiplyAdd(a0, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(a0, b1, c71);
            a0 = Vector512.Create(Unsafe.Add(ref row, 8));
            c80 = Vector512.FusedMultiplyAdd(a0, b0, c80);
            c81 = Vector512.FusedMultiplyAdd(a0, b1, c81);
            a0 = Vector512.Create(Unsafe.Add(ref row, 9));
            c90 = Vector512.FusedMultiplyAdd(a0, b0, c90);
            c91 = Vector512.FusedMultiplyAdd(a0, b1, c91);
            a0 = Vector512.Create(Unsafe.Add(ref row, 10));
            ca0 = Vector512.FusedMultiplyAdd(a0, b0, ca0);
            ca1 = Vector512.FusedMultiplyAdd(a0, b1, ca1);
            a0 = Vector512.Create(Unsafe.Add(ref row, 11));
            cb0 = Vector512.FusedMultiplyAdd(a0, b0, cb0);
            cb1 = Vector512.FusedMultiplyAdd(a0, b1, cb1);
            row = ref Unsafe.Add(ref row, Rows);
            column = ref Unsafe.Add(ref column, Columns);
        }

        c00.StoreUnsafe(ref target, (nuint)((0 * Columns) + (0 * Vector512<float>.Count)));
        c01.StoreUnsafe(ref target, (nuint)((0 * Columns) + (1 * Vector512<float>.Count)));
        c10.StoreUnsafe(ref target, (nuint)((1 * Columns) + (0 * Vector512<float>.Count)));
        c11.StoreUnsafe(ref target, (nuint)((1 * Columns) + (1 * Vector512<float>.Count)));
        c20.StoreUnsafe(ref target, (nuint)((2 * Columns) + (0 * Vector512<float>.Count)));
        c21.StoreUnsafe(ref target, (nuint)((2 * Columns) + (1 * Vector512<float>.Count)));
        c30.StoreUnsafe(ref target, (nuint)((3 * Columns) + (0 * Vector512<float>.Count)));
        c31.StoreUnsafe(ref target, (nuint)((3 * Columns) + (1 * Vector512<float>.Count)));
        c40.StoreUnsafe(ref target, (nuint)((4 * Columns) + (0 * Vector512<float>.Count)));
        c41.StoreUnsafe(ref target, (nuint)((4 * Columns) + (1 * Vector512<float>.Count)));
        c50.StoreUnsafe(ref target, (nuint)((5 * Columns) + (0 * Vector512<float>.Count)));
        c51.StoreUnsafe(ref target, (nuint)((5 * Columns) + (1 * Vector512<float>.Count)));
        c60.StoreUnsafe(ref target, (nuint)((6 * Columns) + (0 * Vector512<float>.Count)));
        c61.StoreUnsafe(ref target, (nuint)((6 * Columns) + (1 * Vector512<float>.Count)));
        c70.StoreUnsafe(ref target, (nuint)((7 * Columns) + (0 * Vector512<float>.Count)));
        c71.StoreUnsafe(ref target, (nuint)((7 * Columns) + (1 * Vector512<float>.Count)));
        c80.StoreUnsafe(ref target, (nuint)((8 * Columns) + (0 * Vector512<float>.Count)));
        c81.StoreUnsafe(ref target, (nuint)((8 * Columns) + (1 * Vector512<float>.Count)));
        c90.StoreUnsafe(ref target, (nuint)((9 * Columns) + (0 * Vector512<float>.Count)));
        c91.StoreUnsafe(ref target, (nuint)((9 * Columns) + (1 * Vector512<float>.Count)));
        ca0.StoreUnsafe(ref target, (nuint)((10 * Columns) + (0 * Vector512<float>.Count)));
        ca1.StoreUnsafe(ref target, (nuint)((10 * Columns) + (1 * Vector512<float>.Count)));
        cb0.StoreUnsafe(ref target, (nuint)((11 * Columns) + (0 * Vector512<float>.Count)));
        cb1.StoreUnsafe(ref target, (nuint)((11 * Columns) + (1 * Vector512<float>.Count)));
    }
}
