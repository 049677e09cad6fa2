using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>
/// The fast CPU product with the bits of <see cref="GemmReference"/>. The segments of <c>fp32.ieee</c> are the blocks of K: for each
/// one, A is packed into panels of <see cref="IGemmTile.Rows"/> rows and B into panels of <see cref="IGemmTile.Columns"/> columns,
/// and a tile kernel keeps one chain of fused multiply-adds for each element of a tile in registers. (Structure: K. Goto and R. van
/// de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008.) Its loops are optimized at their first call: a
/// command runs one product, and would run it in unoptimized code.
/// </summary>
internal static class GemmCpu
{
    private const int Segment = NumericsProfile.Fp32IeeeSegment;
    private const int BlockBytes = 256 * 1024; // of packed A: half of a common second-level cache
    private const int ColumnPanelsPerTask = 4;
    private const double ParallelOperations = 6e7; // below, waking threads costs more than they save

    /// <summary>Multiplies two matrices on the threads of a device.</summary>
    public static void Multiply(CpuDevice cpu, GemmShape shape, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, Memory<byte> c)
    {
        if (Vector512.IsHardwareAccelerated) Multiply<GemmTile512>(cpu, shape, a, b, c);
        else Multiply<GemmTile256>(cpu, shape, a, b, c);
    }

    /// <summary>Multiplies two matrices with a given tile kernel.</summary>
    public static void Multiply<TTile>(CpuDevice cpu, GemmShape shape, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, Memory<byte> c)
        where TTile : IGemmTile
    {
        if (shape.M == 0 || shape.N == 0) return;
        if (shape.K == 0)
        {
            c.Span.Clear();
            return;
        }
        int rowPanels = DivideUp(shape.M, TTile.Rows), columnPanels = DivideUp(shape.N, TTile.Columns);
        int depth = Math.Min(Segment, shape.K);
        using CpuBuffer bufferA = cpu.Rent(rowPanels * TTile.Rows * depth), bufferB = cpu.Rent(columnPanels * TTile.Columns * depth);
        Memory<float> packedA = bufferA.Memory, packedB = bufferB.Memory;
        for (int start = 0; start < shape.K; start += Segment)
        {
            int first = start, length = Math.Min(Segment, shape.K - start);
            For(rowPanels, panel => PackRows<TTile>(shape, a.Span, packedA.Span, panel, first, length));
            For(columnPanels, panel => PackColumns<TTile>(shape, b.Span, packedB.Span, panel, first, length));

            int rowPanelsPerBlock = Math.Max(1, BlockBytes / (4 * length * TTile.Rows));
            int rowBlocks = DivideUp(rowPanels, rowPanelsPerBlock), columnBlocks = DivideUp(columnPanels, ColumnPanelsPerTask);
            For(rowBlocks * columnBlocks, task =>
            {
                int rowPanel = task / columnBlocks * rowPanelsPerBlock, columnPanel = task % columnBlocks * ColumnPanelsPerTask;
                Block<TTile>(
                    shape, packedA.Span, packedB.Span, MemoryMarshal.Cast<byte, float>(c.Span), length, first == 0, first + length == shape.K,
                    rowPanel, Math.Min(rowPanels, rowPanel + rowPanelsPerBlock),
                    columnPanel, Math.Min(columnPanels, columnPanel + ColumnPanelsPerTask));
            });
        }

        void For(int count, Action<int> action)
        {
            if (shape.Operations >= ParallelOperations)
            {
                cpu.For(count, action);
                return;
            }
            for (int i = 0; i < count; i++) action(i);
        }
    }

    private static void Block<TTile>(
        GemmShape shape, ReadOnlySpan<float> packedA, ReadOnlySpan<float> packedB, Span<float> c, int length, bool isFirst, bool isLast,
        int rowPanel, int rowPanelEnd, int columnPanel, int columnPanelEnd)
        where TTile : IGemmTile
    {
        Span<float> tile = stackalloc float[TTile.Rows * TTile.Columns];
        for (int j = columnPanel; j < columnPanelEnd; j++)
        {
            ReadOnlySpan<float> panelB = packedB.Slice(j * TTile.Columns * length, TTile.Columns * length);
            for (int i = rowPanel; i < rowPanelEnd; i++)
            {
                TTile.Multiply(packedA.Slice(i * TTile.Rows * length, TTile.Rows * length), panelB, length, tile);
                Store<TTile>(shape, tile, c, i * TTile.Rows, j * TTile.Columns, isFirst, isLast);
            }
        }
    }

    // The first segment's sums are the totals; the others are added to them; the last pass makes every NaN the same one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store<TTile>(GemmShape shape, ReadOnlySpan<float> tile, Span<float> c, int row, int column, bool isFirst, bool isLast)
        where TTile : IGemmTile
    {
        int rows = Math.Min(TTile.Rows, shape.M - row), columns = Math.Min(TTile.Columns, shape.N - column);
        float canonicalNaN = BitConverter.UInt32BitsToSingle(NumericsProfile.CanonicalNaN32);
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<float> sums = tile.Slice(i * TTile.Columns, columns);
            Span<float> totals = c.Slice(((row + i) * shape.N) + column, columns);
            int j = 0;
            for (; j <= columns - Vector256<float>.Count; j += Vector256<float>.Count)
            {
                Vector256<float> total = Vector256.Create(sums[j..]);
                if (!isFirst) total = Vector256.Create((ReadOnlySpan<float>)totals[j..]) + total;
                if (isLast) total = Vector256.ConditionalSelect(Vector256.Equals(total, total), total, Vector256.Create(canonicalNaN));
                total.CopyTo(totals[j..]);
            }
            for (; j < columns; j++)
            {
                float total = isFirst ? sums[j] : totals[j] + sums[j];
                totals[j] = isLast && float.IsNaN(total) ? canonicalNaN : total;
            }
        }
    }

    // A panel holds, for each k, one element of each of its rows; rows beyond the matrix are zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows<TTile>(GemmShape shape, ReadOnlySpan<byte> a, Span<float> packed, int panel, int first, int length)
        where TTile : IGemmTile
    {
        ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(a);
        Span<float> target = packed.Slice(panel * TTile.Rows * length, TTile.Rows * length);
        for (int i = 0; i < TTile.Rows; i++)
        {
            int row = (panel * TTile.Rows) + i;
            ReadOnlySpan<float> line = row < shape.M ? source.Slice((row * shape.K) + first, length) : default;
            for (int k = 0; k < length; k++) target[(k * TTile.Rows) + i] = line.IsEmpty ? 0 : line[k];
        }
    }

    // A panel holds, for each k, one element of each of its columns; columns beyond the matrix are zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackColumns<TTile>(GemmShape shape, ReadOnlySpan<byte> b, Span<float> packed, int panel, int first, int length)
        where TTile : IGemmTile
    {
        ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(b);
        Span<float> target = packed.Slice(panel * TTile.Columns * length, TTile.Columns * length);
        int column = panel * TTile.Columns, columns = Math.Min(TTile.Columns, shape.N - column);
        for (int k = 0; k < length; k++)
        {
            Span<float> line = target.Slice(k * TTile.Columns, TTile.Columns);
            source.Slice(((first + k) * shape.N) + column, columns).CopyTo(line);
            line[columns..].Clear();
        }
    }

    private static int DivideUp(int value, int by) => (value + by - 1) / by;
}
