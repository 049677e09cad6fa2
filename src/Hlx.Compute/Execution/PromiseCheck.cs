using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>What a request wants promised about its bits, against what its shader may claim.</summary>
internal static class PromiseCheck
{
    /// <summary>Refuses a promise that cannot be kept, by name.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/>.</exception>
    public static void Require(ComputeKernel kernel, ShaderCode code)
    {
        if (kernel.Numerics.Length > 0)
        {
            throw Refuse(
                $"the numerics profile \"{kernel.Numerics}\" cannot be promised for a shader of your own",
                "Leave numerics out, or use an operator such as `hlx gemm`; a determinism level can be asked for");
        }
        if (kernel.Determinism.Length == 0) return;
        DeterminismLevel wanted = DeterminismLevels.Parse(kernel.Determinism) ?? throw Refuse(
            $"determinism \"{kernel.Determinism}\" is no level", $"Write {string.Join(", ", Enum.GetValues<DeterminismLevel>().Select(level => level.Name()))}");
        DeterminismClaim claim = code.Claim;
        if (wanted > claim.Level)
        {
            throw Refuse(
                $"the shader may claim {claim.Level.Name()} and {wanted.Name()} is asked for: {claim.Limit} at byte {claim.Limit?.Offset}: {claim.Reason}",
                "Change the shader, or ask for less; `hlx shader inspect` shows the claim");
        }
    }

    private static HlxException Refuse(string what, string remedy) => new(ErrorCode.NumericsUnsupported, what, remedy);
}
