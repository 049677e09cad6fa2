namespace Hlx.Spirv;

/// <summary>Reads from a module's instructions what a runtime needs to know.</summary>
internal sealed class Reflector
{
    private static readonly Dictionary<uint, ulong> NoSpecialization = [];

    private readonly List<Instruction> _globals;
    private readonly TypeTable _types;
    private readonly ConstantTable _constants;
    private readonly Dictionary<uint, string> _names = [];
    private readonly Dictionary<(uint Id, uint Member), string> _memberNames = [];
    private readonly Dictionary<(uint Id, Decoration Decoration), uint> _decorations = [];
    private readonly Dictionary<(uint Id, uint Member, Decoration Decoration), uint> _memberDecorations = [];
    private readonly List<Capability> _capabilities = [];
    private readonly List<string> _extensions = [];

    /// <summary>Reads what stands before the first function.</summary>
    /// <param name="instructions">The instructions of a module that was checked.</param>
    public Reflector(IReadOnlyList<Instruction> instructions)
    {
        _globals = [.. instructions.TakeWhile(instruction => instruction.Op != Op.Function)];
        foreach (Instruction instruction in _globals) Note(instruction);
        _types = new TypeTable(_globals);
        _constants = new ConstantTable(_globals, _types, SpecIdOf, NoSpecialization);
    }

    public IReadOnlyList<Capability> Capabilities => _capabilities;

    public IReadOnlyList<string> Extensions => _extensions;

    public List<EntryPoint> EntryPoints() =>
    [
        .. _globals.Where(instruction => instruction.Op == Op.EntryPoint).Select(entry => new EntryPoint(
            (ExecutionModel)entry[0], SpirvModule.Text(entry.Operands.Span[2..]), entry[1]) { LocalSize = LocalSizeOf(entry[1]) }),
    ];

    public List<DescriptorBinding> Bindings() =>
    [
        .. Variables().Where(variable => _decorations.ContainsKey((variable.Result, Decoration.Binding))).Select(Binding)
            .OrderBy(binding => binding.Set).ThenBy(binding => binding.Binding),
    ];

    public List<BlockMember> PushConstants() =>
    [
        .. Variables().Where(variable => (StorageClass)variable[0] == StorageClass.PushConstant)
            .SelectMany(variable => Members(_types.Pointee(variable.ResultType))).OrderBy(member => member.Offset),
    ];

    public List<SpecializationConstant> SpecializationConstants() =>
    [
        .. _globals.Where(instruction => instruction.Op is Op.SpecConstant or Op.SpecConstantTrue or Op.SpecConstantFalse && SpecIdOf(instruction.Result) is not null)
            .Select(constant => new SpecializationConstant(
                SpecIdOf(constant.Result)!.Value, NameOf(constant.Result), _types.ScalarOf(constant.ResultType), _constants[constant.Result] ?? 0))
            .OrderBy(constant => constant.Id),
    ];

    /// <summary>The float controls that entry points state: the mode and the width of the numbers in bits.</summary>
    public List<(ExecutionMode Mode, uint Width)> FloatControls() =>
    [
        .. _globals.Where(instruction => instruction.Op == Op.ExecutionMode && (ExecutionMode)instruction[1] is ExecutionMode.DenormPreserve
                or ExecutionMode.DenormFlushToZero or ExecutionMode.SignedZeroInfNanPreserve or ExecutionMode.RoundingModeRTE or ExecutionMode.RoundingModeRTZ)
            .Select(instruction => ((ExecutionMode)instruction[1], instruction[2])).Distinct(),
    ];

    public long SharedMemoryBytes(IReadOnlyDictionary<uint, ulong> specialization)
    {
        Dictionary<uint, long> sizes = _types.Sizes(new ConstantTable(_globals, _types, SpecIdOf, specialization));
        return Variables().Where(variable => (StorageClass)variable[0] == StorageClass.Workgroup)
            .Aggregate(0L, (sum, variable) => Math.Min(long.MaxValue / 4, sum + sizes.GetValueOrDefault(_types.Pointee(variable.ResultType))));
    }

