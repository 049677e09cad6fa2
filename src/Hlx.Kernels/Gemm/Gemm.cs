using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>What a product gave.</summary>
/// <param name="Product">C, f32[M,N].</param>
/// <param name="Path">How the fused multiply-adds were computed; the bits do not depend on it.</param>
/// <param name="DeviceTime">How long the computation itself took; null where the device has no timestamps.</param>
public sealed record GemmResult(Tensor Product, FmaPath Path, TimeSpan? DeviceTime);

/// <summary>C = A·B in the numerics profile <c>fp32.ieee</c>: the same bits on every device.</summary>
public static class Gemm
{
    /// <summary>Multiplies two matrices on a device.</summary>
    /// <param name="device">The CPU device, or one that runs shaders.</param>
    /// <param name="a">A, f32[M,K].</param>
    /// <param name="b">B, f32[K,N].</param>
    /// <param name="rangeOf">Gives the exponent range of a matrix where it is known already; computed if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>; <see cref="ErrorCode.NumericsUnsupported"/> for a device
    /// that neither runs shaders nor is the CPU; as <see cref="IKernelDevice.Run"/>.</exception>
    public static GemmResult Multiply(IComputeDevice device, Tensor a, Tensor b, Func<Tensor, FloatRange>? rangeOf = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        GemmShape shape = GemmShape.Of(a, b);
        return device switch
        {
            CpuDevice cpu => OnCpu(cpu, shape, a, b),
            IKernelDevice kernels => OnKernelDevice(kernels, shape, a, b, rangeOf ?? (matrix => FloatRange.Of(matrix.AsSpan<float>()))),
            _ => throw new HlxException(ErrorCode.NumericsUnsupported, $"{device?.Name} has no fp32.ieee product", "Use the CPU or a Vulkan device"),
        };
    }

    private static GemmResult OnCpu(CpuDevice cpu, GemmShape shape, Tensor a, Tensor b)
    {
        byte[] product = GC.AllocateUninitializedArray<byte>(4 * shape.M * shape.N);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        GemmCpu.Multiply(cpu, shape, a.Data, b.Data, product);
        TimeSpan elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        return new(new Tensor(DType.F32, [shape.M, shape.N], product), FmaPath.Native, elapsed);
    }

    private static GemmResult OnKernelDevice(IKernelDevice device, GemmShape shape, Tensor a, Tensor b, Func<Tensor, FloatRange> rangeOf)
    {
        DenormalPlan plan = device.Behaviour is { FusedFma: true, KeepsDenormals: false }
            ? DenormalPlan.Choose(rangeOf(a), rangeOf(b), shape.K, device.Behaviour)
            : DenormalPlan.Choose(FloatRange.Empty, FloatRange.Empty, shape.K, device.Behaviour);
        GemmLaunch launch = GemmLaunch.Plan(shape, a.Data, b.Data, plan, device.Capabilities.Limits);
        KernelResult result = device.Run(launch.Kernel);
        byte[] product = result.Outputs[0];
        launch.UndoScaling(product);
        return new(new Tensor(DType.F32, [shape.M, shape.N], product), plan.Path, result.DeviceTime);
    }
}
