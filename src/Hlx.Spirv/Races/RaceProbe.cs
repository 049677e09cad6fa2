namespace Hlx.Spirv;

/// <summary>
/// Rewrites a module so that its run tells whether two invocations met at an element of a storage buffer, at least one of them writing:
/// a data race, for whose result nothing is promised. Atomics are not races; what invocations of a workgroup do one after the other,
/// between barriers, counts as meeting too.
/// </summary>
public sealed class RaceProbe
{
    /// <summary>The first word of the marks: not 0 after the run if invocations met.</summary>
    public const int MetWord = 0;

    private const int CounterWord = 1, FirstMark = 2, MarksPerByte = 2;
    private const uint StorageBufferVersion = 3, InterfaceOfAllVersion = 4; // SPIR-V 1.3 and 1.4

    private readonly SpirvModule _module;
    private readonly GuardWriter _writer;
    private readonly Annotations _annotations;
    private readonly uint _entry;
    private readonly uint _minor;
    private readonly IReadOnlyDictionary<(uint Set, uint Binding), long> _buffers;
    private readonly (uint Set, uint Binding) _place;
    private readonly HashSet<uint> _written = [];
    private readonly uint _array, _block, _marks, _self, _met; // types and variables that are added

    private RaceProbe(SpirvModule module, EntryPoint entryPoint, IReadOnlyDictionary<(uint Set, uint Binding), long> buffers, (uint Set, uint Binding) marks)
    {
        (_module, _writer, _buffers, _place) = (module, new GuardWriter(module), buffers, marks);
        _annotations = new Annotations(module.Instructions);
        _entry = module.Instructions.First(instruction => instruction.Op == Op.EntryPoint && (ExecutionModel)instruction[0] == ExecutionModel.GLCompute
            && SpirvModule.Text(instruction.Operands.Span[2..]) == entryPoint.Name)[1];
        _minor = (uint)module.Bytes.Span[5];
        (_array, _block, _marks, _self, _met) = (_writer.NewId(), _writer.NewId(), _writer.NewId(), _writer.NewId(), _writer.NewId());
    }

    private ModuleFacts Facts => _writer.Facts;

    private StorageClass Storage => _minor >= StorageBufferVersion ? StorageClass.StorageBuffer : StorageClass.Uniform;

    /// <summary>How many bytes of marks buffers need.</summary>
    /// <param name="bytes">The sizes of the buffers together.</param>
    public static long MarksBytes(long bytes) => sizeof(uint) * (FirstMark + (MarksPerByte * bytes));