    private void Note(Instruction instruction)
    {
        ReadOnlySpan<uint> operands = instruction.Operands.Span;
        switch (instruction.Op)
        {
            case Op.Capability:
                _capabilities.Add((Capability)operands[0]);
                break;
            case Op.Extension:
                _extensions.Add(SpirvModule.Text(operands));
                break;
            case Op.Name:
                _names[operands[0]] = SpirvModule.Text(operands[1..]);
                break;
            case Op.MemberName:
                _memberNames[(operands[0], operands[1])] = SpirvModule.Text(operands[2..]);
                break;
            case Op.Decorate:
                _decorations[(operands[0], (Decoration)operands[1])] = operands.Length > 2 ? operands[2] : 0;
                break;
            case Op.MemberDecorate:
                _memberDecorations[(operands[0], operands[1], (Decoration)operands[2])] = operands.Length > 3 ? operands[3] : 0;
                break;
            default:
                break;
        }
    }

    private IEnumerable<Instruction> Variables() => _globals.Where(instruction => instruction.Op == Op.Variable);

    private uint? SpecIdOf(uint id) => _decorations.TryGetValue((id, Decoration.SpecId), out uint number) ? number : null;

    private string NameOf(uint id) => _names.GetValueOrDefault(id, "");

    // A constant decorated with BuiltIn WorkgroupSize overrides the execution mode.
    private List<LocalExtent> LocalSizeOf(uint function)
    {
        Instruction builtIn = _globals.FirstOrDefault(instruction => instruction.Op is Op.ConstantComposite or Op.SpecConstantComposite
            && _decorations.TryGetValue((instruction.Result, Decoration.BuiltIn), out uint name) && (BuiltIn)name == BuiltIn.WorkgroupSize);
        if (builtIn.Count == 3) return [.. builtIn.Operands.ToArray().Select(Extent)];
        foreach (Instruction mode in _globals.Where(instruction => instruction.Op is Op.ExecutionMode or Op.ExecutionModeId && instruction[0] == function))
        {
            uint[] extents = mode.Operands[2..].ToArray();
            if ((ExecutionMode)mode[1] == ExecutionMode.LocalSize) return [.. extents.Select(size => new LocalExtent(size, null))];
            if ((ExecutionMode)mode[1] == ExecutionMode.LocalSizeId) return [.. extents.Select(Extent)];
        }
        return [];
    }

    private LocalExtent Extent(uint id) => new((uint)(_constants[id] ?? 1), SpecIdOf(id));

    private DescriptorBinding Binding(Instruction variable)
    {
        StorageClass storage = (StorageClass)variable[0];
        uint block = _types.Pointee(variable.ResultType);
        bool isStorage = storage == StorageClass.StorageBuffer || (storage == StorageClass.Uniform && _decorations.ContainsKey((block, Decoration.BufferBlock)));
        string name = NameOf(variable.Result);
        return new(
            _decorations.GetValueOrDefault((variable.Result, Decoration.DescriptorSet)), _decorations[(variable.Result, Decoration.Binding)],
            name.Length > 0 ? name : NameOf(block), storage, isStorage,
            Is(variable.Result, block, Decoration.NonWritable), Is(variable.Result, block, Decoration.NonReadable))
        {
            Members = Members(block),
        };
    }

    private bool Is(uint variable, uint block, Decoration decoration) => _decorations.ContainsKey((variable, decoration))
        || (_types.MembersOf(block).Length is > 0 and int members
            && Enumerable.Range(0, members).All(member => _memberDecorations.ContainsKey((block, (uint)member, decoration))));

    private List<BlockMember> Members(uint block)
    {
        ReadOnlySpan<uint> types = _types.MembersOf(block);
        List<BlockMember> members = [];
        for (uint i = 0; i < types.Length; i++)
        {
            uint type = types[(int)i];
            (uint element, uint? length) = _types[type] switch
            {
                { Op: Op.TypeRuntimeArray } array => (array[0], 0u),
                { Op: Op.TypeArray } array => (array[0], (uint)(_constants[array[1]] ?? 0)),
                _ => (type, (uint?)null),
            };
            (uint scalar, uint components) = _types[element] is { Op: Op.TypeVector } vector ? (vector[0], vector[1]) : (element, 1);
            members.Add(new(_memberNames.GetValueOrDefault((block, i), ""), _types.ScalarOf(scalar), _memberDecorations.GetValueOrDefault((block, i, Decoration.Offset)))
            {
                Components = components,
                ArrayLength = length,
                ArrayStride = length is null ? 0 : _decorations.GetValueOrDefault((type, Decoration.ArrayStride)),
            });
        }
        return members;
    }
}
