using Hlx.Values;

namespace Hlx.Compute;

/// <summary>What a device's binary32 arithmetic does, found by a test when it is opened; drivers do not report it reliably.</summary>
/// <param name="FusedFma">Whether <c>fma</c> rounds once.</param>
/// <param name="KeepsDenormals">Whether denormal inputs and results keep their value.</param>
public sealed record DeviceBehaviour(bool FusedFma, bool KeepsDenormals)
{
    /// <summary>Whether a product and a sum that the shader leaves free are fused.</summary>
    public bool Contracts { get; init; }

    /// <summary>Whether quotients are correctly rounded.</summary>
    public bool CorrectDivision { get; init; }

    /// <summary>Whether square roots are correctly rounded.</summary>
    public bool CorrectSqrt { get; init; }

    /// <summary>How many invocations a subgroup has; 0 where there are none.</summary>
    public uint SubgroupSize { get; init; }

    /// <summary>
    /// After how many turns in all the loops of one invocation end, whatever their conditions say; null if no such limit was found up to
    /// <see cref="LoopProbe.Turns"/>. Turns of inner and outer loops count, and for each loop that ends one turn more than its body runs. What
    /// invocations of one subgroup do in turns counts for all of them. Results of longer loops are wrong there: see
    /// <see cref="KernelLaunch.WatchesLoops"/>.
    /// </summary>
    public int? LoopTurns { get; init; }

    /// <summary>The handle of all that the device gave in the test.</summary>
    public string Digest { get; init; } = "";

    /// <summary>What IEEE 754 says.</summary>
    public static DeviceBehaviour Ieee { get; } = new(true, true) { CorrectDivision = true, CorrectSqrt = true, Digest = "ieee" };

    /// <summary>The behaviour as a value, for <c>--json</c> and keys; <c>loop_turns</c> is there only where a device cuts loops.</summary>
    public HlxValue ToValue()
    {
        List<(string, HlxValue)> fields =
        [
            ("fused_fma", FusedFma), ("keeps_denormals", KeepsDenormals), ("contracts", Contracts), ("correct_division", CorrectDivision),
            ("correct_sqrt", CorrectSqrt), ("subgroup_size", SubgroupSize), ("digest", Digest),
        ];
        if (LoopTurns is int turns) fields.Add(("loop_turns", turns));
        return HlxValue.Object([.. fields]);
    }
}
