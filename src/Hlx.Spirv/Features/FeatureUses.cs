namespace Hlx.Spirv;

/// <summary>
/// Finds what a module uses and its capabilities do not tell (Vulkan specification, appendix "Vulkan Environment for SPIR-V", section
/// "Validation Rules within a Module"): atomics and numbers of 8 and 16 bits by where their memory is, operations of subgroups by their
/// types, clocks by their scopes, execution modes, initial values of shared memory, layouts of blocks.
/// </summary>
internal sealed class FeatureUses
{
    private readonly IReadOnlyList<Instruction> _instructions;
    private readonly TypeTable _types;
    private readonly ConstantTable _constants;
    private readonly Dictionary<uint, uint> _typeOf = [];

    public FeatureUses(IReadOnlyList<Instruction> instructions, TypeTable types, ConstantTable constants)
    {
        _instructions = instructions;
        _types = types;
        _constants = constants;
        foreach (Instruction instruction in instructions)
        {
            if (instruction.Result != 0 && instruction.ResultType != 0) _typeOf[instruction.Result] = instruction.ResultType;
        }
    }

    /// <summary>The uses by instruction, in the order of the module.</summary>
    public IEnumerable<FeatureUse> ByInstruction() => _instructions.Select(Use).OfType<FeatureUse>();

    private FeatureUse? Use(Instruction instruction) => instruction.Op switch
    {
        (>= Op.AtomicLoad and <= Op.AtomicXor) or Op.AtomicFAddEXT or Op.AtomicFMinEXT or Op.AtomicFMaxEXT => Atomic(instruction),
        (>= Op.GroupNonUniformAllEqual and <= Op.GroupNonUniformBroadcastFirst) or (>= Op.GroupNonUniformShuffle and <= Op.GroupNonUniformQuadSwap)
            or Op.GroupNonUniformRotateKHR => Subgroup(instruction),
        Op.ExecutionMode => Mode((ExecutionMode)instruction[1]),
        Op.ExecutionModeId when (ExecutionMode)instruction[1] == ExecutionMode.LocalSizeId => new("the execution mode LocalSizeId", "maintenance4"),
        Op.Variable when (StorageClass)instruction[0] == StorageClass.Workgroup && instruction.Count > 1 =>
            new("shared memory with an initial value", "shaderZeroInitializeWorkgroupMemory"),
        Op.ReadClockKHR => Clock((Scope?)_constants[instruction[0]]),
        Op.FmaKHR => new($"OpFmaKHR of {WidthOf(instruction.ResultType)}-bit floats", $"shaderFmaFloat{WidthOf(instruction.ResultType)}"),
        Op.TerminateInvocation => new("OpTerminateInvocation", "shaderTerminateInvocation"),
        _ => null,
    };

    private FeatureUse? Atomic(Instruction atomic)
    {
        if (!_typeOf.TryGetValue(atomic[0], out uint pointer) || _types[pointer] is not { Op: Op.TypePointer } type) return null;
        (string place, string where) = (StorageClass)type[0] switch
        {
            StorageClass.Workgroup => ("Shared", "shared memory"),
            StorageClass.Image => ("Image", "a texel"),
            _ => ("Buffer", "a buffer"),
        };
        string? feature = (_types[type[1]], atomic.Op) switch
        {
            ({ Op: Op.TypeVector }, _) => "shaderFloat16VectorAtomics",
            ({ Op: Op.TypeInt } number, _) => number[0] == 64 ? $"shader{place}Int64Atomics" : null,
            ({ Op: Op.TypeFloat } number, Op.AtomicFAddEXT) => $"shader{place}Float{number[0]}AtomicAdd",
            ({ Op: Op.TypeFloat } number, Op.AtomicFMinEXT or Op.AtomicFMaxEXT) => $"shader{place}Float{number[0]}AtomicMinMax",
            ({ Op: Op.TypeFloat } number, _) => $"shader{place}Float{number[0]}Atomics",
            _ => null,
        };
        return feature is null ? null : new($"{atomic} on {where}", feature);
    }

    private FeatureUse? Subgroup(Instruction operation)
    {
        // The result tells the type, but for a comparison, whose result is a bool.
        uint type = operation.Op == Op.GroupNonUniformAllEqual ? _typeOf.GetValueOrDefault(operation[1]) : operation.ResultType;
        if (_types[type] is { Op: Op.TypeVector } vector) type = vector[0];
        ScalarType scalar = _types.ScalarOf(type);
        if (scalar is ScalarType.Int8 or ScalarType.UInt8 or ScalarType.Int16 or ScalarType.UInt16 or ScalarType.Int64 or ScalarType.UInt64 or ScalarType.Float16)
            return new($"{operation} of {scalar}", "shaderSubgroupExtendedTypes");
        return operation.Op == Op.GroupNonUniformRotateKHR && operation.Count > 3 ? new($"{operation} in clusters", "shaderSubgroupRotateClustered") : null;
    }

    private static FeatureUse? Mode(ExecutionMode mode) => mode switch
    {
        ExecutionMode.SubgroupUniformControlFlowKHR => new($"the execution mode {mode}", "shaderSubgroupUniformControlFlow"),
        ExecutionMode.MaximallyReconvergesKHR => new($"the execution mode {mode}", "shaderMaximalReconvergence"),
        _ => null,
    };

    private static FeatureUse? Clock(Scope? scope) => scope switch
    {
        Scope.Subgroup => new("OpReadClockKHR of the subgroup", "shaderSubgroupClock"),
        Scope.Device => new("OpReadClockKHR of the device", "shaderDeviceClock"),
        _ => null,
    };

    private uint WidthOf(uint type) => _types[type] switch
    {
        { Op: Op.TypeVector } vector => WidthOf(vector[0]),
        { Op: Op.TypeFloat } number => number[0],
        _ => 32,
    };
}
