using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>What a product gave.</summary>
/// <param name="Product">C, f32[M,N]; i32[M,N] for <c>i8</c>.</param>
/// <param name="Path">How the fused multiply-adds of <c>fp32.ieee</c> were computed; the bits do not depend on it. Null for other profiles.</param>
/// <param name="DeviceTime">How long the computation itself took; null where the device has no timestamps.</param>
public sealed record GemmResult(Tensor Product, FmaPath? Path, TimeSpan? DeviceTime);

/// <summary>What a <see cref="GemmProblem"/> gave.</summary>
/// <param name="C">C, little-endian f32, with the distances of the problem.</param>
/// <param name="Path">How the fused multiply-adds of <c>fp32.ieee</c> were computed; the bits do not depend on it. Null for other profiles.</param>
/// <param name="DeviceTime">How long the computation itself took; null where the device has no timestamps.</param>
public sealed record GemmOutput(byte[] C, FmaPath? Path, TimeSpan? DeviceTime);

/// <summary>C = activation(α·op(A)·op(B) + β·C + bias): in the numerics profile <c>fp32.ieee</c>, with the same bits on every device, and in others.</summary>
public static partial class Gemm
{
    /// <summary>Multiplies two matrices on a device.</summary>
    /// <param name="device">The CPU device, or one that runs shaders.</param>
    /// <param name="a">A, f32[M,K].</param>
    /// <param name="b">B, f32[K,N].</param>
    /// <param name="rangeOf">Gives the exponent range of a matrix where it is known already; computed if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>; as <see cref="Compute(IComputeDevice, GemmProblem, GemmOperands, Func{ReadOnlyMemory{byte}, FloatRange})"/>.</exception>
    public static GemmResult Multiply(IComputeDevice device, Tensor a, Tensor b, Func<Tensor, FloatRange>? rangeOf = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        GemmShape shape = GemmShape.Of(a, b);
        FloatRange Range(ReadOnlyMemory<byte> operand) => rangeOf!(operand.Equals(a.Data) ? a : b);
        GemmOutput output = Compute(device, new GemmProblem(shape), new GemmOperands(a.Data, b.Data), rangeOf is null ? null : Range);
        return new(new Tensor(DType.F32, [shape.M, shape.N], output.C), output.Path, output.DeviceTime);
    }

    /// <summary>Multiplies two matrices on a device in a numerics profile.</summary>
    /// <param name="device">The device.</param>
    /// <param name="numerics">The profile.</param>
    /// <param name="a">A, [M,K]: f32, or f16, bf16 or i8 in the profile of that name.</param>
    /// <param name="b">B, [K,N], of the same type.</param>
    /// <param name="rangeOf">Gives the exponent range of a matrix where it is known already; computed if null.</param>
    /// <remarks>
    /// <c>fp32.split</c> and <c>fp32.fixed</c> compute products with infinities and NaN as <c>fp32.ieee</c> does. The CPU device has
    /// <c>fp32.ieee</c>, <c>fp32.fixed</c> and <c>i8</c>.
    /// </remarks>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>; <see cref="ErrorCode.NumericsUnsupported"/> if there is no
    /// such profile, or the device does not have it; as <see cref="IKernelDevice.Run"/>.</exception>
    public static GemmResult Multiply(IComputeDevice device, string numerics, Tensor a, Tensor b, Func<Tensor, FloatRange>? rangeOf = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (numerics == NumericsProfile.Fp32Ieee) return Multiply(device, a, b, rangeOf);
        GemmShape shape = GemmShape.Of(a, b, MatrixPlanner.ElementOf(numerics));
        if (numerics is NumericsProfile.Fp32Split or NumericsProfile.Fp32Fixed && !(IsFinite(a.Data) && IsFinite(b.Data))) return Multiply(device, a, b, rangeOf);
        DType type = numerics == NumericsProfile.Int8 ? DType.I32 : DType.F32;
        if (device is CpuDevice cpu && numerics is NumericsProfile.Int8 or NumericsProfile.Fp32Fixed)
            return Timed(() => numerics == NumericsProfile.Int8 ? MatrixReference.Multiply(cpu, shape, a, b) : FixedReference.Multiply(cpu, shape, a, b));
        if (device is not IKernelDevice kernels)
            throw new HlxException(ErrorCode.NumericsUnsupported, $"{device?.Name} has no {numerics} product", "Use a device with matrix units (VK_KHR_cooperative_matrix), or fp32.ieee");
        if (shape.M == 0 || shape.N == 0 || shape.K == 0) return new(new Tensor(type, [shape.M, shape.N], new byte[4L * shape.M * shape.N]), null, TimeSpan.Zero);
        MatrixGemm plan = MatrixGemm.Plan(numerics, shape, a.Data, b.Data, transposeB: false, kernels.Capabilities);
        SequenceResult result = kernels.Run(plan.Sequence);
        return new(new Tensor(type, [shape.M, shape.N], result.Outputs[0]), null, Sum(result.DeviceTimes));
    }

