namespace Hlx.Spirv;

/// <summary>
/// Memory that starts with zeros. Variables of an invocation get an initial value; shared memory is zeroed by the invocations of
/// the workgroup at the start of the entry point, before a barrier.
/// </summary>
internal sealed class MemoryGuard
{
    private const uint NonPrivatePointer = 0x20, AcquireRelease = 0x8, WorkgroupMemory = 0x100, MakeAvailable = 0x2000, MakeVisible = 0x4000;

    private readonly GuardWriter _writer;
    private readonly List<Instruction> _shared;
    private readonly Instruction _entry; // OpEntryPoint
    private readonly Instruction? _function;
    private readonly bool _vulkanMemory;
    private readonly bool _declares;
    private readonly uint[] _extents = [];
    private readonly uint _size; // the constant of WorkgroupSize
    private readonly bool _areIds;
    private readonly uint _invocation; // the variable of LocalInvocationIndex

    public MemoryGuard(SpirvModule module, GuardWriter writer)
    {
        _writer = writer;
        IReadOnlyList<Instruction> all = module.Instructions;
        _shared = [.. all.Where(instruction => instruction.Op == Op.Variable && (StorageClass)instruction[0] == StorageClass.Workgroup && GuardNeed.IsUninitialised(instruction))];
        Instruction[] entries = [.. all.Where(instruction => instruction.Op == Op.EntryPoint && (ExecutionModel)instruction[0] == ExecutionModel.GLCompute)];
        if (_shared.Count == 0 || entries.Length != 1) return;
        _entry = entries[0];
        _function = all.First(instruction => instruction.Op == Op.Function && instruction.Result == _entry[1]);
        _vulkanMemory = writer.Facts.IsVulkanMemory;
        _invocation = BuiltInOf(all, BuiltIn.LocalInvocationIndex);
        _declares = _invocation == 0;
        if (_declares) _invocation = writer.NewId();
        _size = BuiltInOf(all, BuiltIn.WorkgroupSize);
        Instruction? mode = all.Where(instruction => instruction.Op is Op.ExecutionMode or Op.ExecutionModeId && instruction[0] == _entry[1]
            && (ExecutionMode)instruction[1] is ExecutionMode.LocalSize or ExecutionMode.LocalSizeId).Select(found => (Instruction?)found).FirstOrDefault();
        if (mode is Instruction size) (_extents, _areIds) = (size.Operands.Span[2..5].ToArray(), size.Op == Op.ExecutionModeId);
    }

    /// <summary>The declaration that precedes a variable of an invocation: its initial value.</summary>
    public static void WriteVariable(Instruction variable, GuardWriter writer)
    {
        uint type = writer.Facts.Types.Pointee(variable.ResultType);
        uint zero = writer.InFunctions ? writer.Null(type) : writer.Emit(Op.ConstantNull, type); // before its use either way
        writer.EmitAs(Op.Variable, variable.ResultType, variable.Result, variable[0], zero);
    }

    /// <summary>The entry point with the variable that tells invocations apart.</summary>
    public void WriteEntryPoint(Instruction entry)
    {
        int name = 2;
        while (name < entry.Count && entry[name] >> 24 != 0) name++; // the name ends with the word whose last byte is 0
        if (_function is null || entry.Offset != _entry.Offset || entry.Operands.Span[(name + 1)..].Contains(_invocation)) _writer.Copy(entry);
        else _writer.Write(Op.EntryPoint, [.. entry.Operands.Span, _invocation]);
    }

    /// <summary>The decoration of that variable, after the annotations.</summary>
    public void WriteAnnotations()
    {
        if (_function is not null && _declares) _writer.Write(Op.Decorate, _invocation, (uint)Decoration.BuiltIn, (uint)BuiltIn.LocalInvocationIndex);
    }

    /// <summary>Before the first function: the entry point's new beginning; the function that it had gets another id.</summary>
    /// <returns>The id that the entry point's function shall have, by its old id.</returns>
    public (uint Old, uint New)? WriteFunction()
    {
        if (_function is not Instruction function) return null;
        uint inner = _writer.NewId(), uint32 = _writer.UInt(32);
        if (_declares) _writer.AddVariable(_writer.Pointer(StorageClass.Input, uint32), _invocation, StorageClass.Input);
        _writer.EmitAs(Op.Function, function.ResultType, function.Result, 0, function[1]);
        uint block = Label();
        uint type = _declares ? uint32 : _writer.Facts.Types.Pointee(_writer.Facts.TypeOf(_invocation));
        uint first = _writer.As(uint32, type, _writer.Emit(Op.Load, type, _invocation));
        uint stride = Invocations();
        foreach (Instruction variable in _shared) block = Zero(variable, block, first, stride);
        uint workgroup = _writer.Constant(uint32, (ulong)Scope.Workgroup);
        uint semantics = AcquireRelease | WorkgroupMemory | (_vulkanMemory ? MakeAvailable | MakeVisible : 0);
        _writer.Write(Op.ControlBarrier, workgroup, workgroup, _writer.Constant(uint32, semantics));
        _writer.Emit(Op.FunctionCall, function.ResultType, inner);
        _writer.Write(Op.Return);
        _writer.Write(Op.FunctionEnd);
        return (function.Result, inner);
    }

