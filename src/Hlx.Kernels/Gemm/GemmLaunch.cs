using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The plan of a <see cref="GemmProblem"/> in <c>fp32.ieee</c> on a device that runs shaders: pure data, made without one.</summary>
/// <param name="Kernel">The launch; buffer 2 is C.</param>
/// <param name="Scaling">The path and scaling that it was planned with.</param>
/// <param name="Tile">The tile; null for the exact path.</param>
public sealed record GemmLaunch(KernelLaunch Kernel, DenormalPlan Scaling, FmaTile? Tile)
{
    /// <summary>The position of C among the launch's buffers.</summary>
    public const int ResultBuffer = 2;

    private const uint ExactTile = 16;

    private static readonly ReadOnlyMemory<byte> Nothing = new byte[4]; // Vulkan has no empty buffers

    private static readonly Lazy<ShaderCode> Fma = new(() => new ShaderCode(EmbeddedModule.Load(typeof(GemmLaunch).Assembly, "gemm_fma")));
    private static readonly Lazy<ShaderCode> Exact = new(() => new ShaderCode(EmbeddedModule.Load(typeof(GemmLaunch).Assembly, "gemm_exact")));

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
            ? new(Tiles(problem.Shape.N), Tiles(problem.Shape.M), (uint)problem.Batch)
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
        KernelLaunch kernel = new(
            chosen is null ? Exact.Value : Fma.Value,
            "main",
            [
                KernelBuffer.Input(0, 0, Scaled(operands.A, scaling.ShiftA)),
                KernelBuffer.Input(0, 1, Scaled(operands.B, scaling.ShiftB)),
                Result(problem, operands),
                KernelBuffer.Input(0, 3, problem.HasBias ? operands.Bias : Nothing),
                KernelBuffer.Input(0, 4, problem.Beta != 0 ? operands.C : Nothing),
            ],
            workgroups)
        {
            PushConstants = Constants(problem, scaling),
            Specialization = [.. Specialization(problem, scaling, chosen).Select(entry => new SpecializationValue(entry.Id, (uint)entry.Value))],
            BoundsChecked = false,
        };
        return new(kernel, scaling, chosen);
    }

    private static KernelBuffer Result(GemmProblem problem, GemmOperands operands)
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

    private static IEnumerable<(uint Id, int Value)> Specialization(GemmProblem problem, DenormalPlan scaling, FmaTile? tile)
    {
        yield return (9, problem.TransposeA ? 1 : 0);
        yield return (10, problem.TransposeB ? 1 : 0);
        yield return (20, problem.Alpha != 1 ? 1 : 0);
        yield return (21, problem.Beta != 0 ? 1 : 0);
        yield return (22, problem.HasBias ? 1 : 0);
        yield return (23, (int)problem.Activation);
        yield return (24, scaling.Path == FmaPath.Scaled ? 1 : 0);
        if (tile is null) yield break;
        int k = problem.Shape.K, first = NumericsProfile.Fp32IeeeFirstChain(k), slices = GemmPlanner.Slices(k);
        yield return (0, tile.Threads * slices);
        yield return (1, tile.Rows);
        yield return (2, tile.Columns);
        yield return (3, tile.Depth);
        yield return (4, tile.GroupRows);
        yield return (5, tile.GroupColumns);
        yield return (6, tile.ThreadRows);
        yield return (7, tile.ThreadColumns);
        yield return (8, slices);
        yield return (11, InFours(problem.ColumnsA, problem.DistanceA, problem.BatchA));
        yield return (12, InFours(problem.ColumnsB, problem.DistanceB, problem.BatchB));
        yield return (13, InFours(problem.Shape.N, problem.DistanceC, problem.BatchC));
        yield return (14, first % tile.Depth == 0 && (first == k || first == k - first) ? 0 : 1);
        yield return (15, tile.ByColumn ? 1 : 0);
    }

    // Whether rows can be read and written four numbers at a time.
    private static int InFours(int columns, int distance, long stride) => columns % 4 == 0 && distance % 4 == 0 && stride % 4 == 0 ? 1 : 0;

    private static uint Tiles(int extent) => (uint)((extent + ExactTile - 1) / ExactTile);

    private static ReadOnlyMemory<byte> Scaled(ReadOnlyMemory<byte> matrix, int shift)
    {
        if (shift == 0) return matrix;
        byte[] copy = matrix.ToArray();
        PowerOfTwo.Scale(MemoryMarshal.Cast<byte, float>(copy.AsSpan()), shift);
        return copy;
    }
}