    /// <summary>Computes C on a device.</summary>
    /// <param name="device">The CPU device, or one that runs shaders.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="rangeOf">Gives the exponent range of A or B where it is known already; computed if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>; <see cref="ErrorCode.NumericsUnsupported"/> for a device
    /// that neither runs shaders nor is the CPU; as <see cref="IKernelDevice.Run"/>.</exception>
    public static GemmOutput Compute(
        IComputeDevice device, GemmProblem problem, GemmOperands operands, Func<ReadOnlyMemory<byte>, FloatRange>? rangeOf = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check(operands);
        return device switch
        {
            CpuDevice cpu => OnCpu(cpu, problem, operands),
            IKernelDevice kernels => OnKernelDevice(kernels, problem, operands, rangeOf ?? RangeOf),
            _ => throw new HlxException(ErrorCode.NumericsUnsupported, $"{device?.Name} has no fp32.ieee product", "Use the CPU or a Vulkan device"),
        };
    }

    /// <summary>Chooses how to compute a problem on a device, from the range of its numbers where that matters.</summary>
    /// <param name="device">The device.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="rangeOf">Gives the exponent range of A or B.</param>
    public static DenormalPlan PathOf(IKernelDevice device, GemmProblem problem, GemmOperands operands, Func<ReadOnlyMemory<byte>, FloatRange> rangeOf)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(operands);
        ArgumentNullException.ThrowIfNull(rangeOf);
        bool rangeMatters = device.Behaviour is { FusedFma: true, KeepsDenormals: false };
        return DenormalPlan.Choose(
            rangeMatters ? rangeOf(operands.A) : FloatRange.Empty, rangeMatters ? rangeOf(operands.B) : FloatRange.Empty, problem.Shape.K, device.Behaviour);
    }

    /// <summary>The exponent range of a matrix, computed.</summary>
    public static FloatRange RangeOf(ReadOnlyMemory<byte> matrix) => FloatRange.Of(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(matrix.Span));

    private static GemmOutput OnCpu(CpuDevice cpu, GemmProblem problem, GemmOperands operands)
    {
        byte[] c = new byte[4 * problem.ElementsC];
        if (!operands.C.IsEmpty) operands.C.Span[..Math.Min(c.Length, operands.C.Length)].CopyTo(c);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        GemmCpu.Compute(cpu, problem, operands, c);
        return new(c, FmaPath.Native, System.Diagnostics.Stopwatch.GetElapsedTime(start));
    }

    private static GemmOutput OnKernelDevice(IKernelDevice device, GemmProblem problem, GemmOperands operands, Func<ReadOnlyMemory<byte>, FloatRange> rangeOf)
    {
        DenormalPlan path = PathOf(device, problem, operands, rangeOf);
        GemmLaunch launch = GemmLaunch.Plan(problem, operands, path, device.Capabilities);
        SequenceResult result = device.Run(launch.Sequence);
        return new(result.Outputs[0], path.Path, Sum(result.DeviceTimes));
    }

    private static GemmResult Timed(Func<Tensor> multiply)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Tensor product = multiply();
        return new(product, null, System.Diagnostics.Stopwatch.GetElapsedTime(start));
    }

    private static TimeSpan? Sum(IReadOnlyList<TimeSpan?> stages) => stages.Aggregate((TimeSpan?)TimeSpan.Zero, (sum, stage) => sum + stage);

    private static bool IsFinite(ReadOnlyMemory<byte> matrix)
    {
        foreach (float number in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(matrix.Span))
        {
            if (!float.IsFinite(number)) return false;
        }
        return true;
    }
}