    private uint Invocations()
    {
        uint uint32 = _writer.UInt(32);
        uint[] extents = new uint[3];
        for (uint i = 0; i < 3; i++)
        {
            if (_size != 0)
            {
                uint component = _writer.Facts.Component(_writer.Facts.TypeOf(_size));
                extents[i] = _writer.As(uint32, component, _writer.Emit(Op.CompositeExtract, component, _size, i));
            }
            else if (_areIds)
            {
                extents[i] = _writer.As(uint32, _writer.Facts.TypeOf(_extents[i]), _extents[i]);
            }
            else
            {
                extents[i] = _writer.Constant(uint32, _extents.Length == 3 ? _extents[i] : 1);
            }
        }
        return _writer.Emit(Op.IMul, uint32, _writer.Emit(Op.IMul, uint32, extents[0], extents[1]), extents[2]);
    }

    // for (i = first; i < elements; i += stride) variable[i / … % …] = 0
    private uint Zero(Instruction variable, uint block, uint first, uint stride)
    {
        uint uint32 = _writer.UInt(32), type = _writer.Facts.Types.Pointee(variable.ResultType), total = _writer.Constant(uint32, 1);
        List<uint> lengths = [];
        while (_writer.Facts.Types[type] is { Op: Op.TypeArray } array)
        {
            lengths.Add(_writer.As(uint32, _writer.Facts.TypeOf(array[1]), array[1]));
            total = lengths.Count == 1 ? lengths[0] : _writer.Emit(Op.IMul, uint32, total, lengths[^1]);
            type = array[0];
        }
        uint header = _writer.NewId(), body = _writer.NewId(), next = _writer.NewId(), merge = _writer.NewId(), following = _writer.NewId();
        _writer.Write(Op.Branch, header);
        _writer.Write(Op.Label, header);
        uint at = _writer.Emit(Op.Phi, uint32, first, block, following, next);
        uint more = _writer.Emit(Op.ULessThan, _writer.Bool(), at, total);
        _writer.Write(Op.LoopMerge, merge, next, 0);
        _writer.Write(Op.BranchConditional, more, body, merge);
        _writer.Write(Op.Label, body);
        uint pointer = lengths.Count == 0 ? variable.Result : Element(variable, lengths, at, type);
        if (_vulkanMemory) _writer.Write(Op.Store, pointer, _writer.Null(type), NonPrivatePointer);
        else _writer.Write(Op.Store, pointer, _writer.Null(type));
        _writer.Write(Op.Branch, next);
        _writer.Write(Op.Label, next);
        _writer.EmitAs(Op.IAdd, uint32, following, at, stride);
        _writer.Write(Op.Branch, header);
        _writer.Write(Op.Label, merge);
        return merge;
    }

    private uint Element(Instruction variable, List<uint> lengths, uint at, uint type)
    {
        uint uint32 = _writer.UInt(32);
        uint[] indices = new uint[lengths.Count];
        for (int i = indices.Length - 1; i > 0; i--)
        {
            indices[i] = _writer.Emit(Op.UMod, uint32, at, lengths[i]);
            at = _writer.Emit(Op.UDiv, uint32, at, lengths[i]);
        }
        indices[0] = at;
        return _writer.Emit(Op.AccessChain, _writer.Pointer(StorageClass.Workgroup, type), [variable.Result, .. indices]);
    }

    private uint Label()
    {
        uint label = _writer.NewId();
        _writer.Write(Op.Label, label);
        return label;
    }

    private static uint BuiltInOf(IReadOnlyList<Instruction> all, BuiltIn builtIn) => all.Where(instruction => instruction.Op == Op.Decorate
        && (Decoration)instruction[1] == Decoration.BuiltIn && (BuiltIn)instruction[2] == builtIn).Select(decoration => decoration[0]).FirstOrDefault();
}
