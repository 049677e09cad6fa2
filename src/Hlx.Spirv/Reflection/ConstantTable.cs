namespace Hlx.Spirv;

/// <summary>
/// The values of a module's scalar and vector constants under a specialization, as raw bits; what cannot be told is absent. Operations
/// on integers and bools are evaluated as SPIR-V defines them; what it leaves undefined, such as a division by zero, cannot be told.
/// </summary>
internal sealed class ConstantTable
{
    private readonly Dictionary<uint, ulong[]> _values = [];
    private readonly Dictionary<uint, uint> _typeOf = [];
    private readonly TypeTable _types;

    /// <summary>Evaluates the constants in the order of the module.</summary>
    /// <param name="globals">The instructions before the first function.</param>
    /// <param name="types">Their types.</param>
    /// <param name="specIdOf">The SpecId of a result, or null.</param>
    /// <param name="specialization">The values given, by SpecId.</param>
    public ConstantTable(IEnumerable<Instruction> globals, TypeTable types, Func<uint, uint?> specIdOf, IReadOnlyDictionary<uint, ulong> specialization)
    {
        _types = types;
        foreach (Instruction instruction in globals.Where(instruction => Sections.IsConstant(instruction.Op)))
        {
            _typeOf[instruction.Result] = instruction.ResultType;
            if (specIdOf(instruction.Result) is uint id && specialization.TryGetValue(id, out ulong given)) _values[instruction.Result] = [given];
            else if (Evaluate(instruction) is { } value) _values[instruction.Result] = value;
        }
    }

    /// <summary>The value of a scalar constant's id, or null.</summary>
    public ulong? this[uint id] => _values.TryGetValue(id, out ulong[]? value) && value.Length == 1 ? value[0] : null;

    private ulong[]? Evaluate(Instruction instruction) => instruction.Op switch
    {
        Op.Constant or Op.SpecConstant => [instruction.Count > 1 ? instruction[0] | ((ulong)instruction[1] << 32) : instruction[0]],
        Op.ConstantTrue or Op.SpecConstantTrue => [1],
        Op.ConstantFalse or Op.SpecConstantFalse => [0],
        Op.ConstantNull => new ulong[Components(instruction.ResultType)],
        Op.ConstantComposite or Op.SpecConstantComposite when _types[instruction.ResultType] is { Op: Op.TypeVector } => Gather(instruction.Operands.Span),
        Op.SpecConstantOp => Operate((Op)instruction[0], instruction.ResultType, instruction.Operands.Span[1..]),
        _ => null,
    };

    private ulong[]? Gather(ReadOnlySpan<uint> ids)
    {
        List<ulong> values = [];
        foreach (uint id in ids)
        {
            if (!_values.TryGetValue(id, out ulong[]? value)) return null;
            values.AddRange(value);
        }
        return [.. values];
    }

    private ulong[]? Operate(Op op, uint resultType, ReadOnlySpan<uint> operands)
    {
        if (op == Op.CompositeExtract) return operands.Length == 2 && Vector(operands[0]) is { } whole && operands[1] < whole.Length ? [whole[operands[1]]] : null;
        if (op == Op.CompositeInsert)
        {
            if (operands.Length != 3 || Vector(operands[1]) is not { } vector || this[operands[0]] is not ulong part || operands[2] >= vector.Length) return null;
            ulong[] changed = [.. vector];
            changed[operands[2]] = part;
            return changed;
        }
        if (op == Op.VectorShuffle)
        {
            if (operands.Length < 2 || Vector(operands[0]) is not { } first || Vector(operands[1]) is not { } second) return null;
            ulong[] both = [.. first, .. second];
            uint[] picks = operands[2..].ToArray();
            return picks.All(pick => pick < both.Length) ? [.. picks.Select(pick => both[pick])] : null;
        }
        if (operands.Length is < 1 or > 3) return null;
        int components = Components(resultType), width = WidthOf(_typeOf.GetValueOrDefault(operands[0])), resultWidth = WidthOf(resultType);
        ulong[][] values = new ulong[operands.Length][];
        for (int i = 0; i < operands.Length; i++)
        {
            if (Vector(operands[i]) is not { } value || (value.Length != components && !(op == Op.Select && i == 0 && value.Length == 1))) return null;
            values[i] = value;
        }
        ulong[] result = new ulong[components];
        for (int i = 0; i < components; i++)
        {
            ulong first = values[0][Math.Min(i, values[0].Length - 1)];
            ulong? one = operands.Length switch
            {
                1 => IntegerFold.Unary(op, width, first),
                2 => IntegerFold.Binary(op, width, first, values[1][i]),
                _ => op == Op.Select ? (first != 0 ? values[1][i] : values[2][i]) : null,
            };
            if (one is not ulong found) return null;
            result[i] = IntegerFold.Truncate(found, resultWidth);
        }
        return result;
    }

    private ulong[]? Vector(uint id) => _values.GetValueOrDefault(id);

    private int Components(uint type) => _types[type] is { Op: Op.TypeVector } vector ? (int)Math.Min(vector[1], 16) : 1;

    // Of a bool, or what is no integer: 32, of which only the lowest bit is used.
    private int WidthOf(uint type) => _types[type] switch
    {
        { Op: Op.TypeInt } integer => (int)integer[0],
        { Op: Op.TypeVector } vector when _types[vector[0]] is { Op: Op.TypeInt } integer => (int)integer[0],
        _ => 32,
    };
}
