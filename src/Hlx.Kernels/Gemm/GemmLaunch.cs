using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The plan of a <see cref="GemmProblem"/> in <c>fp32.ieee</c> on a device that runs shaders: pure data, made without one.</summary>
/// <param name="Sequence">The product, and what follows it where the kernel of the product does not do that itself.</param>
/// <param name="Scaling">The path and scaling that it was planned with.</param>
/// <param name="Tile">The tile; null for the exact path.</param>
public sealed record GemmLaunch(KernelSequence Sequence, DenormalPlan Scaling, FmaTile? Tile)
{
    private const int ExactTile = 16;
    private const int FinishWidth = 64;

    private static readonly ReadOnlyMemory<byte> Nothing = new byte[4]; // Vulkan has no empty buffers

    /// <summary>Where C comes out.</summary>
    public static StageOutput Result => new(0, 0);

    /// <summary>Plans a problem.</summary>
    /// <param name="problem">The problem, checked.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="scaling">The path and scaling.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="tile">The tile; chosen by <see cref="GemmPlanner"/> if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/> if a matrix is too large for the device.</exception>
    public static GemmLaunch Plan(GemmProblem problem, GemmOperands operands, DenormalPlan scaling, DeviceCapabilities capabilities, FmaTile? tile = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(operands);
        ArgumentNullException.ThrowIfNull(capabilities);
        FmaTile? chosen = scaling.Path == FmaPath.Exact || problem.Shape.K == 0 ? null : tile ?? GemmPlanner.Choose(problem, capabilities);
        Extent3 workgroups = chosen is null
            ? new((uint)KernelShaders.Parts(problem.Shape.N, ExactTile), (uint)KernelShaders.Parts(problem.Shape.M, ExactTile), (uint)problem.Batch)
            : new((uint)Math.Min(uint.MaxValue, chosen.Tiles(problem.Shape.M, problem.Shape.N)), (uint)problem.Batch, 1);
        long largest = 4 * Math.Max(problem.ElementsC, Math.Max(problem.ElementsA, problem.ElementsB));
        Extent3 most = capabilities.Limits.MaxWorkgroups;
        if (largest > capabilities.Limits.MaxBufferBytes || workgroups.X > most.X || workgroups.Y > most.Y || workgroups.Z > most.Z)
        {
            GemmShape shape = problem.Shape;
            throw new HlxException(
                ErrorCode.DeviceLimit, $"{problem.Batch} products of {shape.M}×{shape.K} and {shape.K}×{shape.N} exceed the device's buffers or dispatch",
                "Cut the matrices into blocks, or use cpu://");
        }
        List<KernelBuffer> buffers =
        [
            KernelBuffer.Input(0, 0, Scaled(operands.A, scaling.ShiftA)),
            KernelBuffer.Input(0, 1, Scaled(operands.B, scaling.ShiftB)),
            C(problem, operands),
        ];
        KernelBuffer bias = KernelBuffer.Input(0, 3, problem.HasBias ? operands.Bias : Nothing), before = KernelBuffer.Input(0, 4, problem.Beta != 0 ? operands.C : Nothing);
        if (chosen is null) buffers.AddRange([bias, before]);
        List<KernelLaunch> stages = [Launch(chosen is null ? "gemm_exact" : IsInFours(problem) ? chosen.Module : "gemm_fma_any", buffers, workgroups)];
        if (chosen is not null && (!problem.IsPlain || scaling.Path == FmaPath.Scaled))
        {
            KernelBuffer product = KernelBuffer.Alias(0, 0, new(0, 2));
            stages.Add(Launch(
                "gemm_finish", [product, bias with { Binding = 1 }, before with { Binding = 2 }],
                new((uint)KernelShaders.Parts(problem.Shape.N, FinishWidth), Math.Min((uint)problem.Shape.M, most.Y), (uint)problem.Batch)));
        }
        return new(new KernelSequence(stages, [Result]), scaling, chosen);

        KernelLaunch Launch(string module, IReadOnlyList<KernelBuffer> bound, Extent3 groups) => new(
            KernelShaders.Get(module), "main", bound, groups)
        {
            PushConstants = Constants(problem, scaling).AsMemory(0, module is "gemm_exact" or "gemm_finish" ? 52 : 40),
            Specialization = [.. (module == "gemm_finish" ? Finish(problem, scaling) : Specialization(problem, scaling, chosen)).Select(entry => new SpecializationValue(entry.Id, (uint)entry.Value))],
            BoundsChecked = false,
        };
    }

    private static KernelBuffer C(GemmProblem problem, GemmOperands operands)
    {
        long bytes = 4 * problem.ElementsC;
        bool isTight = problem.DistanceC == problem.Shape.N && problem.BatchC == (long)problem.Shape.M * problem.Shape.N;
        KernelBuffer result = KernelBuffer.Output(0, 2, bytes) with { IsOverwritten = isTight };
        return operands.C.IsEmpty || isTight ? result : result with { Content = operands.C[..(int)bytes] };
    }

    private static byte[] Constants(GemmProblem problem, DenormalPlan scaling)
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

    private static IEnumerable<(uint Id, int Value)> Finish(GemmProblem problem, DenormalPlan scaling) =>
    [
        (20, problem.Alpha != 1 ? 1 : 0), (21, problem.Beta != 0 ? 1 : 0), (22, problem.HasBias ? 1 : 0), (23, (int)problem.Activation), (24, scaling.Path == FmaPath.Scaled ? 1 : 0),
    ];

    private static IEnumerable<(uint Id, int Value)> Specialization(GemmProblem problem, DenormalPlan scaling, FmaTile? tile)
    {
        (uint Id, int Value)[] transposes = [(9, problem.TransposeA ? 1 : 0), (10, problem.TransposeB ? 1 : 0)];
        if (tile is null) return [.. transposes, .. Finish(problem, scaling)];
        int k = problem.Shape.K, first = NumericsProfile.Fp32IeeeFirstChain(k), slices = GemmPlanner.Slices(k);
        bool isWhole = first % tile.Depth == 0 && (first == k || first == k - first);
        return
        [
            .. transposes, (0, tile.Threads * slices), (1, tile.Rows), (2, tile.Columns), (3, tile.Depth), (4, tile.GroupRows), (5, tile.GroupColumns),
            (6, tile.ThreadRows), (7, tile.ThreadColumns), (8, slices), (11, isWhole ? 0 : 1),
        ];
    }

    // Whether rows can be read and written four numbers at a time.
    private static bool IsInFours(GemmProblem problem) => problem.Batch == 1
        && ((problem.ColumnsA | problem.DistanceA | problem.ColumnsB | problem.DistanceB | problem.Shape.N | problem.DistanceC) & 3) == 0;

    private static ReadOnlyMemory<byte> Scaled(ReadOnlyMemory<byte> matrix, int shift)
    {
        if (shift == 0) return matrix;
        byte[] copy = matrix.ToArray();
        PowerOfTwo.Scale(MemoryMarshal.Cast<byte, float>(copy.AsSpan()), shift);
        return copy;
    }
}
