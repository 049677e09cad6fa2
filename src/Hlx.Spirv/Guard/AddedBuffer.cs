namespace Hlx.Spirv;

/// <summary>A storage buffer of 32-bit words that a rewritten module has besides its own, in descriptor set 0.</summary>
internal sealed class AddedBuffer
{
    private readonly GuardWriter _writer;
    private readonly uint _words, _block;
    private readonly StorageClass _storage;
    private readonly Scope _scope;

    public AddedBuffer(SpirvModule module, GuardWriter writer)
    {
        _writer = writer;
        (_words, _block, Variable) = (writer.NewId(), writer.NewId(), writer.NewId());
        _storage = module.Version >= new Version(1, 3) ? StorageClass.StorageBuffer : StorageClass.Uniform;
        _scope = writer.Facts.IsVulkanMemory ? Scope.QueueFamily : Scope.Device; // each needs a capability under the other memory model
        HashSet<uint> used =
        [
            .. module.Instructions.Where(instruction => instruction.Op == Op.Decorate && (Decoration)instruction[1] == Decoration.Binding)
                .Select(binding => binding[2]),
        ];
        while (used.Contains(Binding)) Binding++;
    }

    /// <summary>The least number that no variable of the module has as its binding.</summary>
    public uint Binding { get; }

    /// <summary>The variable, for the interfaces of entry points.</summary>
    public uint Variable { get; }

    /// <summary>Decorates it, among the annotations.</summary>
    public void WriteAnnotations()
    {
        _writer.Write(Op.Decorate, _words, (uint)Decoration.ArrayStride, sizeof(uint));
        _writer.Write(Op.Decorate, _block, (uint)(_storage == StorageClass.StorageBuffer ? Decoration.Block : Decoration.BufferBlock));
        _writer.Write(Op.MemberDecorate, _block, 0, (uint)Decoration.Offset, 0);
        _writer.Write(Op.Decorate, Variable, (uint)Decoration.DescriptorSet, 0);
        _writer.Write(Op.Decorate, Variable, (uint)Decoration.Binding, Binding);
    }

    /// <summary>Declares it, before the functions.</summary>
    public void Declare()
    {
        _writer.AddGlobal(Op.TypeRuntimeArray, _words, _writer.UInt(32));
        _writer.AddGlobal(Op.TypeStruct, _block, _words);
        _writer.AddVariable(_writer.Pointer(_storage, _block), Variable, _storage);
    }

    /// <summary>A pointer to a word.</summary>
    /// <param name="index">The id of its number.</param>
    public uint Word(uint index)
    {
        uint uint32 = _writer.UInt(32);
        return _writer.Emit(Op.AccessChain, _writer.Pointer(_storage, uint32), Variable, _writer.Constant(uint32, 0), index);
    }

    /// <summary>An atomic operation on a word, in no order with others.</summary>
    public uint Atomic(Op op, uint word, uint value)
    {
        uint uint32 = _writer.UInt(32);
        return _writer.Emit(op, uint32, word, _writer.Constant(uint32, (uint)_scope), _writer.Constant(uint32, 0), value);
    }
}
