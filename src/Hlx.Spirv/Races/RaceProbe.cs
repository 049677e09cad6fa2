namespace Hlx.Spirv;

/// <summary>
/// Rewrites a module so that its run tells whether two invocations met at an element of a storage buffer, at least one of them writing:
/// a data race, for whose result nothing is promised. Atomics are not races; what invocations of a workgroup do one after the other,
/// between barriers, counts as meeting too.
/// </summary>
public sealed class RaceProbe
{
    private readonly SpirvModule _module;
    private readonly GuardWriter _writer;
    private readonly RaceMarks _marks;
    private readonly uint _entry;

    private RaceProbe(SpirvModule module, EntryPoint entryPoint, IReadOnlyDictionary<(uint Set, uint Binding), long> buffers)
    {
        (_module, _entry) = (module, entryPoint.Function);
        _writer = new GuardWriter(module);
        _marks = new RaceMarks(module, _writer, buffers);
    }

    /// <summary>Rewrites a module.</summary>
    /// <param name="module">The module; not changed.</param>
    /// <param name="entryPoint">The compute entry point that is to run.</param>
    /// <param name="buffers">The storage buffers of the run: at which byte of all buffers together each begins.</param>
    /// <returns>The probe; null if the module reaches buffers in ways that cannot be followed.</returns>
    public static ProbingModule? Rewrite(SpirvModule module, EntryPoint entryPoint, IReadOnlyDictionary<(uint Set, uint Binding), long> buffers)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(buffers);
        RaceProbe probe = new(module, entryPoint, buffers);
        return probe.Rewrite() ? new(probe._writer.ToBytes(), probe._marks.Binding) : null;
    }

    private bool Rewrite()
    {
        if (!_marks.TryFollowWrites()) return false;
        uint inner = _writer.NewId();
        bool isAnnotated = false;
        foreach (Instruction instruction in _module.Instructions)
        {
            if (!isAnnotated && Sections.Of(instruction.Op) >= Section.Globals)
            {
                _marks.WriteAnnotations();
                isAnnotated = true;
            }
            if (!_writer.InFunctions && instruction.Op == Op.Function) WriteEntryFunction(inner);
            if (instruction.Op is Op.Store or Op.Load && !_marks.TryMark(instruction)) return false;
            switch (instruction.Op)
            {
                case Op.EntryPoint when instruction[1] == _entry:
                    _writer.WriteEntryPoint(instruction, _marks.Variables);
                    break;
                case Op.Function when instruction.Result == _entry:
                    _writer.EmitAs(Op.Function, instruction.ResultType, inner, instruction.Operands.Span);
                    break;
                default:
                    _writer.Copy(instruction);
                    break;
            }
        }
        return true;
    }

    // The entry point's new beginning: each invocation takes a number, and at its end tells whether it met another.
    private void WriteEntryFunction(uint inner)
    {
        _marks.Declare();
        _writer.InFunctions = true;
        Instruction function = _module.Instructions.First(instruction => instruction.Op == Op.Function && instruction.Result == _entry);
        _writer.EmitAs(Op.Function, function.ResultType, function.Result, 0, function[1]);
        _writer.Write(Op.Label, _writer.NewId());
        _marks.WriteStart();
        _writer.Emit(Op.FunctionCall, function.ResultType, inner);
        _marks.WriteEnd();
        _writer.Write(Op.Return);
        _writer.Write(Op.FunctionEnd);
    }
}

/// <summary>
/// A module that marks in a storage buffer of descriptor set 0 who reads and writes what. The first word, which must start with zeros as all others, is
/// not 0 after the run if invocations met.
/// </summary>
/// <param name="Spirv">The module, little-endian.</param>
/// <param name="Binding">The binding of the buffer, which the module did not have.</param>
public sealed record ProbingModule(ReadOnlyMemory<byte> Spirv, uint Binding)
{
    /// <summary>How many bytes of marks buffers need.</summary>
    /// <param name="bytes">The sizes of the buffers together.</param>
    public static long MarksBytes(long bytes) => sizeof(uint) * (RaceMarks.FirstMark + (RaceMarks.MarksPerByte * bytes));
}
