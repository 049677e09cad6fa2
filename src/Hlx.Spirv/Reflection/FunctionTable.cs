namespace Hlx.Spirv;

/// <summary>A function: where its instructions are, what it calls, and which things declared before all functions it names.</summary>
internal sealed class FunctionUse(int first)
{
    public int First => first;

    public int Count { get; set; }

    public HashSet<uint> Globals { get; } = [];

    public HashSet<uint> Calls { get; } = [];
}

/// <summary>The functions of a module, noted while it is read.</summary>
internal sealed class FunctionTable
{
    private readonly Dictionary<uint, FunctionUse> _functions = [];
    private readonly HashSet<uint> _globals = [];
    private FunctionUse? _current;

    /// <summary>Notes the next instruction.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="operands">Its operands.</param>
    /// <param name="index">Its position in the module.</param>
    public void Visit(Instruction instruction, List<Operand> operands, int index)
    {
        if (instruction.Op == Op.Function) _functions[instruction.Result] = _current = new FunctionUse(index);
        if (_current is null)
        {
            if (instruction.Result != 0) _globals.Add(instruction.Result);
            return;
        }
        _current.Count++;
        foreach (Operand operand in operands)
        {
            if (Grammar.CategoryOf(operand.Kind) == OperandCategory.Id && _globals.Contains(operand.Word)) _current.Globals.Add(operand.Word);
        }
        if (instruction.Op == Op.FunctionCall) _current.Calls.Add(instruction[0]);
        else if (instruction.Op == Op.FunctionEnd) _current = null;
    }

    /// <summary>A function and what it calls, directly or through others.</summary>
    public List<FunctionUse> ReachableFrom(uint function)
    {
        HashSet<uint> seen = [function];
        Queue<uint> next = new([function]);
        List<FunctionUse> reachable = [];
        while (next.TryDequeue(out uint id))
        {
            if (!_functions.TryGetValue(id, out FunctionUse? use)) continue;
            reachable.Add(use);
            foreach (uint called in use.Calls)
            {
                if (seen.Add(called)) next.Enqueue(called);
            }
        }
        return reachable;
    }

    /// <summary>Adds to a set of ids what the declarations of these are made of.</summary>
    /// <param name="used">Ids of things declared before all functions.</param>
    /// <param name="globals">The instructions before the first function.</param>
    public static void Close(HashSet<uint> used, IReadOnlyList<Instruction> globals)
    {
        for (int i = globals.Count - 1; i >= 0; i--)
        {
            Instruction instruction = globals[i];
            if (instruction.Result == 0 || !used.Contains(instruction.Result)) continue;
            if (instruction.ResultType != 0) used.Add(instruction.ResultType);
            foreach (uint part in PartsOf(instruction)) used.Add(part);
        }
    }

    private static ReadOnlySpan<uint> PartsOf(Instruction declaration)
    {
        ReadOnlySpan<uint> operands = declaration.Operands.Span;
        return declaration.Op switch
        {
            Op.ConstantComposite or Op.SpecConstantComposite or Op.TypeStruct or Op.TypeFunction or Op.TypeArray or Op.TypeCooperativeMatrixKHR => operands,
            Op.SpecConstantOp when (Op)operands[0] == Op.CompositeExtract => operands[1..2],
            Op.SpecConstantOp when (Op)operands[0] is Op.CompositeInsert or Op.VectorShuffle => operands[1..3],
            Op.SpecConstantOp or Op.Variable => operands[1..],
            Op.TypePointer => operands[1..2],
            Op.TypeVector or Op.TypeMatrix or Op.TypeRuntimeArray or Op.TypeImage or Op.TypeSampledImage => operands[..1],
            _ => [],
        };
    }
}
