using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>
/// The fast CPU product with the bits of <see cref="GemmReference"/>. K is cut into blocks: for each one, A is packed into panels of
/// <see cref="IGemmTile.Rows"/> rows and B into panels of <see cref="IGemmTile.Columns"/> columns, and a tile kernel carries on with one
/// chain of fused multiply-adds for each element of a tile in registers; between blocks the chains wait in C. (Structure: K. Goto and
/// R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008.) Its loops are optimized at their first
/// call: a command runs one product, and would run it in unoptimized code.
/// </summary>
internal static class GemmCpu
{
    private const int BlockDepth = 512;
    private const int BlockBytes = 256 * 1024; // of packed A: half of a common second-level cache
    private const int ColumnPanelsPerTask = 4;
    private const double ParallelOperations = 6e7; // below, waking threads costs more than they save

    // A part of K. Its chains start from +0 or carry on with what is in C; they replace what is in C or are added to it.
    private readonly record struct Depth(int Start, int Length, bool CarriesOn, bool IsAdded, bool IsLast);

    /// <summary>Computes C on the threads of a device.</summary>
    public static void Compute(CpuDevice cpu, GemmProblem problem, GemmOperands operands, Memory<byte> c)
    {
        if (Vector512.IsHardwareAccelerated) Compute<GemmTile512>(cpu, problem, operands, c);
        else Compute<GemmTile256>(cpu, problem, operands, c);
    }

    /// <summary>Computes C with a given tile kernel.</summary>
    public static void Compute<TTile>(CpuDevice cpu, GemmProblem problem, GemmOperands operands, Memory<byte> c)
        where TTile : IGemmTile
    {
        GemmShape shape = problem.Shape;
        if (shape.M == 0 || shape.N == 0) return;
        int rowPanels = DivideUp(shape.M, TTile.Rows), columnPanels = DivideUp(shape.N, TTile.Columns);
        Depth[] blocks = [.. Blocks(shape.K)];
        int depth = blocks.Max(block => block.Length);
        using CpuBuffer bufferA = cpu.Rent(rowPanels * TTile.Rows * depth), bufferB = cpu.Rent(columnPanels * TTile.Columns * depth);
        Memory<float> packedA = bufferA.Memory, packedB = bufferB.Memory;
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            int item = batch;
            for (int at = 0; at < blocks.Length; at++)
            {
                Depth block = blocks[at];
                double parts = (double)problem.Batch * blocks.Length, before = ((item * (double)blocks.Length) + at) / parts;
                if (block.Length > 0) For(rowPanels, panel => PackRows<TTile>(problem, item, operands.A.Span, packedA.Span, panel, block));
                if (block.Length > 0) For(columnPanels, panel => PackColumns<TTile>(problem, item, operands.B.Span, packedB.Span, panel, block));

                int rowPanelsPerBlock = Math.Max(1, BlockBytes / Math.Max(1, 4 * block.Length * TTile.Rows));
                int rowBlocks = DivideUp(rowPanels, rowPanelsPerBlock), columnBlocks = DivideUp(columnPanels, ColumnPanelsPerTask);
                For(rowBlocks * columnBlocks, task =>
                {
                    int rowPanel = task / columnBlocks * rowPanelsPerBlock, columnPanel = task % columnBlocks * ColumnPanelsPerTask;
                    Tiles<TTile>(
                        problem, operands, item, packedA.Span, packedB.Span, MemoryMarshal.Cast<byte, float>(c.Span), block,
                        rowPanel, Math.Min(rowPanels, rowPanel + rowPanelsPerBlock),
                        columnPanel, Math.Min(columnPanels, columnPanel + ColumnPanelsPerTask));
                }, before, before + (1 / parts));
            }
        }

