namespace Hlx.Spirv;

/// <summary>What stands in the place of an operand.</summary>
internal enum OperandCategory
{
    BitEnum,
    ValueEnum,
    Id,
    Literal,
    Composite,
}

/// <summary>How often an operand occurs.</summary>
internal enum Quantifier
{
    One,
    Optional,
    Many,
}

/// <summary>The grammar of the instructions, looked up in the generated tables.</summary>
internal static partial class Grammar
{
    /// <summary>The operands of an instruction, to be read with <see cref="KindOf"/> and <see cref="QuantifierOf"/>.</summary>
    public static bool TryGetOperands(Op op, out ReadOnlySpan<ushort> operands)
    {
        int index = Opcodes.BinarySearch((ushort)op);
        operands = index < 0 ? default : Operands[OperandStarts[index]..OperandStarts[index + 1]];
        return index >= 0;
    }

    public static OperandKind KindOf(ushort operand) => (OperandKind)(byte)operand;

    public static Quantifier QuantifierOf(ushort operand) => (Quantifier)(operand >> 8);

    public static OperandCategory CategoryOf(OperandKind kind) => (OperandCategory)Categories[(int)kind];

    /// <summary>The parameters that follow an enumerant.</summary>
    public static bool TryGetParameters(OperandKind kind, uint value, out ReadOnlySpan<ushort> parameters)
    {
        int start = EnumerantStarts[(int)kind], end = EnumerantStarts[(int)kind + 1];
        int index = Enumerants[start..end].BinarySearch(value);
        parameters = index < 0 ? default : Parameters[ParameterStarts[start + index]..ParameterStarts[start + index + 1]];
        return index >= 0;
    }

    /// <summary>Whether an instruction gives a value or another thing with a type.</summary>
    public static bool HasResultType(Op op) => TryGetOperands(op, out ReadOnlySpan<ushort> operands)
        && operands.Length > 0 && KindOf(operands[0]) == OperandKind.IdResultType;

    /// <summary>Whether an instruction has a result.</summary>
    public static bool HasResult(Op op) => TryGetOperands(op, out ReadOnlySpan<ushort> operands)
        && operands.Length > 0 && (KindOf(operands[0]) == OperandKind.IdResult || (operands.Length > 1 && KindOf(operands[1]) == OperandKind.IdResult));
}
