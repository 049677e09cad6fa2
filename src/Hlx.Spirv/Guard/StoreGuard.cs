namespace Hlx.Spirv;

/// <summary>
/// Stores and atomics out of bounds of a buffer or of shared memory do nothing. Clamped, those of several invocations would meet in the
/// last element. Each stands in a function of its own, which is called, so that the blocks around it stay as they are.
/// </summary>
internal static class StoreGuard
{
    /// <summary>Writes a store or an atomic.</summary>
    /// <returns>Whether it had to be guarded; if not, nothing is written.</returns>
    public static bool TryWrite(Instruction instruction, GuardWriter writer)
    {
        if (!IsWrite(instruction.Op) || !writer.Paths.TryGetValue(instruction[0], out ElementPath? path) || path.Inside == 0) return false;
        uint uint32 = writer.UInt(32), result = instruction.ResultType != 0 ? instruction.ResultType : writer.Void();
        List<(uint Id, uint Type)> arguments = [(path.Inside, writer.Bool())];
        Dictionary<uint, uint> parameters = [];
        foreach (uint index in path.Indices) Pass(index, path.Clamped.Contains(index) ? uint32 : writer.Facts.TypeOf(index));
        int values = instruction.Op == Op.Store ? 2 : instruction.Count; // a store ends with literals
        for (int i = 1; i < values; i++) Pass(instruction[i], writer.Facts.TypeOf(instruction[i]));

        uint function = writer.NewId();
        writer.EmitHelper(() =>
        {
            writer.EmitAs(Op.Function, result, function, 0, writer.FunctionType([result, .. arguments.Select(argument => argument.Type)]));
            uint inside = writer.Emit(Op.FunctionParameter, arguments[0].Type);
            foreach ((uint id, uint type) in arguments.Skip(1)) parameters[id] = writer.Emit(Op.FunctionParameter, type);
            uint first = writer.NewId(), then = writer.NewId(), merge = writer.NewId();
            writer.Write(Op.Label, first);
            writer.Write(Op.SelectionMerge, merge, 0);
            writer.Write(Op.BranchConditional, inside, then, merge);
            writer.Write(Op.Label, then);
            uint pointer = writer.Emit(Op.AccessChain, writer.Facts.TypeOf(instruction[0]), [path.Root, .. path.Indices.Select(Parameter)]);
            uint[] operands = [pointer, .. instruction.Operands.ToArray().Skip(1).Select((word, i) => i + 1 < values ? Parameter(word) : word)];
            if (instruction.ResultType == 0) writer.Write(instruction.Op, operands);
            else writer.Emit(instruction.Op, instruction.ResultType, operands);
            writer.Write(Op.Branch, merge);
            writer.Write(Op.Label, merge);
            if (instruction.ResultType == 0) writer.Write(Op.Return);
            else writer.Write(Op.ReturnValue, writer.Null(result)); // the lint admits only atomics whose results nobody uses
            writer.Write(Op.FunctionEnd);
        });
        writer.EmitAs(Op.FunctionCall, result, instruction.Result != 0 ? instruction.Result : writer.NewId(), [function, .. arguments.Select(argument => argument.Id)]);
        return true;

        uint Parameter(uint id) => parameters.GetValueOrDefault(id, id);

        void Pass(uint id, uint type)
        {
            bool isGlobal = writer.Facts.Definition(id) is Instruction definition && Sections.IsConstant(definition.Op);
            if (!isGlobal && !arguments.Exists(argument => argument.Id == id)) arguments.Add((id, type));
        }
    }

    /// <summary>Whether an instruction writes to memory through its first operand.</summary>
    public static bool IsWrite(Op op) => op is Op.Store or Op.CopyMemory or (>= Op.AtomicStore and <= Op.AtomicXor);

    /// <summary>Whether a write can be guarded: its memory is one invocation's own, or its pointer comes from a variable by access chains.</summary>
    public static bool IsPossible(Instruction write, ModuleFacts facts)
    {
        uint pointer = write[0];
        if (facts.Types[facts.TypeOf(pointer)] is not { Op: Op.TypePointer } type) return false;
        if ((StorageClass)type[0] is StorageClass.Function or StorageClass.Private) return true;
        bool isSafe = true;
        while (facts.Definition(pointer) is { Op: Op.AccessChain or Op.InBoundsAccessChain } chain)
        {
            isSafe &= IndexWalk.Unsafe(chain, facts).Count == 0;
            pointer = chain[0];
        }
        return facts.Definition(pointer) is { Op: Op.Variable } && (isSafe || write.Op != Op.CopyMemory);
    }
}

/// <summary>An element of a variable: the pointer that an access chain gives.</summary>
/// <param name="Root">The variable.</param>
/// <param name="Indices">All indices from it, clamped.</param>
/// <param name="Clamped">Those of them that the guard has made.</param>
/// <param name="Inside">Whether no index had to be clamped, a truth value; 0 if all are in bounds.</param>
internal sealed record ElementPath(uint Root, IReadOnlyList<uint> Indices, IReadOnlySet<uint> Clamped, uint Inside);
