namespace Hlx.Spirv;

/// <summary>The buffer of a <see cref="CountingModule"/>, and the functions around its entry points, which add to it.</summary>
internal sealed class LoopCounter
{
    private const uint CountWord = 0, ZeroWord = 1;

    private readonly SpirvModule _module;
    private readonly GuardWriter _writer;
    private readonly LoopNotes _notes;
    private readonly AddedBuffer _buffer;
    private readonly Dictionary<uint, uint> _renamed = [];

    public LoopCounter(SpirvModule module, GuardWriter writer, LoopNotes notes)
    {
        (_module, _writer, _notes) = (module, writer, notes);
        _buffer = new(module, writer);
        foreach (EntryPoint entry in module.EntryPoints.Where(entry => entry.Model == ExecutionModel.GLCompute)) _renamed.TryAdd(entry.Function, writer.NewId());
    }

    /// <summary>The buffer's binding.</summary>
    public uint Binding => _buffer.Binding;

    /// <summary>The id of a function's body: another one than before for those of entry points.</summary>
    public uint Renamed(uint function) => _renamed.GetValueOrDefault(function, function);

    public void WriteEntryPoint(Instruction entry) => _writer.WriteEntryPoint(entry, [.. _notes.Variables, _buffer.Variable]);

    public void WriteAnnotations() => _buffer.WriteAnnotations();

    /// <summary>Before the first function: the declarations, and the entry points' new functions, which call the ones that they had.</summary>
    public void WriteEntryFunctions()
    {
        _buffer.Declare();
        _notes.Declare();
        foreach (Instruction function in _module.Instructions.Where(instruction => instruction.Op == Op.Function))
        {
            if (_renamed.ContainsKey(function.Result)) WriteEntryFunction(function);
        }
    }

    private void WriteEntryFunction(Instruction function)
    {
        uint uint32 = _writer.UInt(32);
        _writer.EmitAs(Op.Function, function.ResultType, function.Result, 0, function[1]);
        _writer.Write(Op.Label, _writer.NewId());
        _notes.WriteStart(_writer.Emit(Op.Load, uint32, _buffer.Word(_writer.Constant(uint32, ZeroWord))));
        _writer.Emit(Op.FunctionCall, function.ResultType, Renamed(function.Result));
        if (_notes.IsIn(function.Result)) _notes.Read(LoopExits.OfReturns);
        _buffer.Atomic(Op.AtomicIAdd, _buffer.Word(_writer.Constant(uint32, CountWord)), _notes.IsWhole());
        _writer.Write(Op.Return);
        _writer.Write(Op.FunctionEnd);
    }
}
