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
    private const int Group = 256;
    private const int RowsAtOnce = 32;
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
        int groups = FixedReference.Groups(k), paddedM = Whole(m, tile?.Rows ?? 1), paddedN = Whole(n, tile?.Columns ?? 1), paddedK = Whole(k, tile?.Depth ?? 4);
        long sums = 4L * groups * m * n, planesA = (long)FixedReference.Digits * paddedM * paddedK, planesB = (long)FixedReference.Digits * paddedN * paddedK;
        if (Math.Max(sums, Math.Max(planesA, planesB)) > limits.MaxBufferBytes || Math.Max(m, Math.Max(n, k)) > limits.MaxWorkgroups.Y)
        {
            throw new HlxException(
                ErrorCode.DeviceLimit, $"a product of {m}×{k} and {k}×{n} exceeds the device's buffers or dispatch", "Cut the matrices into blocks, or use cpu://");
        }
        uint[] extents = [(uint)m, (uint)n, (uint)k], padded = [(uint)paddedM, (uint)paddedN, (uint)paddedK];
        KernelLaunch largest = Launch(
            "split_max", new((uint)Parts(Math.Max(k, n), Group), (uint)Parts(Math.Max(m, k), RowsAtOnce), 2), extents,
            KernelBuffer.Input(0, 0, a), KernelBuffer.Input(0, 1, b), KernelBuffer.Output(0, 2, 4L * m), KernelBuffer.Output(0, 3, 4L * n));
        KernelLaunch digits = Launch(
            "fixed_digits", new((uint)Parts(Math.Max(planesA, planesB) / FixedReference.Digits / 4, Group), 1, 2), [.. extents, .. padded],
            KernelBuffer.Alias(0, 0, new(0, 0)), KernelBuffer.Alias(0, 1, new(0, 1)), KernelBuffer.Alias(0, 2, new(0, 2)), KernelBuffer.Alias(0, 3, new(0, 3)), KernelBuffer.Overwritten(0, 4, planesA), KernelBuffer.Overwritten(0, 5, planesB), KernelBuffer.Overwritten(0, 6, 4L * m), KernelBuffer.Overwritten(0, 7, 4L * n));
        KernelLaunch product = tile is null
            ? Launch(
                "fixed_product", new((uint)Parts(n, ProductTile), (uint)Parts(m, ProductTile), 1), [(uint)m, (uint)n, .. padded],
                KernelBuffer.Alias(0, 0, new(1, 4)), KernelBuffer.Alias(0, 1, new(1, 5)), KernelBuffer.Overwritten(0, 2, sums)) with
            { Specialization = [new(0, (uint)groups)] }
            : MatrixGemm.Main(tile with { Groups = groups }, shape, paddedM, paddedN, paddedK, [KernelBuffer.Alias(0, 0, new(1, 4)), KernelBuffer.Alias(0, 1, new(1, 5)), KernelBuffer.Overwritten(0, 2, sums)]);
        KernelLaunch finish = Launch(
            "fixed_finish", new((uint)Parts(n, FinishWidth), (uint)m, 1), [(uint)m, (uint)n],
            KernelBuffer.Alias(0, 0, new(2, 2)), KernelBuffer.Alias(0, 1, new(1, 6)), KernelBuffer.Alias(0, 2, new(1, 7)), KernelBuffer.Overwritten(0, 3, 4L * m * n)) with
        { Specialization = [new(0, (uint)groups)] };
        StageOutput result = new(3, 0);
        return new(new KernelSequence([largest, digits, product, finish], [result]), result, tile);
    }

    private static KernelLaunch Launch(string shader, Extent3 workgroups, uint[] constants, params KernelBuffer[] buffers) => new(Get(shader), "main", buffers, workgroups)
    {
        PushConstants = Words(constants),
        BoundsChecked = false,
    };
}
