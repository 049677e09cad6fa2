using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>
/// The plan of a product in <c>fp32.fixed</c>: largest magnitudes, digits, sums of products of digits on integer matrix units or without
/// them, and one rounding.
/// </summary>
internal static class FixedGemm
{
    private const int Group = 256;
    private const int RowsAtOnce = 32;
    private const uint ProductTile = 16;
    private const int FinishWidth = 64;

    private static readonly Lazy<ShaderCode> Largest = Embedded("split_max"), Digits = Embedded("fixed_digits"), Product = Embedded("fixed_product"), Finish = Embedded("fixed_finish");

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
        if (k > FixedReference.MaxDepth)
            throw new HlxException(ErrorCode.NumericsUnsupported, $"sums of {k} products are too long for fp32.fixed", $"Cut K into parts of at most {FixedReference.MaxDepth}, or use fp32.ieee");
        int groups = FixedReference.Groups(k), paddedM = Up(m, tile?.Rows ?? 1), paddedN = Up(n, tile?.Columns ?? 1), paddedK = Up(Math.Max(k, 1), tile?.Depth ?? 4);
        long sums = 4L * groups * m * n, planesA = (long)FixedReference.Digits * paddedM * paddedK, planesB = (long)FixedReference.Digits * paddedN * paddedK;
        if (Math.Max(sums, Math.Max(planesA, planesB)) > limits.MaxBufferBytes || Math.Max(m, Math.Max(n, k)) > limits.MaxWorkgroups.Y)
        {
            throw new HlxException(
                ErrorCode.DeviceLimit, $"a product of {m}×{k} and {k}×{n} exceeds the device's buffers or dispatch", "Cut the matrices into blocks, or use cpu://");
        }
        uint[] extents = [(uint)m, (uint)n, (uint)k], padded = [(uint)paddedM, (uint)paddedN, (uint)paddedK];
        KernelLaunch largest = Launch(
            Largest, new((uint)DivideUp(Math.Max(k, n), Group), (uint)DivideUp(Math.Max(m, k), RowsAtOnce), 2), extents,
            KernelBuffer.Input(0, 0, a), KernelBuffer.Input(0, 1, b), KernelBuffer.Output(0, 2, 4L * m), KernelBuffer.Output(0, 3, 4L * n));
        KernelLaunch digits = Launch(
            Digits, new((uint)DivideUp(Math.Max(planesA, planesB) / FixedReference.Digits / 4, Group), 1, 2), [.. extents, .. padded],
            Same(0, 0, 0), Same(1, 0, 1), Same(2, 0, 2), Same(3, 0, 3), Overwritten(4, planesA), Overwritten(5, planesB), Overwritten(6, 4L * m), Overwritten(7, 4L * n));
        KernelLaunch product = tile is null
            ? Launch(
                Product, new((uint)DivideUp(n, (int)ProductTile), (uint)DivideUp(m, (int)ProductTile), 1), [(uint)m, (uint)n, .. padded],
                Same(0, 1, 4), Same(1, 1, 5), Overwritten(2, sums)) with
            { Specialization = [new(0, (uint)groups)] }
            : MatrixGemm.Main(tile with { Groups = groups }, shape, paddedM, paddedN, paddedK, [Same(0, 1, 4), Same(1, 1, 5), Overwritten(2, sums)]);
        KernelLaunch finish = Launch(
            Finish, new((uint)DivideUp(n, FinishWidth), (uint)m, 1), [(uint)m, (uint)n],
            Same(0, 2, 2), Same(1, 1, 6), Same(2, 1, 7), Overwritten(3, 4L * m * n)) with
        { Specialization = [new(0, (uint)groups)] };
        StageOutput result = new(3, 0);
        return new(new KernelSequence([largest, digits, product, finish], [result]), result, tile);
    }

    private static KernelLaunch Launch(Lazy<ShaderCode> code, Extent3 workgroups, uint[] constants, params KernelBuffer[] buffers) => new(code.Value, "main", buffers, workgroups)
    {
        PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
        BoundsChecked = false,
    };

    private static KernelBuffer Same(uint binding, int stage, int buffer) => new(0, binding, 0, default, false) { Same = new StageBuffer(stage, buffer) };

    private static KernelBuffer Overwritten(uint binding, long bytes) => KernelBuffer.Output(0, binding, bytes) with { IsOverwritten = true };

    private static Lazy<ShaderCode> Embedded(string name) => new(() => new ShaderCode(EmbeddedModule.Load(typeof(FixedGemm).Assembly, name)));

    private static long DivideUp(long value, int by) => (value + by - 1) / by;

    private static int Up(int extent, int by) => (Math.Max(extent, 1) + by - 1) / by * by;
}
