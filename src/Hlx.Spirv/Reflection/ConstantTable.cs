namespace Hlx.Spirv;

/// <summary>The integer values of a module's constants under a specialization; what cannot be told is absent.</summary>
internal sealed class ConstantTable
{
    private readonly Dictionary<uint, ulong> _values = [];
    private readonly TypeTable _types;
    private readonly Dictionary<uint, Instruction> _composites = [];

    /// <summary>Evaluates the constants in the order of the module.</summary>
    /// <param name="globals">The instructions before the first function.</param>
    /// <param name="types">Their types.</param>
    /// <param name="specIdOf">The SpecId of a result, or null.</param>
    /// <param name="specialization">The values given, by SpecId.</param>
    public ConstantTable(IEnumerable<Instruction> globals, TypeTable types, Func<uint, uint?> specIdOf, IReadOnlyDictionary<uint, ulong> specialization)
    {
        _types = types;
        foreach (Instruction instruction in globals)
        {
            if (instruction.Op is Op.ConstantComposite or Op.SpecConstantComposite) _composites[instruction.Result] = instruction;
            if (specIdOf(instruction.Result) is uint id && specialization.TryGetValue(id, out ulong given)) _values[instruction.Result] = given;
            else if (Evaluate(instruction) is ulong value) _values[instruction.Result] = value;
        }
    }

    /// <summary>The value of a constant's id, or null.</summary>
    public ulong? this[uint id] => _values.TryGetValue(id, out ulong value) ? value : null;

    private ulong? Evaluate(Instruction instruction) => instruction.Op switch
    {
        Op.Constant or Op.SpecConstant => instruction.Count > 1 ? instruction[0] | ((ulong)instruction[1] << 32) : instruction[0],
        Op.ConstantTrue or Op.SpecConstantTrue => 1,
        Op.ConstantFalse or Op.SpecConstantFalse or Op.ConstantNull => 0,
        Op.SpecConstantOp when (Op)instruction[0] == Op.CompositeExtract && instruction.Count == 3 =>
            _composites.TryGetValue(instruction[1], out Instruction composite) && instruction[2] < composite.Count ? this[composite[(int)instruction[2]]] : null,
        Op.SpecConstantOp when instruction.Count == 2 && (Op)instruction[0] is Op.UConvert or Op.SConvert => Resize(instruction),
        Op.SpecConstantOp when instruction.Count == 3 => Fold((Op)instruction[0], WidthOf(instruction.ResultType), this[instruction[1]], this[instruction[2]]),
        Op.SpecConstantOp when instruction.Count == 4 && (Op)instruction[0] == Op.Select && this[instruction[1]] is ulong condition =>
            this[instruction[condition != 0 ? 2 : 3]],
        _ => null,
    };

    // Sizes are not negative, so nothing has a sign to extend.
    private ulong? Resize(Instruction conversion)
    {
        int unused = 64 - WidthOf(conversion.ResultType);
        return this[conversion[1]] << unused >> unused;
    }

    // Comparisons have a bool as result; their operands are taken as 32 bits wide, which they are in sizes.
    private int WidthOf(uint type) => _types[type] is { Op: Op.TypeInt } integer ? (int)integer[0] : 32;

    private static ulong? Fold(Op op, int width, ulong? left, ulong? right)
    {
        if (left is not ulong x || right is not ulong y) return null;
        int unused = 64 - width;
        ulong a = x << unused >> unused, b = y << unused >> unused;
        long signedA = (long)(x << unused) >> unused, signedB = (long)(y << unused) >> unused;
        return unchecked(op switch
        {
            Op.IAdd => a + b,
            Op.ISub => a - b,
            Op.IMul => a * b,
            Op.UDiv when b != 0 => a / b,
            Op.SDiv when signedB > 0 => (ulong)(signedA / signedB),
            Op.UMod when b != 0 => a % b,
            Op.ShiftLeftLogical when b < (ulong)width => a << (int)b,
            Op.ShiftRightLogical when b < (ulong)width => a >> (int)b,
            Op.BitwiseAnd => a & b,
            Op.BitwiseOr => a | b,
            Op.BitwiseXor => a ^ b,
            Op.IEqual => a == b ? 1u : 0,
            Op.INotEqual => a != b ? 1u : 0,
            Op.ULessThan => a < b ? 1u : 0,
            Op.UGreaterThan => a > b ? 1u : 0,
            _ => (ulong?)null,
        }) << unused >> unused;
    }
}
