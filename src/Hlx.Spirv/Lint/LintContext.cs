namespace Hlx.Spirv;

/// <summary>What the rules ask about a module beyond the instruction at hand.</summary>
internal sealed class LintContext
{
    private readonly TypeTable _types;
    private readonly Dictionary<uint, uint> _typeOfValue = [];
    private readonly HashSet<uint> _noContraction = [];
    private readonly HashSet<uint> _used = [];
    private readonly HashSet<(ExecutionMode Mode, uint Width)> _floatControls = [];
    private readonly HashSet<uint> _glslSets = [];

    private readonly Dictionary<uint, long> _specIds = [];

    public LintContext(SpirvModule module)
    {
        Facts = new ModuleFacts(module);
        _types = new TypeTable(module.Instructions);
        foreach (Instruction instruction in module.Instructions)
        {
            if (instruction.ResultType != 0) _typeOfValue[instruction.Result] = instruction.ResultType;
            if (instruction.Op == Op.Decorate && (Decoration)instruction[1] == Decoration.NoContraction) _noContraction.Add(instruction[0]);
            if (instruction.Op == Op.Decorate && (Decoration)instruction[1] == Decoration.SpecId) _specIds.TryAdd(instruction[2], instruction.Offset);
            if (instruction.Op == Op.ExecutionMode && instruction.Count == 3) _floatControls.Add(((ExecutionMode)instruction[1], instruction[2]));
            if (instruction.Op == Op.ExtInstImport && SpirvModule.Text(instruction.Operands.Span) == "GLSL.std.450") _glslSets.Add(instruction.Result);
            if (instruction.Op is Op.Name or Op.Decorate or Op.DecorateId) continue;
            foreach (uint operand in instruction.Operands.Span) _used.Add(operand); // literals too: an id counts as used rather too often
        }
    }

    public ModuleFacts Facts { get; }

    /// <summary>Whether a decoration is the first that gives its SpecId.</summary>
    public bool IsFirstSpecId(Instruction decoration) => _specIds[decoration[2]] == decoration.Offset;

    public bool IsUsed(uint id) => _used.Contains(id);

    public bool IsGlsl(uint set) => _glslSets.Contains(set);

    public uint TypeOfValue(uint id) => _typeOfValue.GetValueOrDefault(id);

    public ScalarType ScalarOfType(uint type) => _types[type] switch
    {
        { Op: Op.TypeVector or Op.TypeCooperativeMatrixKHR } composite => _types.ScalarOf(composite[0]),
        { Op: Op.TypeMatrix } matrix => ScalarOfType(matrix[0]),
        _ => _types.ScalarOf(type),
    };

    public bool IsFloat(uint type) => ScalarOfType(type) is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    public bool MayBeContracted(uint result) => !_noContraction.Contains(result);

    /// <summary>Whether rounding to nearest even, gradual underflow, signed zeros, infinities and NaNs are all stated for a type.</summary>
    public bool HasFloatControls(uint type)
    {
        uint width = 8 * (uint)ScalarOfType(type).Size();
        return _floatControls.Contains((ExecutionMode.RoundingModeRTE, width)) && _floatControls.Contains((ExecutionMode.DenormPreserve, width))
            && _floatControls.Contains((ExecutionMode.SignedZeroInfNanPreserve, width));
    }
}
