using System.Runtime.InteropServices;
using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>The launch that follows a product: shaders/gemm_finish.comp, whose twin is <see cref="GemmEpilogue"/>.</summary>
internal static class GemmFinish
{
    private const int Width = 64; // of a workgroup

    private static readonly ReadOnlyMemory<byte> Nothing = new byte[4]; // Vulkan has no empty buffers

    /// <summary>The launch.</summary>
    /// <param name="problem">The problem; its distances of C are those of the product.</param>
    /// <param name="operands">Bias and C as it was, at the same distances.</param>
    /// <param name="scaling">How A and B were scaled, which is undone.</param>
    /// <param name="product">The buffer of the product.</param>
    /// <param name="limits">The device's limits.</param>
    public static KernelLaunch Launch(GemmProblem problem, GemmOperands operands, DenormalPlan scaling, StageBuffer product, DeviceLimits limits) => new(
        KernelShaders.Get("gemm_finish"), "main",
        [KernelBuffer.Alias(0, 0, product), Bias(problem, operands, 1), Before(problem, operands, 2)],
        new Extent3((uint)KernelShaders.Parts(problem.Shape.N, Width), Math.Min((uint)problem.Shape.M, limits.MaxWorkgroups.Y), (uint)problem.Batch))
    {
        PushConstants = Constants(problem, scaling),
        Specialization = [.. Specialization(problem, scaling).Select(entry => new SpecializationValue(entry.Id, (uint)entry.Value))],
        BoundsChecked = false,
    };

    /// <summary>The bias, or a stand-in.</summary>
    public static KernelBuffer Bias(GemmProblem problem, GemmOperands operands, uint binding) => KernelBuffer.Input(0, binding, problem.HasBias ? operands.Bias : Nothing);

    /// <summary>C as it was, or a stand-in.</summary>
    public static KernelBuffer Before(GemmProblem problem, GemmOperands operands, uint binding) => KernelBuffer.Input(0, binding, problem.Beta != 0 ? operands.C : Nothing);

    /// <summary>The push constants of the kernels of <c>fp32.ieee</c>; those of products alone have the first 40 bytes.</summary>
    public static byte[] Constants(GemmProblem problem, DenormalPlan scaling)
    {
        GemmShape shape = problem.Shape;
        uint[] words =
        [
            (uint)shape.M, (uint)shape.N, (uint)shape.K, (uint)NumericsProfile.Fp32IeeeFirstChain(shape.K),
            (uint)problem.DistanceA, (uint)problem.DistanceB, (uint)problem.DistanceC, (uint)problem.BatchA, (uint)problem.BatchB, (uint)problem.BatchC,
            BitConverter.SingleToUInt32Bits(problem.Alpha), BitConverter.SingleToUInt32Bits(problem.Beta), unchecked((uint)-(scaling.ShiftA + scaling.ShiftB)),
        ];
        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }

    /// <summary>The specialization constants of shaders/gemm_epilogue.glsl.</summary>
    public static IEnumerable<(uint Id, int Value)> Specialization(GemmProblem problem, DenormalPlan scaling) =>
    [
        (20, problem.Alpha != 1 ? 1 : 0), (21, problem.Beta != 0 ? 1 : 0), (22, problem.HasBias ? 1 : 0), (23, (int)problem.Activation), (24, scaling.Path == FmaPath.Scaled ? 1 : 0),
    ];
}
