using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

public static partial class Gemm
{
    /// <summary>Computes C on a device in a numerics profile.</summary>
    /// <param name="device">The device.</param>
    /// <param name="numerics">The profile.</param>
    /// <param name="problem">The problem; its distances count elements of the profile's type.</param>
    /// <param name="operands">Its operands: A and B of f32, or of f16, bf16 or i8 in the profile of that name; C and bias of f32.</param>
    /// <param name="rangeOf">Gives the exponent range of A or B where it is known already; for <c>fp32.ieee</c>.</param>
    /// <returns>C, f32; i32 for <c>i8</c>.</returns>
    /// <remarks>
    /// Other profiles than <c>fp32.ieee</c> compute one product of a batch after the other, on copies of A and B without transposes and
    /// gaps; what follows the product is the same sequence of correctly rounded steps in all of them (<see cref="GemmEpilogue"/>). A
    /// problem without products (K = 0), or in <c>fp32.split</c> and <c>fp32.fixed</c> with infinities or NaN, is one of <c>fp32.ieee</c>.
    /// </remarks>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/> if there is no such profile, the device does not have
    /// it, or <c>i8</c> is to be followed by anything; as the other overload.</exception>
    public static GemmOutput Compute(
        IComputeDevice device, string numerics, GemmProblem problem, GemmOperands operands, Func<ReadOnlyMemory<byte>, FloatRange>? rangeOf = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(operands);
        if (numerics == NumericsProfile.Fp32Ieee) return Compute(device, problem, operands, rangeOf);
        DType type = MatrixPlanner.ElementOf(numerics);
        bool isInteger = numerics == NumericsProfile.Int8;
        problem.Check(operands, type.Size());
        if (isInteger && !problem.IsPlain)
            throw new HlxException(ErrorCode.NumericsUnsupported, "i8 has integer sums, which no factor, bias or activation follows", "Ask for the product alone, or use another profile");
        if (problem.Shape.K == 0 && !isInteger) return Compute(device, problem, operands with { A = default, B = default });
        if (type == DType.F32 && !(IsFinite(operands.A) && IsFinite(operands.B))) return Compute(device, problem, operands, rangeOf);

        byte[] c = new byte[4 * problem.ElementsC];
        if (!operands.C.IsEmpty) operands.C.Span[..Math.Min(c.Length, operands.C.Length)].CopyTo(c);
        TimeSpan? time = TimeSpan.Zero;
        (int m, int n, int k) = problem.Shape;
        for (int batch = 0; batch < problem.Batch && m > 0 && n > 0; batch++)
        {
            Tensor a = new(type, [m, k], Tight(operands.A, batch * problem.BatchA, m, k, problem.DistanceA, problem.TransposeA, type.Size()));
            Tensor b = new(type, [k, n], Tight(operands.B, batch * problem.BatchB, k, n, problem.DistanceB, problem.TransposeB, type.Size()));
            Memory<byte> target = c.AsMemory((int)(4 * batch * problem.BatchC));
            GemmOperands rest = operands with { C = problem.Beta == 0 ? default : Tight(target, 0, m, n, problem.DistanceC, transpose: false, 4) };
            (byte[] product, TimeSpan? taken) = One(device, numerics, problem with { LeadingA = null, LeadingB = null, LeadingC = null, Batch = 1, StrideC = null }, a, b, rest);
            time += taken;
            for (int row = 0; row < m; row++) product.AsSpan(4 * row * n, 4 * n).CopyTo(target.Span[(4 * row * problem.DistanceC)..]);
        }
        return new(c, null, time);
    }

    // One product of matrices without gaps, and what follows it.
    private static (byte[] C, TimeSpan? Time) One(IComputeDevice device, string numerics, GemmProblem problem, Tensor a, Tensor b, GemmOperands rest)
    {
        if (problem.IsPlain || device is not IKernelDevice kernels)
        {
            GemmResult result = Multiply(device, numerics, a, b);
            byte[] c = result.Product.Data.ToArray();
            if (!problem.IsPlain) Follow(problem, rest, MemoryMarshal.Cast<byte, float>(c.AsSpan()));
            return (c, result.DeviceTime);
        }
        MatrixGemm plan = MatrixGemm.Plan(numerics, problem.Shape, a.Data, b.Data, transposeB: false, kernels.Capabilities);
        IReadOnlyList<KernelLaunch> stages = plan.Sequence.Stages;
        StageBuffer product = new(stages.Count - 1, stages[^1].Buffers.TakeWhile(buffer => !buffer.IsOutput).Count());
        KernelLaunch finish = GemmFinish.Launch(problem, rest, new(FmaPath.Native), product, kernels.Capabilities.Limits);
        SequenceResult run = kernels.Run(new KernelSequence([.. stages, finish], [plan.Result]));
        return (run.Outputs[0], Sum(run.DeviceTimes));
    }

    private static void Follow(GemmProblem problem, GemmOperands rest, Span<float> c)
    {
        ReadOnlySpan<float> before = MemoryMarshal.Cast<byte, float>(rest.C.Span), bias = MemoryMarshal.Cast<byte, float>(rest.Bias.Span);
        for (int i = 0; i < c.Length; i++)
            c[i] = GemmEpilogue.Apply(problem, c[i], problem.Beta != 0 ? before[i] : 0, problem.HasBias ? bias[i % problem.Shape.N] : 0);
    }

    // op(matrix) row by row without gaps.
    private static byte[] Tight(ReadOnlyMemory<byte> matrix, long origin, int rows, int columns, int distance, bool transpose, int size)
    {
        byte[] tight = new byte[(long)rows * columns * size];
        ReadOnlySpan<byte> source = matrix.Span;
        for (int row = 0; row < rows; row++)
        {
            Span<byte> line = tight.AsSpan(row * columns * size, columns * size);
            if (!transpose)
            {
                source.Slice((int)(size * (origin + ((long)row * distance))), line.Length).CopyTo(line);
                continue;
            }
            for (int column = 0; column < columns; column++) source.Slice((int)(size * (origin + ((long)column * distance) + row)), size).CopyTo(line[(column * size)..]);
        }
        return tight;
    }
}
