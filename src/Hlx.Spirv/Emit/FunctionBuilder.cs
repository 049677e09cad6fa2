namespace Hlx.Spirv;

/// <summary>The body of a function without parameters and result: memory, arithmetic and structured control flow.</summary>
public sealed partial class FunctionBuilder
{
    private readonly ModuleBuilder _module;
    private readonly SpirvType _result;
    private readonly SpirvType _type;
    private readonly uint _firstBlock;
    private readonly WordStream _locals = new();
    private readonly WordStream _body = new();

    internal FunctionBuilder(ModuleBuilder module, SpirvType result, SpirvType type)
    {
        _module = module;
        _result = result;
        _type = type;
        Id = module.NewId();
        _firstBlock = module.NewId();
    }

    internal uint Id { get; }

    /// <summary>Any instruction with a result: for what has no method of its own.</summary>
    /// <param name="op">The instruction.</param>
    /// <param name="type">The type of its result.</param>
    /// <param name="operands">The words after the result.</param>
    public Value Emit(Op op, SpirvType type, params ReadOnlySpan<uint> operands)
    {
        ArgumentNullException.ThrowIfNull(type);
        Value result = new(_module.NewId(), type);
        _body.Add(op, [type.Id, result.Id, .. operands]);
        return result;
    }

    /// <summary>Any instruction without a result.</summary>
    /// <param name="op">The instruction.</param>
    /// <param name="operands">Its words.</param>
    public void Do(Op op, params ReadOnlySpan<uint> operands) => _body.Add(op, operands);

    /// <summary>A variable of the function.</summary>
    public Value Variable(SpirvType type, string name = "")
    {
        SpirvType pointer = _module.Pointer(StorageClass.Function, type);
        Value variable = new(_module.NewId(), pointer);
        _locals.Add(Op.Variable, pointer.Id, variable.Id, (uint)StorageClass.Function);
        if (name.Length > 0) _module.Name(variable.Id, name);
        return variable;
    }

    /// <summary>A pointer to a member or element.</summary>
    /// <param name="pointer">A pointer to a composite.</param>
    /// <param name="indices">Integers; one that chooses a struct's member must be a constant, given as its number to <see cref="Member"/>.</param>
    public Value Access(Value pointer, params ReadOnlySpan<Value> indices)
    {
        SpirvType type = Target(pointer);
        List<uint> operands = [pointer.Id];
        foreach (Value index in indices)
        {
            type = type.Element ?? throw new ArgumentException($"{type} has no elements");
            operands.Add(index.Id);
        }
        return Emit(Op.AccessChain, _module.Pointer(pointer.Type.Storage, type), [.. operands]);
    }

    /// <summary>A pointer to a member of a block, and optionally to an element of that member.</summary>
    public Value Member(Value block, int member, params ReadOnlySpan<Value> indices)
    {
        SpirvType type = Target(block).Members[member];
        List<uint> operands = [block.Id, _module.Constant(member).Id];
        foreach (Value index in indices)
        {
            type = type.Element ?? throw new ArgumentException($"{type} has no elements");
            operands.Add(index.Id);
        }
        return Emit(Op.AccessChain, _module.Pointer(block.Type.Storage, type), [.. operands]);
    }

    /// <summary>Reads.</summary>
    public Value Load(Value pointer) => Emit(Op.Load, Target(pointer), [pointer.Id, .. AccessOf(pointer)]);

    /// <summary>Writes.</summary>
    public void Store(Value pointer, Value value)
    {
        if (Target(pointer) != value.Type) throw new ArgumentException($"a {value.Type} cannot be stored through a {pointer.Type}");
        Do(Op.Store, [pointer.Id, value.Id, .. AccessOf(pointer)]);
    }

    /// <summary>Adds to an integer in memory, atomically for the device; what was there before is returned.</summary>
    public Value AtomicAdd(Value pointer, Value value)
    {
        if (Target(pointer) != value.Type) throw new ArgumentException($"a {value.Type} cannot be added through a {pointer.Type}");
        if (_module.UsesVulkanMemoryModel) _module.Require(Capability.VulkanMemoryModelDeviceScope);
        return Emit(Op.AtomicIAdd, value.Type, pointer.Id, _module.Constant((uint)Scope.Device).Id, _module.Constant(0u).Id, value.Id);
    }

    /// <summary>Waits for the workgroup and makes its shared memory visible.</summary>
    public void Barrier() => Barrier(Scope.Workgroup);

    /// <summary>Waits for the subgroup and makes the shared memory that it wrote visible to it.</summary>
    public void SubgroupBarrier() => Barrier(Scope.Subgroup);

    private void Barrier(Scope execution)
    {
        uint scope = _module.Constant((uint)execution).Id;
        MemorySemantics semantics = MemorySemantics.AcquireRelease | MemorySemantics.WorkgroupMemory;
        if (_module.UsesVulkanMemoryModel) semantics |= MemorySemantics.MakeAvailable | MemorySemantics.MakeVisible;
        Do(Op.ControlBarrier, scope, scope, _module.Constant((uint)semantics).Id);
    }

    // In the Vulkan memory model only what is not private to an invocation is ordered between invocations.
    private uint[] AccessOf(Value pointer) =>
        _module.UsesVulkanMemoryModel && pointer.Type.Storage == StorageClass.Workgroup ? [(uint)MemoryAccess.NonPrivatePointer] : [];

    internal void WriteTo(WordStream output)
    {
        output.Add(Op.Function, _result.Id, Id, 0, _type.Id);
        output.Add(Op.Label, _firstBlock);
        output.Append(_locals);
        output.Append(_body);
        output.Add(Op.Return);
        output.Add(Op.FunctionEnd);
    }

    private static SpirvType Target(Value pointer) => pointer.Type is { Op: Op.TypePointer, Element: SpirvType target } ? target : throw new ArgumentException($"{pointer.Type} is no pointer");
}
