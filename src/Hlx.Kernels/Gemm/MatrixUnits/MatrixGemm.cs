using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The plan of a product on matrix units: pure data, made without a device.</summary>
/// <param name="Sequence">What prepares the operands, and the product.</param>
/// <param name="Result">C: f32[M,N], or i32[M,N] for <c>i8</c>.</param>
/// <param name="Tile">The tile; null where <c>fp32.fixed</c> does without matrix units.</param>
public sealed record MatrixGemm(KernelSequence Sequence, StageOutput Result, MatrixTile? Tile)
{
    private static readonly ConcurrentDictionary<MatrixTile, ShaderCode> Modules = new();
    private static readonly Lazy<ShaderCode> SplitMax = Embedded("split_max");
    private static readonly Lazy<ShaderCode> SplitPlanes = Embedded("split_planes");
    private static readonly Lazy<ShaderCode> Pad = Embedded("pad");

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
        int m = Up(shape.M, chosen.Rows), n = Up(shape.N, chosen.Columns), k = Up(Math.Max(shape.K, 1), chosen.Depth);
        long largest = Math.Max(4L * shape.M * shape.N, (long)chosen.Parts * chosen.ElementBytes * Math.Max((long)m * k, (long)k * n));
        long tiles = (long)(m / chosen.Rows) * (n / chosen.Columns);
        if (largest > capabilities.Limits.MaxBufferBytes || tiles > capabilities.Limits.MaxWorkgroups.X || Math.Max(m, Math.Max(n, k)) > capabilities.Limits.MaxWorkgroups.Y)
        {
            throw new HlxException(
                ErrorCode.DeviceLimit, $"a product of {shape.M}×{shape.K} and {shape.K}×{shape.N} exceeds the device's buffers or dispatch", "Cut the matrices into blocks, or use cpu://");
        }
        List<KernelLaunch> stages = profile == NumericsProfile.Fp32Split ? Split(shape, a, b, m, n, k) : [];
        KernelBuffer left, right;
        if (stages.Count > 0)
        {
            left = Same(0, 1, 4);
            right = Same(1, 1, 5);
        }
        else
        {
            left = Padded(stages, 0, chosen, a, shape.M, shape.K, m, k, transpose: false);
            (int rows, int columns, int paddedRows, int paddedColumns) = chosen.IsTransposedB ? (shape.N, shape.K, n, k) : (shape.K, shape.N, k, n);
            right = Padded(stages, 1, chosen, b, rows, columns, paddedRows, paddedColumns, transpose: transposeB != chosen.IsTransposedB);
        }
        List<KernelBuffer> buffers = [left, right, KernelBuffer.Output(0, 2, 4L * shape.M * shape.N) with { IsOverwritten = true }];
        if (chosen.Parts > 1) buffers.AddRange([Same(3, 1, 6), Same(4, 1, 7)]);
        stages.Add(Main(chosen, shape, m, n, k, buffers));
        StageOutput result = new(stages.Count - 1, 0);
        return new(new KernelSequence(stages, [result]), result, chosen);
    }

    /// <summary>The product itself, on operands that lie in whole tiles of m×k and k×n.</summary>
    internal static KernelLaunch Main(MatrixTile tile, GemmShape shape, int m, int n, int k, IReadOnlyList<KernelBuffer> buffers)
    {
        int strideA = k / tile.Vector, strideB = (tile.IsTransposedB ? k : n) / tile.Vector, rowsB = tile.IsTransposedB ? n : k;
        ShaderCode code = Modules.GetOrAdd(tile, static tile => new ShaderCode(MatrixModule.Emit(tile)));
        return new(code, "main", buffers, new Extent3((uint)(m / tile.Rows * (n / tile.Columns)), 1, 1))
        {
            PushConstants = Words((uint)shape.M, (uint)shape.N, (uint)(k / tile.Depth), (uint)strideA, (uint)strideB, (uint)(m * strideA), (uint)(rowsB * strideB)),
            BoundsChecked = false,
            SubgroupSize = MatrixTile.Lanes,
        };
    }

    private static List<KernelLaunch> Split(GemmShape shape, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, int m, int n, int k)
    {
        const int Group = 256, RowsAtOnce = 32;
        uint widest = (uint)Math.Max(shape.K, shape.N), highest = (uint)Math.Max(shape.M, shape.K);
        KernelLaunch largest = new(
            SplitMax.Value, "main",
            [KernelBuffer.Input(0, 0, a), KernelBuffer.Input(0, 1, b), KernelBuffer.Output(0, 2, 4L * shape.M), KernelBuffer.Output(0, 3, 4L * shape.N)],
            new Extent3((widest + Group - 1) / Group, (highest + RowsAtOnce - 1) / RowsAtOnce, 2))
        {
            PushConstants = Words((uint)shape.M, (uint)shape.N, (uint)shape.K),
            BoundsChecked = false,
        };
        long vectors = Math.Max((long)m * k, (long)k * n) / 8;
        KernelLaunch planes = new(
            SplitPlanes.Value, "main",
            [
                Same(0, 0, 0), Same(1, 0, 1), Same(2, 0, 2), Same(3, 0, 3), Overwritten(4, 4L * m * k), Overwritten(5, 4L * k * n), Overwritten(6, 4L * shape.M), Overwritten(7, 4L * shape.N),
            ],
            new Extent3((uint)((vectors + Group - 1) / Group), 1, 2))
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
            Pad.Value, "main", [KernelBuffer.Input(0, 0, matrix), Overwritten(1, (long)paddedRows * paddedColumns * tile.ElementBytes)],
            new Extent3((uint)((paddedColumns * tile.ElementBytes) + 1023) / 1024, (uint)paddedRows, 1))
        {
            PushConstants = Words((uint)rows, (uint)columns, (uint)paddedRows, (uint)paddedColumns),
            Specialization = [new(0, transpose ? 1u : 0), new(1, (uint)tile.ElementBytes)],
            BoundsChecked = false,
        });
        return Same(binding, stages.Count - 1, 1);
    }

    private static KernelBuffer Same(uint binding, int stage, int buffer) => new(0, binding, 0, default, false) { Same = new StageBuffer(stage, buffer) };

    private static KernelBuffer Overwritten(uint binding, long bytes) => KernelBuffer.Output(0, binding, bytes) with { IsOverwritten = true };

    private static Lazy<ShaderCode> Embedded(string name) => new(() => new ShaderCode(EmbeddedModule.Load(typeof(MatrixGemm).Assembly, name)));

    private static byte[] Words(params ReadOnlySpan<uint> words) => MemoryMarshal.AsBytes(words).ToArray();

    private static int Up(int extent, int by) => (Math.Max(extent, 1) + by - 1) / by * by;
}
