namespace Hlx.Spirv;

/// <summary>What a module may promise about its bits.</summary>
/// <param name="Level">The highest level that nothing in the module forbids.</param>
/// <param name="Limit">The first instruction that forbids the next level; null if the level is the highest.</param>
/// <param name="Reason">Why it forbids that; empty if the level is the highest.</param>
public sealed record DeterminismClaim(DeterminismLevel Level, Instruction? Limit, string Reason)
{
    /// <summary>
    /// The first instruction whose result SPIR-V or Vulkan leave undefined for some operands. A module that has one has the same bits
    /// on every device only as <see cref="ModuleGuard"/> rewrites it; null if it has none.
    /// </summary>
    public Instruction? Guarded { get; init; }

    /// <summary>Why that instruction has to be guarded; empty if there is none.</summary>
    public string GuardReason { get; init; } = "";

    /// <summary>Whether the claim is one for the module as <see cref="ModuleGuard"/> rewrites it: the level is device-to-device, and not without.</summary>
    public bool NeedsGuard => Level == DeterminismLevel.DeviceToDevice && Guarded is not null;
}

/// <summary>
/// Judges which determinism level a module may claim. What is not known to be safe is not. The rules are those of the SPIR-V
/// specification and of Vulkan's "Precision and operation of SPIR-V instructions": integers, correctly rounded operations that may not
/// be contracted under fixed float controls, and moving of bits are the same everywhere; other arithmetic and subgroups are the
/// device's own; the order of invocations is nobody's. What is undefined for some operands, such as a division by zero, an index out of bounds or
/// memory read before it is written, is claimed only as guarded (<see cref="ModuleGuard"/>). Data races, which Vulkan leaves
/// undefined, cannot be seen here.
/// </summary>
public static class AdmissionLint
{
    /// <summary>Judges a module.</summary>
    /// <param name="module">The module.</param>
    public static DeterminismClaim Judge(SpirvModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        LintContext context = new(module);
        DeterminismClaim claim = new(DeterminismLevel.DeviceToDevice, null, "");
        foreach (Instruction instruction in module.Instructions)
        {
            if (claim.Guarded is null && GuardNeed.Of(instruction, context.Facts) is string guardReason) claim = claim with { Guarded = instruction, GuardReason = guardReason };
            if (LintRules.Judge(instruction, context) is not (DeterminismLevel level, string reason) || level >= claim.Level) continue;
            claim = claim with { Level = level, Limit = instruction, Reason = reason };
            if (level == DeterminismLevel.NotGuaranteed) break;
        }
        return claim;
    }
}
