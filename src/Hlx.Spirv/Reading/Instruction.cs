namespace Hlx.Spirv;

/// <summary>An instruction of a module.</summary>
/// <param name="Op">What it does.</param>
/// <param name="ResultType">The id of its result's type; 0 if it has none.</param>
/// <param name="Result">The id of its result; 0 if it has none.</param>
/// <param name="Operands">The words after the result.</param>
/// <param name="Offset">Where it starts in the module, in bytes.</param>
public readonly record struct Instruction(Op Op, uint ResultType, uint Result, ReadOnlyMemory<uint> Operands, long Offset)
{
    /// <summary>An operand word.</summary>
    /// <param name="index">Which one, after the result.</param>
    public uint this[int index] => Operands.Span[index];

    /// <summary>How many operand words there are.</summary>
    public int Count => Operands.Length;

    /// <summary>The instruction's name in the specification.</summary>
    public override string ToString() => $"Op{Op}";
}