    /// <summary>Rewrites a module.</summary>
    /// <param name="module">The module; not changed.</param>
    /// <param name="entryPoint">The compute entry point that is to run.</param>
    /// <param name="buffers">The storage buffers of the run: at which byte of all buffers together each begins.</param>
    /// <param name="marks">The descriptor of the marks, which the module does not have: a storage buffer of <see cref="MarksBytes"/> zeros.</param>
    /// <returns>The probe; null if the module reaches buffers in ways that cannot be followed.</returns>
    public static ReadOnlyMemory<byte>? Rewrite(
        SpirvModule module, EntryPoint entryPoint, IReadOnlyDictionary<(uint Set, uint Binding), long> buffers, (uint Set, uint Binding) marks)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(buffers);
        return new RaceProbe(module, entryPoint, buffers, marks).Rewrite();
    }

    private ReadOnlyMemory<byte>? Rewrite()
    {
        foreach (Instruction write in _module.Instructions.Where(instruction => instruction.Op is Op.Store or Op.CopyMemory or Op.CopyMemorySized))
        {
            if (!IsBuffer(write[0])) continue;
            if (write.Op != Op.Store || ElementOffset.Of(write[0], Facts, _annotations) is not { } element) return null;
            _written.Add(element.Variable);
        }
        uint inner = _writer.NewId();
        bool isAnnotated = false;
        foreach (Instruction instruction in _module.Instructions)
        {
            if (!isAnnotated && Sections.Of(instruction.Op) >= Section.Globals)
            {
                Annotate();
                isAnnotated = true;
            }
            if (!_writer.InFunctions && instruction.Op == Op.Function) WriteEntry(inner);
            switch (instruction.Op)
            {
                case Op.EntryPoint when instruction[1] == _entry && _minor >= InterfaceOfAllVersion:
                    _writer.Write(Op.EntryPoint, [.. instruction.Operands.Span, _marks, _self, _met]);
                    continue;
                case Op.Function when instruction.Result == _entry:
                    _writer.EmitAs(Op.Function, instruction.ResultType, inner, instruction.Operands.Span);
                    continue;
                case Op.Store when IsBuffer(instruction[0]):
                    if (!TryMark(instruction[0], Facts.TypeOf(instruction[1]), isWrite: true)) return null;
                    break;
                case Op.Load when IsBuffer(instruction[0]):
                    if (!TryMark(instruction[0], instruction.ResultType, isWrite: false)) return null;
                    break;
                default:
                    break;
            }
            _writer.Copy(instruction);
        }
        return _writer.ToBytes();
    }

    private bool IsBuffer(uint pointer)
    {
        if (Facts.Types[Facts.TypeOf(pointer)] is not { Op: Op.TypePointer } type) return false;
        return (StorageClass)type[0] == StorageClass.StorageBuffer || ((StorageClass)type[0] == StorageClass.Uniform && IsBlockOfBuffer(pointer));
    }

    private bool IsBlockOfBuffer(uint pointer)
    {
        while (Facts.Definition(pointer) is { Op: Op.AccessChain or Op.InBoundsAccessChain } chain) pointer = chain[0];
        return _annotations.Has(Facts.Types.Pointee(Facts.TypeOf(pointer)), Decoration.BufferBlock);
    }

    private void Annotate()
    {
        _writer.Write(Op.Decorate, _array, (uint)Decoration.ArrayStride, sizeof(uint));
        _writer.Write(Op.MemberDecorate, _block, 0, (uint)Decoration.Offset, 0);
        _writer.Write(Op.Decorate, _block, (uint)(Storage == StorageClass.StorageBuffer ? Decoration.Block : Decoration.BufferBlock));
        _writer.Write(Op.Decorate, _marks, (uint)Decoration.DescriptorSet, _place.Set);
        _writer.Write(Op.Decorate, _marks, (uint)Decoration.Binding, _place.Binding);
    }

    // The entry point's new beginning: each invocation takes a number, and at its end tells whether it met another.
    private void WriteEntry(uint inner)
    {
        uint uint32 = _writer.UInt(32);
        _writer.AddGlobal(Op.TypeRuntimeArray, _array, uint32);
        _writer.AddGlobal(Op.TypeStruct, _block, _array);
        _writer.AddVariable(_writer.Pointer(Storage, _block), _marks, Storage);
        _writer.AddVariable(_writer.Pointer(StorageClass.Private, uint32), _self, StorageClass.Private);
        _writer.AddVariable(_writer.Pointer(StorageClass.Private, uint32), _met, StorageClass.Private);
        _writer.InFunctions = true;
        Instruction function = _module.Instructions.First(instruction => instruction.Op == Op.Function && instruction.Result == _entry);
        _writer.EmitAs(Op.Function, function.ResultType, function.Result, 0, function[1]);
        _writer.Write(Op.Label, _writer.NewId());
        uint before = Atomic(Op.AtomicIAdd, Word(Number(CounterWord)), Number(1));
        _writer.Write(Op.Store, _self, _writer.Emit(Op.IAdd, uint32, before, Number(1)));
        _writer.Write(Op.Store, _met, Number(0));
        _writer.Emit(Op.FunctionCall, function.ResultType, inner);
        Atomic(Op.AtomicOr, Word(Number(MetWord)), _writer.Emit(Op.Load, uint32, _met));
        _writer.Write(Op.Return);
        _writer.Write(Op.FunctionEnd);
    }

    private bool TryMark(uint pointer, uint type, bool isWrite)
    {
        if (ElementOffset.Of(pointer, Facts, _annotations) is not { } element) return false;
        if (!_written.Contains(element.Variable)) return true; // of a buffer that nobody writes
        if (ElementOffset.Scalars(type, Facts, _annotations) is not { } scalars) return false;
        if (!_buffers.TryGetValue((_annotations.Find(element.Variable, Decoration.DescriptorSet) ?? 0, _annotations.Find(element.Variable, Decoration.Binding) ?? 0), out long start)) return false;
        uint uint32 = _writer.UInt(32), at = Number(0);
        foreach ((uint index, uint stride) in element.Terms)
        {
            uint type32 = Facts.TypeOf(index);
            uint wide = Facts.Width(type32) == 32 ? _writer.As(uint32, type32, index) : _writer.Emit(Op.UConvert, uint32, index);
            at = _writer.Emit(Op.IAdd, uint32, at, _writer.Emit(Op.IMul, uint32, wide, Number(stride)));
        }
        uint self = _writer.Emit(Op.Load, uint32, _self), met = _writer.Emit(Op.Load, uint32, _met);
        foreach (long scalar in scalars)
        {
            uint mark = _writer.Emit(Op.IMul, uint32, _writer.Emit(Op.IAdd, uint32, at, Number(start + element.Fixed + scalar)), Number(MarksPerByte));
            uint writer = Word(_writer.Emit(Op.IAdd, uint32, mark, Number(FirstMark))), reader = Word(_writer.Emit(Op.IAdd, uint32, mark, Number(FirstMark + 1)));
            if (isWrite)
            {
                met = Meets(met, Atomic(Op.AtomicExchange, writer, self), self, out _);
                met = Meets(met, Atomic(Op.AtomicOr, reader, Number(0)), self, out _);
            }
            else
            {
                met = Meets(met, Atomic(Op.AtomicOr, writer, Number(0)), self, out _);
                _ = Meets(met, Atomic(Op.AtomicExchange, reader, self), self, out uint isOther);
                Atomic(Op.AtomicOr, reader, _writer.Emit(Op.Select, uint32, isOther, Number(uint.MaxValue), Number(0))); // read by several
            }
        }
        _writer.Write(Op.Store, _met, met);
        return true;
    }

    // Whether a mark is another invocation's.
    private uint Meets(uint met, uint mark, uint self, out uint isOther)
    {
        uint boolean = _writer.Bool();
        isOther = _writer.Emit(Op.LogicalAnd, boolean, _writer.Emit(Op.INotEqual, boolean, mark, Number(0)), _writer.Emit(Op.INotEqual, boolean, mark, self));
        return _writer.Emit(Op.Select, _writer.UInt(32), isOther, Number(1), met);
    }

    private uint Word(uint index) => _writer.Emit(Op.AccessChain, _writer.Pointer(Storage, _writer.UInt(32)), _marks, Number(0), index);

    // Scope: the device, or its queue family where the memory model is Vulkan's, which has no device scope without a feature of its own.
    private uint Atomic(Op op, uint pointer, uint value) =>
        _writer.Emit(op, _writer.UInt(32), pointer, Number((uint)(IsVulkanMemory ? Scope.QueueFamily : Scope.Device)), Number(0), value);

    private bool IsVulkanMemory => _module.Instructions.Any(instruction => instruction.Op == Op.MemoryModel && (MemoryModel)instruction[1] == MemoryModel.Vulkan);

    private uint Number(long value) => _writer.Constant(_writer.UInt(32), (ulong)value);
}
