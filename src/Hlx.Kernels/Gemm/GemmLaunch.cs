using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The plan of a <see cref="GemmProblem"/> in <c>fp32.ieee</c> on a device that runs shaders: pure data, made without one.</summary>
/// <param name="Sequence">The product, and what follows it where the kernel of the product does not do that itself.</param>
/// <param name="Scaling">The path and scaling that it was planned with.</param>
/// <param name="Tile">The tile; null for the exact path.</param>
public sealed partial record GemmLaunch(KernelSequence Sequence, DenormalPlan Scaling, KernelTile? Tile)
{
    // From how many operations on copying A and B into rows of whole vectors pays: measured at 1000×777×513, where it does not, and at 4097³.
    private const double PaddingPays = 1L << 31;

    /// <summary>Where C comes out.</summary>
    public StageOutput Result => Sequence.Returns[0];

    /// <summary>Plans a problem.</summary>
    /// <param name="problem">The problem, checked.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="scaling">The path and scaling.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="tile">The tile; chosen by <see cref="GemmPlanner"/> if null.</param>
    /// <param name="paddingPays">From how many operations on rows of odd lengths are copied into rows of whole vectors.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/> if a matrix is too large for the device.</exception>
    public static GemmLaunch Plan(GemmProblem problem, GemmOperands operands, DenormalPlan scaling, DeviceCapabilities capabilities, KernelTile? tile = null, double paddingPays = PaddingPays)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(operands);
        ArgumentNullException.ThrowIfNull(capabilities);
        Extent3 most = capabilities.Limits.MaxWorkgroups;
        bool isPadded = !problem.IsInFours && problem.Batch == 1 && problem.Shape.Operations >= paddingPays && Math.Max(problem.RowsA, problem.RowsB) <= most.Y;
        bool isExact = scaling.Path == FmaPath.Exact || problem.Shape.K == 0 || !KeepsLoops(problem.Shape.K, capabilities);
        KernelTile? chosen = isExact ? null : tile ?? GemmPlanner.Choose(problem, capabilities, isPadded);
        if (chosen is null)
        {
            IReadOnlyList<KernelLaunch> exact = Exact(problem, KernelBuffer.Input(0, 0, operands.A), KernelBuffer.Input(0, 1, operands.B), operands, capabilities);
            return new(new KernelSequence(exact, [new(0, 0)]), scaling, chosen);
        }
        Extent3 workgroups = chosen.Workgroups(problem);
        CheckLimits(problem, workgroups, capabilities.Limits);
        ReadOnlyMemory<byte> a = Scaled(operands.A, scaling.ShiftA), b = Scaled(operands.B, scaling.ShiftB);
        List<KernelLaunch> stages = [];
        (GemmProblem padded, KernelBuffer left, KernelBuffer right) = isPadded ? Padded(problem, a, b, stages) : (problem, KernelBuffer.Input(0, 0, a), KernelBuffer.Input(0, 1, b));
        stages.Add(Launch(chosen.ModuleFor(isPadded || problem.IsInFours), padded, scaling, chosen, [left, right, C(problem, operands)], workgroups));
        StageOutput result = new(stages.Count - 1, 0);
        if (!problem.IsPlain || scaling.Path == FmaPath.Scaled) stages.Add(GemmFinish.Launch(problem, operands, scaling, new(result.Stage, 2), capabilities.Limits));
        return new(new KernelSequence(stages, [result]), scaling, chosen);
    }

    private static KernelLaunch Launch(
        string module, GemmProblem problem, DenormalPlan scaling, KernelTile? tile, IReadOnlyList<KernelBuffer> buffers, Extent3 workgroups) => new(
        KernelShaders.Get(module), "main", buffers, workgroups)
        {
            PushConstants = GemmFinish.Constants(problem, scaling).AsMemory(0, 40),
            Specialization = [.. Specialization(problem, scaling, tile).Select(entry => new SpecializationValue(entry.Id, (uint)entry.Value))],
            BoundsChecked = false,
        };

    private static void CheckLimits(GemmProblem problem, Extent3 workgroups, DeviceLimits limits)
    {
        long largest = 4 * Math.Max(problem.ElementsC, Math.Max(problem.ElementsA, problem.ElementsB));
        Extent3 most = limits.MaxWorkgroups;
        if (largest <= limits.MaxBufferBytes && workgroups.X <= most.X && workgroups.Y <= most.Y && workgroups.Z <= most.Z) return;
        GemmShape shape = problem.Shape;
        throw new HlxException(
            ErrorCode.DeviceLimit, $"{problem.Batch} products of {shape.M}×{shape.K} and {shape.K}×{shape.N} exceed the device's buffers or dispatch",
            "Cut the matrices into blocks, or use cpu://");
    }

    // A and B copied into rows of whole vectors where theirs are not.
    private static (GemmProblem Padded, KernelBuffer A, KernelBuffer B) Padded(GemmProblem problem, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b, List<KernelLaunch> stages)
    {
        KernelBuffer left = Copied(0, a, problem.RowsA, problem.ColumnsA, problem.DistanceA, out int distanceA);
        KernelBuffer right = Copied(1, b, problem.RowsB, problem.ColumnsB, problem.DistanceB, out int distanceB);
        return (problem with { LeadingA = distanceA, LeadingB = distanceB }, left, right);

        KernelBuffer Copied(uint binding, ReadOnlyMemory<byte> matrix, int rows, int columns, int distance, out int paddedDistance)
        {
            paddedDistance = distance;
            if (((columns | distance) & 3) == 0) return KernelBuffer.Input(0, binding, matrix);
            paddedDistance = KernelShaders.Whole(columns, 4);
            stages.Add(Padding.Copy(matrix, rows, columns, distance, rows, paddedDistance, 4, transpose: false));
            return KernelBuffer.Alias(0, binding, new(stages.Count - 1, 1));
        }
    }

    private static KernelBuffer C(GemmProblem problem, GemmOperands operands)
    {
        long bytes = 4 * problem.ElementsC;
        bool isTight = problem.DistanceC == problem.Shape.N && problem.BatchC == (long)problem.Shape.M * problem.Shape.N;
        KernelBuffer result = KernelBuffer.Output(0, 2, bytes) with { IsOverwritten = isTight };
        return operands.C.IsEmpty || isTight ? result : result with { Content = operands.C[..(int)bytes] };
    }

    private static IEnumerable<(uint Id, int Value)> Specialization(GemmProblem problem, DenormalPlan scaling, KernelTile? tile)
    {
        (uint Id, int Value)[] transposes = [(9, problem.TransposeA ? 1 : 0), (10, problem.TransposeB ? 1 : 0)];
        return tile?.Specialization(problem, GemmPlanner.Slices(problem.Shape.K)) ?? [.. transposes, .. GemmFinish.Specialization(problem, scaling)];
    }

    private static ReadOnlyMemory<byte> Scaled(ReadOnlyMemory<byte> matrix, int shift)
    {
        if (shift == 0) return matrix;
        byte[] copy = matrix.ToArray();
        PowerOfTwo.Scale(MemoryMarshal.Cast<byte, float>(copy.AsSpan()), shift);
        return copy;
    }
}
