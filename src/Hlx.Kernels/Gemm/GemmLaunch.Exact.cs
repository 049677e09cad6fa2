using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

public sealed partial record GemmLaunch
{
    private const int ExactTile = 16;

    // Of shaders/gemm_exact.comp on llvmpipe's count: for a tile one of each product, one more at the end of that loop, and one of the outer loop.
    private const int TurnsOfTile = ExactTile + 2;
    private const int OtherTurns = 64;

    /// <summary>
    /// The launches of the exact path: it emulates each fused multiply-add, and does what follows the product too. There are several where the device
    /// would end the loop of one early: each continues the chains that the one before has put into C.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <param name="a">A, at binding 0.</param>
    /// <param name="b">B, at binding 1.</param>
    /// <param name="operands">C and bias.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="stage">Which stage of its sequence the first launch is; C is that stage's output 0, its buffer 2.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/> if a matrix is too large for the device.</exception>
    public static IReadOnlyList<KernelLaunch> Exact(
        GemmProblem problem, KernelBuffer a, KernelBuffer b, GemmOperands operands, DeviceCapabilities capabilities, int stage = 0)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(operands);
        ArgumentNullException.ThrowIfNull(capabilities);
        int k = problem.Shape.K, longest = LongestChain(problem.Shape, capabilities);
        Extent3 workgroups = new((uint)KernelShaders.Parts(problem.Shape.N, ExactTile), (uint)KernelShaders.Parts(problem.Shape.M, ExactTile), (uint)problem.Batch);
        CheckLimits(problem, workgroups, capabilities.Limits);
        GemmProblem product = problem with { Alpha = 1, Beta = 0, HasBias = false, Activation = GemmActivation.None };
        List<KernelLaunch> launches = [];
        for (int start = 0; start == 0 || start < k; start += longest)
        {
            int end = (int)Math.Min(k, (long)start + longest);
            GemmProblem part = end == k ? problem : product;
            KernelBuffer[] matrices = start == 0
                ? [a, b, C(problem, operands)]
                : [KernelBuffer.Alias(0, 0, new(stage, 0)), KernelBuffer.Alias(0, 1, new(stage, 1)), KernelBuffer.Alias(0, 2, new(stage, 2))];
            launches.Add(ExactPart(part, start, end, [.. matrices, GemmFinish.Bias(part, operands, 3), GemmFinish.Before(part, operands, 4)], workgroups));
            if (end == k) break;
        }
        return launches;
    }

    private static KernelLaunch ExactPart(GemmProblem problem, int start, int end, IReadOnlyList<KernelBuffer> buffers, Extent3 workgroups)
    {
        GemmShape shape = problem.Shape;
        int first = NumericsProfile.Fp32IeeeFirstChain(shape.K);
        byte[] words = GemmFinish.Constants(problem, new(FmaPath.Exact));
        BitConverter.TryWriteBytes(words.AsSpan(8), end);
        BitConverter.TryWriteBytes(words.AsSpan(12), first < shape.K ? first : end);
        return Launch("gemm_exact", problem, new(FmaPath.Exact), null, buffers, workgroups) with
        {
            PushConstants = (byte[])[.. words, .. BitConverter.GetBytes(start)],
        };
    }

    // The most products of an element in one dispatch, whole tiles of them; all of two chains, which are never long.
    private static int LongestChain(GemmShape shape, DeviceCapabilities capabilities)
    {
        if (capabilities.LoopTurns is not int turns) return int.MaxValue;
        int longest = Math.Max(0, turns - OtherTurns) / TurnsOfTile * ExactTile;
        int least = GemmPlanner.Slices(shape.K) == 2 ? shape.K + ExactTile : ExactTile;
        return longest >= Math.Min(least, shape.K) ? longest : throw new HlxException(
            ErrorCode.DeviceLimit, $"a product of {shape.M}×{shape.K} and {shape.K}×{shape.N} needs longer loops than the device makes, which ends them after {turns} turns",
            "Use cpu:// or another device");
    }

    /// <summary>Whether a device makes the loops of a fused kernel, a turn for each few products, with room for others.</summary>
    internal static bool KeepsLoops(int k, DeviceCapabilities capabilities) => capabilities.LoopTurns is not int turns || k <= turns / 2;
}
