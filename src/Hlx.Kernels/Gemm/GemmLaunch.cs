using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The plan of a product on a device that runs shaders: pure data, made without one.</summary>
/// <param name="Kernel">The launch.</param>
/// <param name="Scaling">The path and scaling that it was planned with.</param>
public sealed record GemmLaunch(KernelLaunch Kernel, DenormalPlan Scaling)
{
    private const uint Tile = 16;

    private static readonly Lazy<ShaderCode> Native = new(() => new ShaderCode(EmbeddedModule.Load(typeof(GemmLaunch).Assembly, "gemm")));
    private static readonly Lazy<ShaderCode> Exact = new(() => new ShaderCode(EmbeddedModule.Load(typeof(GemmLaunch).Assembly, "gemm_exact")));

    /// <summary>Plans a product.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="a">A, row-major f32.</param>
    /// <param name="b">B, row-major f32.</param>
    /// <param name="scaling">The path and scaling.</param>
    /// <param name="limits">The limits of the device.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/> if a matrix is too large for the device.</exception>
    public static GemmLaunch Plan(GemmShape shape, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, DenormalPlan scaling, DeviceLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        Extent3 workgroups = new(Tiles(shape.N), Tiles(shape.M), 1);
        long largest = 4L * Math.Max((long)shape.M * shape.N, Math.Max((long)shape.M * shape.K, (long)shape.K * shape.N));
        if (largest > limits.MaxBufferBytes || workgroups.X > limits.MaxWorkgroups.X || workgroups.Y > limits.MaxWorkgroups.Y)
        {
            throw new HlxException(
                ErrorCode.DeviceLimit, $"a product of {shape.M}×{shape.K} and {shape.K}×{shape.N} exceeds the device's buffers or dispatch",
                "Cut the matrices into blocks, or use cpu://");
        }
        uint[] constants = [(uint)shape.M, (uint)shape.N, (uint)shape.K];
        KernelLaunch kernel = new(
            scaling.Path == FmaPath.Exact ? Exact.Value : Native.Value,
            "main",
            [
                KernelBuffer.Input(0, 0, Scaled(a, scaling.ShiftA)),
                KernelBuffer.Input(0, 1, Scaled(b, scaling.ShiftB)),
                KernelBuffer.Output(0, 2, 4L * shape.M * shape.N) with { IsOverwritten = true },
            ],
            workgroups)
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
            Specialization = [new(0, Tile), new(1, Tile), new(2, NumericsProfile.Fp32IeeeSegment)],
        };
        return new(kernel, scaling);
    }

    /// <summary>Divides what the launch gave by the powers of two that its inputs were multiplied by.</summary>
    /// <param name="product">C, row-major f32, changed in place.</param>
    public void UndoScaling(Span<byte> product) =>
        PowerOfTwo.Scale(MemoryMarshal.Cast<byte, float>(product), -(Scaling.ShiftA + Scaling.ShiftB));

    private static uint Tiles(int extent) => (uint)((extent + Tile - 1) / Tile);

    private static ReadOnlyMemory<byte> Scaled(ReadOnlyMemory<byte> matrix, int shift)
    {
        if (shift == 0) return matrix;
        byte[] copy = matrix.ToArray();
        PowerOfTwo.Scale(MemoryMarshal.Cast<byte, float>(copy.AsSpan()), shift);
        return copy;
    }
}
