namespace Hlx.Spirv;

/// <summary>
/// The marks of a <see cref="RaceProbe"/>: for each byte at which an element of a written buffer begins, who wrote it and who read it last, or that
/// several have. Before them stand whether invocations met, and how many have taken a number.
/// </summary>
internal sealed class RaceMarks
{
    public const int FirstMark = 2, MarksPerByte = 2;

    private const uint MetWord = 0, CounterWord = 1;

    private readonly SpirvModule _module;
    private readonly GuardWriter _writer;
    private readonly Annotations _annotations;
    private readonly AddedBuffer _buffer;
    private readonly IReadOnlyDictionary<(uint Set, uint Binding), long> _starts;
    private readonly HashSet<uint> _written = [];
    private readonly uint _self, _met; // an invocation's variables

    public RaceMarks(SpirvModule module, GuardWriter writer, IReadOnlyDictionary<(uint Set, uint Binding), long> starts)
    {
        (_module, _writer, _starts) = (module, writer, starts);
        _annotations = new Annotations(module.Instructions);
        _buffer = new AddedBuffer(module, writer);
        (_self, _met) = (writer.NewId(), writer.NewId());
    }

    /// <summary>The binding of the marks.</summary>
    public uint Binding => _buffer.Binding;

    /// <summary>The variables, for the interface of the entry point.</summary>
    public uint[] Variables => [_buffer.Variable, _self, _met];

    private ModuleFacts Facts => _writer.Facts;

    /// <summary>Finds the buffers that the module writes.</summary>
    /// <returns>Whether all its writes can be followed.</returns>
    public bool TryFollowWrites()
    {
        foreach (Instruction write in _module.Instructions.Where(instruction => instruction.Op is Op.Store or Op.CopyMemory or Op.CopyMemorySized))
        {
            if (!IsBuffer(write[0])) continue;
            if (write.Op != Op.Store || ElementOffset.Of(write[0], Facts, _annotations) is not { } element) return false;
            _written.Add(element.Variable);
        }
        return true;
    }

    public void WriteAnnotations() => _buffer.WriteAnnotations();

    /// <summary>Declares the marks and the variables.</summary>
    public void Declare()
    {
        uint pointer = _writer.Pointer(StorageClass.Private, _writer.UInt(32));
        _buffer.Declare();
        _writer.AddVariable(pointer, _self, StorageClass.Private);
        _writer.AddVariable(pointer, _met, StorageClass.Private);
    }

    /// <summary>At the start of an invocation: its number, from 1.</summary>
    public void WriteStart()
    {
        uint before = _buffer.Atomic(Op.AtomicIAdd, _buffer.Word(Number(CounterWord)), Number(1));
        _writer.Write(Op.Store, _self, _writer.Emit(Op.IAdd, _writer.UInt(32), before, Number(1)));
        _writer.Write(Op.Store, _met, Number(0));
    }

    /// <summary>At its end: whether it met another.</summary>
    public void WriteEnd() => _buffer.Atomic(Op.AtomicOr, _buffer.Word(Number(MetWord)), _writer.Emit(Op.Load, _writer.UInt(32), _met));

    /// <summary>Before a load or a store: marks what it reads or writes of a buffer.</summary>
    /// <returns>Whether that can be told.</returns>
    public bool TryMark(Instruction access)
    {
        if (!IsBuffer(access[0])) return true;
        if (ElementOffset.Of(access[0], Facts, _annotations) is not { } element) return false;
        if (!_written.Contains(element.Variable)) return true;
        bool isWrite = access.Op == Op.Store;
        uint type = isWrite ? Facts.TypeOf(access[1]) : access.ResultType;
        if (ElementOffset.Scalars(type, Facts, _annotations) is not { } scalars || Start(element.Variable) is not long start) return false;
        Mark(element, [.. scalars.Select(scalar => start + element.Fixed + scalar)], isWrite);
        return true;
    }

    private bool IsBuffer(uint pointer)
    {
        if (Facts.Types[Facts.TypeOf(pointer)] is not { Op: Op.TypePointer } type) return false;
        return (StorageClass)type[0] == StorageClass.StorageBuffer || ((StorageClass)type[0] == StorageClass.Uniform && IsInBufferBlock(pointer));
    }

    private bool IsInBufferBlock(uint pointer)
    {
        while (Facts.Definition(pointer) is { Op: Op.AccessChain or Op.InBoundsAccessChain } chain) pointer = chain[0];
        return _annotations.Has(Facts.Types.Pointee(Facts.TypeOf(pointer)), Decoration.BufferBlock);
    }

    private long? Start(uint variable)
    {
        uint set = _annotations.Find(variable, Decoration.DescriptorSet) ?? 0, binding = _annotations.Find(variable, Decoration.Binding) ?? 0;
        return _starts.TryGetValue((set, binding), out long start) ? start : null;
    }

    // The scalars at these bytes, each after the element's indices.
    private void Mark(ElementOffset element, long[] scalars, bool isWrite)
    {
        uint uint32 = _writer.UInt(32), at = Number(0);
        foreach ((uint index, uint stride) in element.Terms)
            at = _writer.Emit(Op.IAdd, uint32, at, _writer.Emit(Op.IMul, uint32, _writer.As32(index), Number(stride)));
        uint self = _writer.Emit(Op.Load, uint32, _self), met = _writer.Emit(Op.Load, uint32, _met);
        foreach (long scalar in scalars)
        {
            uint first = _writer.Emit(Op.IMul, uint32, _writer.Emit(Op.IAdd, uint32, at, Number(scalar)), Number(MarksPerByte));
            uint writer = _buffer.Word(_writer.Emit(Op.IAdd, uint32, first, Number(FirstMark)));
            uint reader = _buffer.Word(_writer.Emit(Op.IAdd, uint32, first, Number(FirstMark + 1)));
            if (isWrite)
            {
                met = Either(met, IsOther(_buffer.Atomic(Op.AtomicExchange, writer, self), self));
                met = Either(met, IsOther(_buffer.Atomic(Op.AtomicOr, reader, Number(0)), self));
            }
            else
            {
                met = Either(met, IsOther(_buffer.Atomic(Op.AtomicOr, writer, Number(0)), self));
                uint isOther = IsOther(_buffer.Atomic(Op.AtomicExchange, reader, self), self);
                _buffer.Atomic(Op.AtomicOr, reader, _writer.Emit(Op.Select, uint32, isOther, Number(uint.MaxValue), Number(0))); // read by several
            }
        }
        _writer.Write(Op.Store, _met, met);
    }

    // Whether a mark is another invocation's.
    private uint IsOther(uint mark, uint self)
    {
        uint boolean = _writer.Bool();
        return _writer.Emit(
            Op.LogicalAnd, boolean, _writer.Emit(Op.INotEqual, boolean, mark, Number(0)), _writer.Emit(Op.INotEqual, boolean, mark, self));
    }

    private uint Either(uint met, uint isOther) => _writer.Emit(Op.Select, _writer.UInt(32), isOther, Number(1), met);

    private uint Number(long value) => _writer.Constant(_writer.UInt(32), (ulong)value);
}
