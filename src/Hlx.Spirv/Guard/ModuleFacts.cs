namespace Hlx.Spirv;

/// <summary>What the guard and the lint ask about the ids of a module: types, constants that no specialization changes, definitions.</summary>
internal sealed class ModuleFacts
{
    private readonly Dictionary<uint, Instruction> _definitions = [];
    private readonly Dictionary<uint, ulong[]> _constants = [];

    public ModuleFacts(SpirvModule module)
    {
        Types = new TypeTable(module.Instructions);
        foreach (Instruction instruction in module.Instructions)
        {
            if (instruction.Result != 0) _definitions[instruction.Result] = instruction;
            if (ValueOf(instruction) is { } value) _constants[instruction.Result] = value;
        }
        IsVulkanMemory = module.Instructions.Any(instruction => instruction.Op == Op.MemoryModel && (MemoryModel)instruction[1] == MemoryModel.Vulkan);
        EntryPoints = module.EntryPoints.Count(entry => entry.Model == ExecutionModel.GLCompute);
    }

    public TypeTable Types { get; }

    public int EntryPoints { get; }

    /// <summary>Whether the memory model is Vulkan's.</summary>
    public bool IsVulkanMemory { get; }

    public Instruction? Definition(uint id) => _definitions.TryGetValue(id, out Instruction found) ? found : null;

    public uint TypeOf(uint id) => Definition(id)?.ResultType ?? 0;

    /// <summary>The components of a constant integer, as raw bits; null for everything that is not known before the module is specialized.</summary>
    public ulong[]? Constant(uint id) => _constants.GetValueOrDefault(id);

    /// <summary>A scalar constant.</summary>
    public ulong? Scalar(uint id) => Constant(id) is [ulong value] ? value : null;

    public int Components(uint type) => Types[type] is { Op: Op.TypeVector } vector ? (int)vector[1] : 1;

    /// <summary>The width of an integer, or of the components of a vector of them, in bits.</summary>
    public int Width(uint type) => Types[Component(type)] is { Op: Op.TypeInt } integer ? (int)integer[0] : 32;

    /// <summary>Whether an integer, or the components of a vector of them, has a sign.</summary>
    public bool IsSigned(uint type) => Types[Component(type)] is { Op: Op.TypeInt } integer && integer[1] == 1;

    public uint Component(uint type) => Types[type] is { Op: Op.TypeVector } vector ? vector[0] : type;

    private ulong[]? ValueOf(Instruction instruction)
    {
        switch (instruction.Op)
        {
            case Op.Constant:
                ulong bits = instruction.Count > 1 ? instruction[0] | ((ulong)instruction[1] << 32) : instruction[0];
                return [IntegerFold.Truncate(bits, Width(instruction.ResultType))];
            case Op.ConstantNull when Types[Component(instruction.ResultType)] is { Op: Op.TypeInt }:
                return new ulong[Components(instruction.ResultType)];
            case Op.ConstantComposite when Types[instruction.ResultType] is { Op: Op.TypeVector }:
                ulong[]?[] parts = [.. instruction.Operands.ToArray().Select(Constant)];
                return parts.Any(part => part is null) ? null : [.. parts.SelectMany(part => part!)];
            default:
                return null;
        }
    }
}
