namespace Hlx.Spirv;

/// <summary>
/// Which instructions have results that SPIR-V or Vulkan leave undefined for some operands, judged by operation and operand. The lint asks
/// it what a module may claim, and the guard which instructions to rewrite.
/// </summary>
internal static class GuardNeed
{
    /// <summary>Why an instruction has to be guarded; null if its result is defined for all operands that it can have.</summary>
    public static string? Of(Instruction instruction, ModuleFacts facts) => instruction.Op switch
    {
        Op.Decorate when (Decoration)instruction[1] == Decoration.RelaxedPrecision => "relaxed precision lets the device compute with fewer bits",
        Op.MemberDecorate when (Decoration)instruction[2] == Decoration.RelaxedPrecision => "relaxed precision lets the device compute with fewer bits",
        Op.Variable => OfVariable(instruction),
        Op.AccessChain or Op.InBoundsAccessChain => IndexWalk.Unsafe(instruction, facts).Count > 0 ? "an index may be out of bounds" : null,
        Op.VectorExtractDynamic => IsVectorIndex(instruction[0], instruction[1], facts) ? null : "an index may be out of bounds",
        Op.VectorInsertDynamic => IsVectorIndex(instruction[0], instruction[2], facts) ? null : "an index may be out of bounds",
        _ => OfOperation(instruction.Op, instruction.ResultType, instruction.Operands.Span, facts),
    };

    /// <summary>As <see cref="Of"/> for an operation on numbers, also inside OpSpecConstantOp.</summary>
    public static string? OfOperation(Op op, uint type, ReadOnlySpan<uint> operands, ModuleFacts facts)
    {
        int width = facts.Width(type);
        return op switch
        {
            Op.UDiv or Op.UMod => All(facts, operands[1], divisor => divisor != 0) ? null : "the divisor may be 0",
            Op.SDiv when All(facts, operands[1], divisor => divisor != 0 && divisor != Ones(width)) => null,
            Op.SDiv => "the divisor may be 0, or the quotient too large",
            Op.SRem or Op.SMod when All(facts, operands[1], divisor => divisor != 0 && !IsNegative(divisor, width))
                && All(facts, operands[0], dividend => !IsNegative(dividend, width)) => null,
            Op.SRem or Op.SMod => "the remainder of negative numbers is undefined",
            Op.ShiftLeftLogical or Op.ShiftRightLogical or Op.ShiftRightArithmetic => All(facts, operands[1], amount => amount < (ulong)width)
                ? null
                : "the shift may be as wide as the number or wider",
            Op.BitFieldInsert => IsField(operands[2], operands[3], width, facts) ? null : "the bit field may pass the end of the number",
            Op.BitFieldSExtract or Op.BitFieldUExtract => IsField(operands[1], operands[2], width, facts) ? null : "the bit field may pass the end of the number",
            Op.ExtInst when facts.Types.IsComputing(operands[0]) && (GlslStd450)operands[1] is GlslStd450.UClamp or GlslStd450.SClamp =>
                IsRange(operands[3], operands[4], (GlslStd450)operands[1] == GlslStd450.SClamp, width, facts) ? null : "the least value of a clamp may be above the greatest",
            _ => null,
        };
    }

    /// <summary>Why an instruction that has to be guarded cannot be; null if it can.</summary>
    public static string? Impossible(Instruction instruction, ModuleFacts facts)
    {
        if (instruction.Op is Op.AccessChain or Op.InBoundsAccessChain)
        {
            if (facts.Types[facts.TypeOf(instruction[0])] is { Op: Op.TypePointer } pointer && (StorageClass)pointer[0] == StorageClass.PhysicalStorageBuffer)
                return "nothing tells how large the memory behind an address is";
            foreach (IndexStep step in IndexWalk.Unsafe(instruction, facts))
            {
                if (step.Container.Op is not (Op.TypeVector or Op.TypeMatrix or Op.TypeArray or Op.TypeRuntimeArray)) return "what an index may be is not known for this type";
                if (step.Container.Op == Op.TypeRuntimeArray && IndexWalk.StructOf(instruction, step.Position, facts) is null)
                    return "the length of the array that is indexed is not known";
            }
        }
        if (StoreGuard.IsWrite(instruction.Op) && !StoreGuard.IsPossible(instruction, facts)) return "what it writes to may be out of bounds";
        if (instruction.Op == Op.Variable && (StorageClass)instruction[0] == StorageClass.Workgroup && facts.EntryPoints != 1)
            return "shared memory of one of several entry points starts with anything";
        return null;
    }

    /// <summary>Whether a variable is memory that starts with anything: private to a function, an invocation or a workgroup, without an initial value.</summary>
    public static bool IsUninitialised(Instruction variable) => variable.Count == 1
        && (StorageClass)variable[0] is StorageClass.Function or StorageClass.Private or StorageClass.Workgroup;

    private static string? OfVariable(Instruction variable) => !IsUninitialised(variable) ? null : (StorageClass)variable[0] == StorageClass.Workgroup
        ? "shared memory may be read before it is written"
        : "a variable may be read before it is written";

    private static bool IsVectorIndex(uint vector, uint index, ModuleFacts facts) =>
        facts.Scalar(index) is ulong value && value < (ulong)facts.Components(facts.TypeOf(vector));

    private static bool IsField(uint offset, uint count, int width, ModuleFacts facts) => facts.Scalar(offset) is ulong start && facts.Scalar(count) is ulong bits
        && start <= (ulong)width && bits <= (ulong)width - start;

    private static bool IsRange(uint least, uint greatest, bool signed, int width, ModuleFacts facts)
    {
        if (facts.Constant(least) is not { } low || facts.Constant(greatest) is not { } high || low.Length != high.Length) return false;
        ulong flip = signed ? 1ul << (width - 1) : 0; // orders signed numbers as unsigned ones
        return low.Zip(high).All(pair => (pair.First ^ flip) <= (pair.Second ^ flip));
    }

    private static bool All(ModuleFacts facts, uint id, Func<ulong, bool> condition) => facts.Constant(id) is { } values && values.All(condition);

    private static bool IsNegative(ulong value, int width) => (value >> (width - 1)) != 0;

    private static ulong Ones(int width) => ulong.MaxValue >> (64 - width);
}
