namespace Hlx.Spirv;

/// <summary>
/// Rewrites a module so that it counts the invocations whose loops all ended as the module says. Some drivers end the loops of an
/// invocation after a number of turns and go on behind them; what such a run gives is wrong, and the driver does not tell. Each branch out of a loop
/// notes that it was taken, and so does each return of a function with loops. An invocation that finds no note behind a loop or a call is not
/// counted, nor is one that never comes to its end.
/// </summary>
public static class LoopGuard
{
    /// <summary>Rewrites a module.</summary>
    /// <param name="module">The module; not changed.</param>
    /// <returns>The module that counts; null if it has no loops.</returns>
    public static CountingModule? Rewrite(SpirvModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        IReadOnlyList<Instruction> all = module.Instructions;
        LoopExits exits = new(all);
        if (exits.Functions.Count == 0) return null;
        GuardWriter writer = new(module);
        LoopNotes notes = new(writer, exits);
        LoopCounter counter = new(module, writer, notes);
        bool isAnnotated = false;
        uint function = 0;
        uint? note = null; // of the loop before this block, to be read after the phis
        for (int i = 0; i < all.Count; i++)
        {
            Instruction instruction = all[i];
            if (!isAnnotated && Sections.Of(instruction.Op) >= Section.Globals)
            {
                counter.WriteAnnotations();
                isAnnotated = true;
            }
            if (!writer.InFunctions && instruction.Op == Op.Function)
            {
                writer.InFunctions = true;
                counter.WriteEntryFunctions();
            }
            if (note is uint left && instruction.Op is not (Op.Phi or Op.Line or Op.NoLine))
            {
                notes.Read(left);
                note = null;
            }
            if (IsMerge(instruction)) notes.WriteBefore(all[i + 1], function); // nothing may stand between it and the branch
            else if (Sections.IsTerminator(instruction.Op) && !IsMerge(all[i - 1])) notes.WriteBefore(instruction, function);
            switch (instruction.Op)
            {
                case Op.EntryPoint:
                    counter.WriteEntryPoint(instruction);
                    break;
                case Op.Function:
                    function = instruction.Result;
                    writer.EmitAs(Op.Function, instruction.ResultType, counter.Renamed(function), instruction.Operands.Span);
                    break;
                case Op.Label:
                    note = exits.NoteOf(instruction.Result);
                    writer.Copy(instruction);
                    break;
                case Op.FunctionCall when notes.IsIn(instruction[0]):
                    writer.Copy(instruction);
                    notes.Read(LoopExits.OfReturns);
                    break;
                default:
                    writer.Copy(instruction);
                    break;
            }
        }
        return new(writer.ToBytes(), counter.Binding);
    }

    private static bool IsMerge(Instruction instruction) => instruction.Op is Op.SelectionMerge or Op.LoopMerge;
}

/// <summary>
/// A module that counts the invocations whose loops all ended as the module says, in the first word of a storage buffer of two words in
/// descriptor set 0, which must start with zeros.
/// </summary>
/// <param name="Spirv">The module, little-endian.</param>
/// <param name="Binding">The binding of the buffer, which the module did not have.</param>
public sealed record CountingModule(ReadOnlyMemory<byte> Spirv, uint Binding);
