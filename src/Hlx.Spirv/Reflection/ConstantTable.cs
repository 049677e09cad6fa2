namespace Hlx.Spirv;

/// <summary>The integer values of a module's constants under a specialization; what cannot be told is absent.</summary>
internal sealed class ConstantTable
{
    private readonly Dictionary<uint, ulong> _values = [];
    private readonly Dictionary<uint, Instruction> _composites = [];

    /// <summary>Evaluates the constants in the order of the module.</summary>
    /// <param name="globals">The instructions before the first function.</param>
    /// <param name="specIdOf">The SpecId of a result, or null.</param>
    /// <param name="specialization">The values given, by SpecId.</param>
    public ConstantTable(IEnumerable<Instruction> globals, Func<uint, uint?> specIdOf, IReadOnlyDictionary<uint, uint> specialization)
    {
        foreach (Instruction instruction in globals)
        {
            if (instruction.Op is Op.ConstantComposite or Op.SpecConstantComposite) _composites[instruction.Result] = instruction;
            if (specIdOf(instruction.Result) is uint id && specialization.TryGetValue(id, out uint given)) _values[instruction.Result] = given;
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
        Op.SpecConstantOp when instruction.Count == 3 => Fold((Op)instruction[0], this[instruction[1]], this[instruction[2]]),
        Op.SpecConstantOp when instruction.Count == 4 && (Op)instruction[0] == Op.Select && this[instruction[1]] is ulong condition =>
            this[instruction[condition != 0 ? 2 : 3]],
        _ => null,
    };

    // On 32 bits, as sizes are.
    private static ulong? Fold(Op op, ulong? left, ulong? right)
    {
        if (left is not ulong x || right is not ulong y) return null;
        uint a = (uint)x, b = (uint)y;
        return unchecked(op switch
        {
            Op.IAdd => a + b,
            Op.ISub => a - b,
            Op.IMul => a * b,
            Op.UDiv when b != 0 => a / b,
            Op.SDiv when (int)b > 0 => (uint)((int)a / (int)b),
            Op.UMod when b != 0 => a % b,
            Op.ShiftLeftLogical when b < 32 => a << (int)b,
            Op.ShiftRightLogical when b < 32 => a >> (int)b,
            Op.BitwiseAnd => a & b,
            Op.BitwiseOr => a | b,
            Op.BitwiseXor => a ^ b,
            Op.IEqual => a == b ? 1u : 0,
            Op.INotEqual => a != b ? 1u : 0,
            Op.ULessThan => a < b ? 1u : 0,
            Op.UGreaterThan => a > b ? 1u : 0,
            _ => (ulong?)null,
        });
    }
}