        void For(int count, Action<int> action, double before = 0, double after = 0)
        {
            if (shape.Operations >= ParallelOperations)
            {
                if (after > before) cpu.For(count, action, before, after);
                else cpu.For(count, action);
                return;
            }
            for (int i = 0; i < count; i++) action(i);
        }
    }

    // The second chain is one block: it is added to the first when it is whole.
    private static IEnumerable<Depth> Blocks(int k)
    {
        int first = NumericsProfile.Fp32IeeeFirstChain(k);
        if (first < k)
        {
            yield return new(0, first, CarriesOn: false, IsAdded: false, IsLast: false);
            yield return new(first, k - first, CarriesOn: false, IsAdded: true, IsLast: true);
            yield break;
        }
        for (int start = 0; start < Math.Max(k, 1); start += BlockDepth)
            yield return new(start, Math.Min(BlockDepth, k - start), CarriesOn: start > 0, IsAdded: false, IsLast: start + BlockDepth >= k);
    }

    private static void Tiles<TTile>(
        GemmProblem problem, GemmOperands operands, int batch, ReadOnlySpan<float> packedA, ReadOnlySpan<float> packedB, Span<float> c, Depth block,
        int rowPanel, int rowPanelEnd, int columnPanel, int columnPanelEnd)
        where TTile : IGemmTile
    {
        Span<float> tile = stackalloc float[TTile.Rows * TTile.Columns];
        for (int j = columnPanel; j < columnPanelEnd; j++)
        {
            ReadOnlySpan<float> panelB = packedB.Slice(j * TTile.Columns * block.Length, TTile.Columns * block.Length);
            for (int i = rowPanel; i < rowPanelEnd; i++)
            {
                int row = i * TTile.Rows, column = j * TTile.Columns;
                tile.Clear();
                if (block.CarriesOn) Load<TTile>(problem, batch, c, tile, row, column);
                TTile.Multiply(packedA.Slice(i * TTile.Rows * block.Length, TTile.Rows * block.Length), panelB, block.Length, tile);
                Store<TTile>(problem, operands, batch, tile, c, row, column, block);
            }
        }
    }

    private static void Load<TTile>(GemmProblem problem, int batch, ReadOnlySpan<float> c, Span<float> tile, int row, int column)
        where TTile : IGemmTile
    {
        int rows = Math.Min(TTile.Rows, problem.Shape.M - row), columns = Math.Min(TTile.Columns, problem.Shape.N - column);
        for (int i = 0; i < rows; i++) c.Slice(At(problem, batch, row + i, column), columns).CopyTo(tile[(i * TTile.Columns)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store<TTile>(
        GemmProblem problem, GemmOperands operands, int batch, ReadOnlySpan<float> tile, Span<float> c, int row, int column, Depth block)
        where TTile : IGemmTile
    {
        int rows = Math.Min(TTile.Rows, problem.Shape.M - row), columns = Math.Min(TTile.Columns, problem.Shape.N - column);
        float canonicalNaN = BitConverter.UInt32BitsToSingle(NumericsProfile.CanonicalNaN32);
        for (int i = 0; i < rows; i++)
        {
            int at = At(problem, batch, row + i, column);
            ReadOnlySpan<float> sums = tile.Slice(i * TTile.Columns, columns);
            Span<float> totals = c.Slice(at, columns);
            int j = 0;
            for (; j <= columns - Vector256<float>.Count; j += Vector256<float>.Count)
            {
                Vector256<float> total = Vector256.Create(sums[j..]);
                if (block.IsAdded) total = Vector256.Create((ReadOnlySpan<float>)totals[j..]) + total;
                if (block.IsLast) total = Vector256.ConditionalSelect(Vector256.Equals(total, total), total, Vector256.Create(canonicalNaN));
                total.CopyTo(totals[j..]);
            }
            for (; j < columns; j++)
            {
                float total = block.IsAdded ? totals[j] + sums[j] : sums[j];
                totals[j] = block.IsLast && float.IsNaN(total) ? canonicalNaN : total;
            }
            if (block.IsLast && !problem.IsPlain) Finish(problem, operands, at, column, totals);
        }
    }

    private static void Finish(GemmProblem problem, GemmOperands operands, int at, int column, Span<float> totals)
    {
        ReadOnlySpan<float> before = MemoryMarshal.Cast<byte, float>(operands.C.Span), bias = MemoryMarshal.Cast<byte, float>(operands.Bias.Span);
        for (int j = 0; j < totals.Length; j++)
            totals[j] = GemmEpilogue.Apply(problem, totals[j], problem.Beta != 0 ? before[at + j] : 0, problem.HasBias ? bias[column + j] : 0);
    }

    // A panel holds, for each k, one element of each of its rows; rows beyond the matrix are zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows<TTile>(GemmProblem problem, int batch, ReadOnlySpan<byte> a, Span<float> packed, int panel, Depth block)
        where TTile : IGemmTile
    {
        ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(a);
        Span<float> target = packed.Slice(panel * TTile.Rows * block.Length, TTile.Rows * block.Length);
        long origin = batch * problem.BatchA;
        int row = panel * TTile.Rows, rows = Math.Min(TTile.Rows, problem.Shape.M - row), length = block.Length;
        if (problem.TransposeA)
        {
            for (int k = 0; k < length; k++)
                Line(source.Slice((int)(origin + ((long)(block.Start + k) * problem.DistanceA) + row), rows), target.Slice(k * TTile.Rows, TTile.Rows));
            return;
        }
        for (int i = 0; i < TTile.Rows; i++)
        {
            ReadOnlySpan<float> line = i < rows ? source.Slice((int)(origin + ((long)(row + i) * problem.DistanceA) + block.Start), length) : default;
            for (int k = 0; k < length; k++) target[(k * TTile.Rows) + i] = line.IsEmpty ? 0 : line[k];
        }
    }

    // A panel holds, for each k, one element of each of its columns; columns beyond the matrix are zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackColumns<TTile>(GemmProblem problem, int batch, ReadOnlySpan<byte> b, Span<float> packed, int panel, Depth block)
        where TTile : IGemmTile
    {
        ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(b);
        Span<float> target = packed.Slice(panel * TTile.Columns * block.Length, TTile.Columns * block.Length);
        long origin = batch * problem.BatchB;
        int column = panel * TTile.Columns, columns = Math.Min(TTile.Columns, problem.Shape.N - column), length = block.Length;
        if (!problem.TransposeB)
        {
            for (int k = 0; k < length; k++)
                Line(source.Slice((int)(origin + ((long)(block.Start + k) * problem.DistanceB) + column), columns), target.Slice(k * TTile.Columns, TTile.Columns));
            return;
        }
        for (int j = 0; j < TTile.Columns; j++)
        {
            ReadOnlySpan<float> line = j < columns ? source.Slice((int)(origin + ((long)(column + j) * problem.DistanceB) + block.Start), length) : default;
            for (int k = 0; k < length; k++) target[(k * TTile.Columns) + j] = line.IsEmpty ? 0 : line[k];
        }
    }

    private static void Line(ReadOnlySpan<float> source, Span<float> target)
    {
        source.CopyTo(target);
        target[source.Length..].Clear();
    }

    private static int At(GemmProblem problem, int batch, int row, int column) => (int)((batch * problem.BatchC) + ((long)row * problem.DistanceC) + column);

    private static int DivideUp(int value, int by) => (value + by - 1) / by;
}
