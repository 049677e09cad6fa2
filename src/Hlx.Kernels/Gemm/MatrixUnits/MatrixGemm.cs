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
    private const int SplitAtOnce = 8; // by an invocation of split_planes.comp

    private const int MostPadded = 1 << 30; // of an extent, so that its padding to whole tiles is a number too

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
        if (Math.Max(shape.M, Math.Max(shape.N, shape.K)) > MostPadded || shape.K > (capabilities.LoopTurns ?? int.MaxValue)) throw TooLarge(shape);
        int m = Whole(shape.M, chosen.Rows), n = Whole(shape.N, chosen.Columns), k = Whole(shape.K, chosen.Depth);
        long largest = Math.Max(4L * shape.M * shape.N, (long)chosen.Parts * chosen.ElementBytes * Math.Max((long)m * k, (long)k * n));
        long tiles = chosen.Tiles(shape.M, shape.N);
        if (largest > capabilities.Limits.MaxBufferBytes || tiles > capabilities.Limits.MaxWorkgroups.X || Math.Max(m, Math.Max(n, k)) > capabilities.Limits.MaxWorkgroups.Y)
        {
            throw TooLarge(shape);
        }
        List<KernelLaunch> stages = [];
        KernelBuffer result = KernelBuffer.Overwritten(0, 2, 4L * shape.M * shape.N);
        if (profile == NumericsProfile.Fp32Split)
        {
            stages.AddRange(new ScaledPlanes(shape, m, n, k, chosen.Rows, chosen.Columns, chosen.Depth).Launches("split_planes", SplitAtOnce, alongN: true, 4, a, b));
            stages.Add(Main(chosen, shape, m, n, k, [ScaledPlanes.A(0), ScaledPlanes.B(1), result, ScaledPlanes.ShiftA(3), ScaledPlanes.ShiftB(4)]));
        }
        else
        {
            KernelBuffer left = Padded(stages, 0, chosen, a, shape.M, shape.K, m, k, transpose: false);
            (int rows, int columns, int paddedRows, int paddedColumns) = chosen.IsTransposedB ? (shape.N, shape.K, n, k) : (shape.K, shape.N, k, n);
            KernelBuffer right = Padded(stages, 1, chosen, b, rows, columns, paddedRows, paddedColumns, transpose: transposeB != chosen.IsTransposedB);
            stages.Add(Main(chosen, shape, m, n, k, [left, right, result]));
        }
        StageOutput output = new(stages.Count - 1, 0);
        return new(new KernelSequence(stages, [output]), output, chosen);
    }

    internal static HlxException TooLarge(GemmShape shape) => new(
        ErrorCode.DeviceLimit, $"a product of {shape.M}×{shape.K} and {shape.K}×{shape.N} exceeds the device's buffers, dispatch or loops", "Cut the matrices into blocks, or use cpu://");

    /// <summary>The product itself, on operands that lie in whole tiles of m×k and k×n.</summary>
    internal static KernelLaunch Main(MatrixTile tile, GemmShape shape, int m, int n, int k, IReadOnlyList<KernelBuffer> buffers)
    {
        int strideA = k / tile.Vector, strideB = (tile.IsTransposedB ? k : n) / tile.Vector;
        ShaderCode code = Modules.GetOrAdd(tile, static tile => new ShaderCode(MatrixModule.Emit(tile)));
        return new(code, "main", buffers, new Extent3((uint)tile.Tiles(m, n), 1, 1))
        {
            PushConstants = Words((uint)shape.M, (uint)shape.N, (uint)(k / tile.Depth), (uint)strideA, (uint)strideB),
            BoundsChecked = false,
            SubgroupSize = MatrixTile.Lanes,
        };
    }

    // The operand as it is if it lies in whole tiles, else a padded copy.
    private static KernelBuffer Padded(
        List<KernelLaunch> stages, uint binding, MatrixTile tile, ReadOnlyMemory<byte> matrix, int rows, int columns, int paddedRows, int paddedColumns, bool transpose)
    {
        if (!transpose && rows == paddedRows && columns == paddedColumns) return KernelBuffer.Input(0, binding, matrix);
        stages.Add(Padding.Copy(matrix, rows, columns, transpose ? rows : columns, paddedRows, paddedColumns, tile.ElementBytes, transpose));
        return KernelBuffer.Alias(0, binding, new(stages.Count - 1, 1));
    }
}
