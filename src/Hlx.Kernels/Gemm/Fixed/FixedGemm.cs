using Hlx.Compute;
using Hlx.Values;
using static Hlx.Kernels.KernelShaders;

namespace Hlx.Kernels;

/// <summary>
/// The plan of a product in <c>fp32.fixed</c>: largest magnitudes, digits, sums of products of digits on integer matrix units or without
/// them, and one rounding.
/// </summary>
internal static class FixedGemm
{
    private const int DigitsAtOnce = 16; // by an invocation of fixed_digits.comp
    private const int PlainDepth = 16; // of a tile of one row where there are no matrix units
    private const int ProductTile = 16;
    private const int FinishWidth = 64;

    /// <summary>Plans C = A·B.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, f32[M,K], finite.</param>
    /// <param name="b">B, f32[K,N], finite.</param>
    /// <param name="tile">The tile for matrix units; null to do without.</param>
    /// <param name="limits">The device's limits.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/>; <see cref="ErrorCode.NumericsUnsupported"/> for too long sums.</exception>
    public static MatrixGemm Plan(GemmShape shape, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, MatrixTile? tile, DeviceLimits limits)
    {
        (int m, int n, int k) = shape;
        FixedReference.CheckDepth(k);
        (int rows, int columns, int depth) = tile is null ? (1, 1, PlainDepth) : (tile.Rows, tile.Columns, tile.Depth);
        ScaledPlanes planes = new(shape, Whole(m, rows), Whole(n, columns), Whole(k, depth), rows, columns, depth);
        int groups = FixedReference.Groups(k);
        long sums = 4L * (tile is null ? groups : 1) * m * n, digits = (long)FixedReference.Digits * Math.Max(planes.M, planes.N) * planes.K;
        if (Math.Max(sums, digits) > limits.MaxBufferBytes || Math.Max(m, Math.Max(n, k)) > limits.MaxWorkgroups.Y)
        {
            throw new HlxException(
                ErrorCode.DeviceLimit, $"a product of {m}×{k} and {k}×{n} exceeds the device's buffers or dispatch", "Cut the matrices into blocks, or use cpu://");
        }
        IReadOnlyList<KernelLaunch> before = planes.Launches("fixed_digits", DigitsAtOnce, alongN: false, FixedReference.Digits, a, b);
        if (tile is not null)
        {
            KernelBuffer[] buffers = [ScaledPlanes.A(0), ScaledPlanes.B(1), KernelBuffer.Overwritten(0, 2, 4L * m * n), ScaledPlanes.ShiftA(3), ScaledPlanes.ShiftB(4)];
            return Sequence([.. before, MatrixGemm.Main(tile with { Groups = groups }, shape, planes.M, planes.N, planes.K, buffers)]);
        }
        KernelLaunch product = Launch(
            "fixed_product", new((uint)Parts(n, ProductTile), (uint)Parts(m, ProductTile), 1), [(uint)m, (uint)n, (uint)(planes.K / PlainDepth)], groups,
            ScaledPlanes.A(0), ScaledPlanes.B(1), KernelBuffer.Overwritten(0, 2, sums));
        KernelLaunch finish = Launch(
            "fixed_finish", new((uint)Parts(n, FinishWidth), (uint)m, 1), [(uint)m, (uint)n], groups,
            KernelBuffer.Alias(0, 0, new(2, 2)), ScaledPlanes.ShiftA(1), ScaledPlanes.ShiftB(2), KernelBuffer.Overwritten(0, 3, 4L * m * n));
        return Sequence([.. before, product, finish]);

        MatrixGemm Sequence(IReadOnlyList<KernelLaunch> stages)
        {
            StageOutput result = new(stages.Count - 1, 0);
            return new(new KernelSequence(stages, [result]), result, tile);
        }
    }

    private static KernelLaunch Launch(string shader, Extent3 workgroups, uint[] constants, int groups, params KernelBuffer[] buffers) => new(Get(shader), "main", buffers, workgroups)
    {
        PushConstants = Words(constants),
        Specialization = [new(0, (uint)groups)],
        BoundsChecked = false,
    };
}
