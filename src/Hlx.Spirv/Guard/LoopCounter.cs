namespace Hlx.Spirv;

/// <summary>The buffer of a <see cref="CountingModule"/>, and the functions around its entry points, which add to it.</summary>
internal sealed class LoopCounter
{
    private readonly SpirvModule _module;
    private readonly GuardWriter _writer;
    private readonly LoopNotes _notes;
    private readonly uint _type, _buffer;
    private readonly StorageClass _storage;
    private readonly Scope _scope;
    private readonly Dictionary<uint, uint> _renamed = [];

    public LoopCounter(SpirvModule module, GuardWriter writer, LoopNotes notes)
    {
        (_module, _writer, _notes) = (module, writer, notes);
        (_type, _buffer) = (writer.NewId(), writer.NewId());
        _storage = module.Version >= new Version(1, 3) ? StorageClass.StorageBuffer : StorageClass.Uniform;
        bool isVulkan = module.Instructions.Any(instruction => instruction.Op == Op.MemoryModel && (MemoryModel)instruction[1] == MemoryModel.Vulkan);
        _scope = isVulkan ? Scope.QueueFamily : Scope.Device; // each needs a capability under the other memory model
        HashSet<uint> used = [.. module.Instructions.Where(instruction => instruction.Op == Op.Decorate && (Decoration)instruction[1] == Decoration.Binding).Select(binding => binding[2])];
        while (used.Contains(Binding)) Binding++;
        foreach (Instruction entry in module.Instructions.Where(instruction => instruction.Op == Op.EntryPoint && (ExecutionModel)instruction[0] == ExecutionModel.GLCompute))
            _renamed.TryAdd(entry[1], writer.NewId());
    }

    /// <summary>The least number that no variable of the module has as its binding.</summary>
    public uint Binding { get; }

    /// <summary>The id of a function's body: another one than before for those of entry points.</summary>
    public uint Renamed(uint function) => _renamed.GetValueOrDefault(function, function);

    public void WriteEntryPoint(Instruction entry) =>
        _writer.Write(Op.EntryPoint, [.. entry.Operands.Span, .. _module.Version >= new Version(1, 4) ? [.. _notes.Variables, _buffer] : Array.Empty<uint>()]);

    public void WriteAnnotations()
    {
        _writer.Write(Op.Decorate, _type, (uint)(_storage == StorageClass.StorageBuffer ? Decoration.Block : Decoration.BufferBlock));
        _writer.Write(Op.MemberDecorate, _type, 0, (uint)Decoration.Offset, 0);
        _writer.Write(Op.MemberDecorate, _type, 1, (uint)Decoration.Offset, 4);
        _writer.Write(Op.Decorate, _buffer, (uint)Decoration.DescriptorSet, 0);
        _writer.Write(Op.Decorate, _buffer, (uint)Decoration.Binding, Binding);
    }

    /// <summary>Before the first function: the declarations, and the entry points' new functions, which call the ones that they had.</summary>
    public void WriteEntryFunctions()
    {
        uint uint32 = _writer.UInt(32);
        _writer.AddGlobal(Op.TypeStruct, _type, uint32, uint32);
        _writer.AddVariable(_writer.Pointer(_storage, _type), _buffer, _storage);
        _notes.Declare();
        foreach (Instruction function in _module.Instructions.Where(instruction => instruction.Op == Op.Function && _renamed.ContainsKey(instruction.Result))) WriteEntryFunction(function);
    }

    private void WriteEntryFunction(Instruction function)
    {
        uint uint32 = _writer.UInt(32), zero = _writer.Constant(uint32, 0), pointer = _writer.Pointer(_storage, uint32);
        _writer.EmitAs(Op.Function, function.ResultType, function.Result, 0, function[1]);
        _writer.Write(Op.Label, _writer.NewId());
        uint place = _writer.Emit(Op.AccessChain, pointer, _buffer, _writer.Constant(uint32, 1));
        _notes.WriteStart(_writer.Emit(Op.Load, uint32, place));
        _writer.Emit(Op.FunctionCall, function.ResultType, Renamed(function.Result));
        if (_notes.IsIn(function.Result)) _notes.Read(LoopExits.OfReturns);
        uint count = _writer.Emit(Op.AccessChain, pointer, _buffer, zero);
        _writer.Emit(Op.AtomicIAdd, uint32, count, _writer.Constant(uint32, (uint)_scope), zero, _notes.IsWhole());
        _writer.Write(Op.Return);
        _writer.Write(Op.FunctionEnd);
    }
}
