using System.Collections.Concurrent;
using Hlx.Compute;
using Hlx.Values;
using static Hlx.Kernels.KernelShaders;

namespace Hlx.Kernels;

/// <summary>The plan of a product on matrix units: pure data, made without a device.</summary>
/// <param name="Sequence">What prepares the operands, and the product.</param>
/// <param name="Result">C: f32[M,N], or i32[M,N] for <c>i8</c>.</param>
/// <param name="Tile">The tile; null where <c>fp32.fixed</c> does without matrix units.</param>
public sealed record MatrixGemm(KernelSequence Sequence, StageOutput Result, MatrixTile? Tile)
{
    private static readonly ConcurrentDictionary<MatrixTile, ShaderCode> Modules = new();

    /// <summary>Plans C = A·op(B).</summary>
    /// <param name="profile">The numerics profile: <c>fp32.fixed</c>, <c>fp32.split</c>, <c>fp16</c>, <c>bf16</c> or <c>i8</c>.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, M×K, of f32, f16, bf16 or i8 as the profile says.</param>
    /// <param name="b">B, K×N, or N×K if it is used transposed, of the same type.</param>
    /// <param name="transposeB">Whether B is used transposed.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="tile">The tile; chosen by <see cref="MatrixPlanner"/> if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/> if the device has no such matrix unit;
    /// <see cref="ErrorCode.DeviceLimit"/>.</exception>
    public static MatrixGemm Plan(
        string profile, GemmShape shape, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, bool transposeB, DeviceCapabilities capabilities, MatrixTile? tile = null)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        if (profile == NumericsProfile.Fp32Fixed)
            return FixedGemm.Plan(shape, a, b, tile ?? (MatrixPlanner.HasUnit(profile, capabilities) ? MatrixPlanner.Choose(profile, shape, capabilities) : null), capabilities.Limits);
        MatrixTile chosen = tile ?? MatrixPlanner.Choose(profile, shape, capabilities);
        int m = Whole(shape.M, chosen.Rows), n = Whole(shape.N, chosen.Columns), k = Whole(shape.K, chosen.Depth);
        long largest = Math.Max(4L * shape.M * shape.N, (long)chosen.Parts * chosen.ElementBytes * Math.Max((long)m * k, (long)k * n));
        long tiles = chosen.Tiles(shape.M, shape.N);
        if (largest > capabilities.Limits.MaxBufferBytes || tiles > capabilities.Limits.MaxWorkgroups.X || Math.Max(m, Math.Max(n, k)) > capabilities.Limits.MaxWorkgroups.Y)
        {
            throw new HlxException(
                ErrorCode.DeviceLimit, $"a product of {shape.M}×{shape.K} and {shape.K}×{shape.N} exceeds the device's buffers or dispatch", "Cut the matrices into blocks, or use cpu://");
        }
        List<KernelLaunch> stages = profile == NumericsProfile.Fp32Split ? Split(shape, a, b, m, n, k) : [];
        KernelBuffer left, right;
        if (stages.Count > 0)
        {
            left = KernelBuffer.Alias(0, 0, new(1, 4));
            right = KernelBuffer.Alias(0, 1, new(1, 5));
        }
        else
        {
            left = Padded(stages, 0, chosen, a, shape.M, shape.K, m, k, transpose: false);
            (int rows, int columns, int paddedRows, int paddedColumns) = chosen.IsTransposedB ? (shape.N, shape.K, n, k) : (shape.K, shape.N, k, n);
            right = Padded(stages, 1, chosen, b, rows, columns, paddedRows, paddedColumns, transpose: transposeB != chosen.IsTransposedB);
        }
        List<KernelBuffer> buffers = [left, right, KernelBuffer.Overwritten(0, 2, 4L * shape.M * shape.N)];
        if (chosen.Parts > 1) buffers.AddRange([KernelBuffer.Alias(0, 3, new(1, 6)), KernelBuffer.Alias(0, 4, new(1, 7))]);
        stages.Add(Main(chosen, shape, m, n, k, buffers));
        StageOutput result = new(stages.Count - 1, 0);
        return new(new KernelSequence(stages, [result]), result, chosen);
    }

    /// <summary>The product itself, on operands that lie in whole tiles of m×k and k×n.</summary>
    internal static KernelLaunch Main(MatrixTile tile, GemmShape shape, int m, int n, int k, IReadOnlyList<KernelBuffer> buffers)
    {
        int strideA = k / tile.Vector, strideB = (tile.IsTransposedB ? k : n) / tile.Vector, rowsB = tile.IsTransposedB ? n : k;
        ShaderCode code = Modules.GetOrAdd(tile, static tile => new ShaderCode(MatrixModule.Emit(tile)));
        return new(code, "main", buffers, new Extent3((uint)tile.Tiles(m, n), 1, 1))
        {
            PushConstants = Words((uint)shape.M, (uint)shape.N, (uint)(k / tile.Depth), (uint)strideA, (uint)strideB, (uint)(m * strideA), (uint)(rowsB * strideB)),
            BoundsChecked = false,
            SubgroupSize = MatrixTile.Lanes,
        };
    }

    private static List<KernelLaunch> Split(GemmShape shape, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, int m, int n, int k)
    {
        const int Group = 256, RowsAtOnce = 32;
        int widest = Math.Max(shape.K, shape.N), highest = Math.Max(shape.M, shape.K);
        KernelLaunch largest = new(
            Get("split_max"), "main",
            [KernelBuffer.Input(0, 0, a), KernelBuffer.Input(0, 1, b), KernelBuffer.Output(0, 2, 4L * shape.M), KernelBuffer.Output(0, 3, 4L * shape.N)],
            new Extent3((uint)Parts(widest, Group), (uint)Parts(highest, RowsAtOnce), 2))
        {
            PushConstants = Words((uint)shape.M, (uint)shape.N, (uint)shape.K),
            BoundsChecked = false,
        };
        long vectors = Math.Max((long)m * k, (long)k * n) / 8;
        KernelLaunch planes = new(
            Get("split_planes"), "main",
            [
                KernelBuffer.Alias(0, 0, new(0, 0)), KernelBuffer.Alias(0, 1, new(0, 1)), KernelBuffer.Alias(0, 2, new(0, 2)), KernelBuffer.Alias(0, 3, new(0, 3)), KernelBuffer.Overwritten(0, 4, 4L * m * k), KernelBuffer.Overwritten(0, 5, 4L * k * n), KernelBuffer.Overwritten(0, 6, 4L * shape.M), KernelBuffer.Overwritten(0, 7, 4L * shape.N),
            ],
            new Extent3((uint)Parts(vectors, Group), 1, 2))
        {
            PushConstants = Words((uint)shape.M, (uint)shape.N, (uint)shape.K, (uint)m, (uint)n, (uint)k),
            BoundsChecked = false,
        };
        return [largest, planes];
    }

    // The operand as it is if it lies in whole tiles, else a padded copy.
    private static KernelBuffer Padded(
        List<KernelLaunch> stages, uint binding, MatrixTile tile, ReadOnlyMemory<byte> matrix, int rows, int columns, int paddedRows, int paddedColumns, bool transpose)
    {
        if (!transpose && rows == paddedRows && columns == paddedColumns) return KernelBuffer.Input(0, binding, matrix);
        stages.Add(new(
            Get("pad"), "main", [KernelBuffer.Input(0, 0, matrix), KernelBuffer.Overwritten(0, 1, (long)paddedRows * paddedColumns * tile.ElementBytes)],
            new Extent3((uint)Parts(paddedColumns * tile.ElementBytes, 1024), (uint)paddedRows, 1))
        {
            PushConstants = Words((uint)rows, (uint)columns, (uint)paddedRows, (uint)paddedColumns),
            Specialization = [new(0, transpose ? 1u : 0), new(1, (uint)tile.ElementBytes)],
            BoundsChecked = false,
        });
        return KernelBuffer.Alias(0, binding, new(stages.Count - 1, 1));
    }
}
