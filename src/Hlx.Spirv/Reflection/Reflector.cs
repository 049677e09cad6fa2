namespace Hlx.Spirv;

/// <summary>Reads from a module's instructions what a runtime needs to know.</summary>
internal sealed class Reflector
{
    private static readonly Dictionary<uint, ulong> NoSpecialization = [];

    private readonly IReadOnlyList<Instruction> _instructions;
    private readonly FunctionTable _functions;
    private readonly NumberWidths _widths;
    private readonly List<Instruction> _globals;
    private readonly Annotations _annotations;
    private readonly TypeTable _types;
    private readonly ConstantTable _constants;
    private readonly BlockLayout _layout;
    private readonly BindingReader _bindings;

    /// <summary>Reads what stands before the first function.</summary>
    /// <param name="instructions">The instructions of a module that was checked.</param>
    /// <param name="functions">Its functions.</param>
    /// <param name="widths">How wide its numbers are.</param>
    public Reflector(IReadOnlyList<Instruction> instructions, FunctionTable functions, NumberWidths widths)
    {
        _instructions = instructions;
        _functions = functions;
        _widths = widths;
        _globals = [.. instructions.TakeWhile(instruction => instruction.Op != Op.Function)];
        _annotations = new Annotations(_globals);
        _types = new TypeTable(_globals);
        _constants = Constants(NoSpecialization);
        _layout = new BlockLayout(_types, _constants, _annotations);
        _bindings = new BindingReader(_types, _constants, _annotations, _layout);
        Capabilities = [.. _globals.Where(instruction => instruction.Op == Op.Capability).Select(capability => (Capability)capability[0])];
        Extensions = [.. _globals.Where(instruction => instruction.Op == Op.Extension).Select(extension => SpirvModule.Text(extension.Operands.Span))];
    }

    public IReadOnlyList<Capability> Capabilities { get; }

    public IReadOnlyList<string> Extensions { get; }

    public List<EntryPoint> EntryPoints() =>
    [
        .. _globals.Where(instruction => instruction.Op == Op.EntryPoint).Select(entry => new EntryPoint(
            (ExecutionModel)entry[0], SpirvModule.Text(entry.Operands.Span[2..]), entry[1])
        {
            LocalSize = LocalSizeOf(entry[1], _constants),
            Interface = new Lazy<EntryInterface>(() => InterfaceOf(entry[1])),
        }),
    ];

    /// <summary>The bindings of all variables, with what their decorations say of them.</summary>
    public List<DescriptorBinding> Bindings() => _bindings.Read(Variables().Where(_bindings.IsBound), NoAccess());

    public List<BlockMember> PushConstants() =>
        [.. PushConstantBlocks(Variables()).SelectMany(_bindings.Members).OrderBy(member => member.Offset)];

    public List<SpecializationConstant> SpecializationConstants() => Specializable(_ => true);

    /// <summary>The float controls that entry points state: the mode and the width of the numbers in bits.</summary>
    public List<(ExecutionMode Mode, uint Width)> FloatControls() =>
    [
        .. _globals.Where(instruction => instruction.Op == Op.ExecutionMode && (ExecutionMode)instruction[1] is ExecutionMode.DenormPreserve
                or ExecutionMode.DenormFlushToZero or ExecutionMode.SignedZeroInfNanPreserve or ExecutionMode.RoundingModeRTE or ExecutionMode.RoundingModeRTZ)
            .Select(instruction => ((ExecutionMode)instruction[1], instruction[2])).Distinct(),
    ];

    /// <summary>What the module uses of Vulkan's features beyond its capabilities, each feature once.</summary>
    public List<FeatureUse> FeatureUses() =>
    [
        .. new FeatureUses(_instructions, _types, _constants).ByInstruction()
            .Concat(new MemoryUses(_globals, _types, _annotations, new BlockAlignment(_types, _annotations, _layout)).ByVariable()).DistinctBy(use => use.Feature),
    ];

    /// <summary>The size of the shared memory of an entry point, or of all variables if there is none.</summary>
    public long SharedMemoryBytes(EntryPoint? entry, IReadOnlyDictionary<uint, ulong> specialization)
    {
        ConstantTable constants = Constants(specialization);
        Dictionary<uint, long> sizes = _types.Sizes(constants);
        BlockLayout layout = new(_types, constants, _annotations);
        IReadOnlySet<uint>? used = entry?.Interface?.Value.Used;
        long sum = 0, largest = 0; // blocks lie on each other
        foreach (Instruction variable in Variables().Where(variable => (StorageClass)variable[0] == StorageClass.Workgroup && used?.Contains(variable.Result) != false))
        {
            uint type = _types.Pointee(variable.ResultType);
            if (_annotations.Has(type, Decoration.Block)) largest = Math.Max(largest, layout.Bytes(type));
            else sum = Math.Min(long.MaxValue / 4, sum + sizes.GetValueOrDefault(type));
        }
        return sum + largest;
    }

    /// <summary>The extents of a workgroup under a specialization; those that cannot be told are 1.</summary>
    public IReadOnlyList<uint> WorkgroupSize(EntryPoint entry, IReadOnlyDictionary<uint, ulong> specialization) =>
        [.. LocalSizeOf(entry.Function, Constants(specialization)).Select(extent => extent.Default)];

    /// <summary>The numbers of an entry point's push-constant block, for a block whose size was judged.</summary>
    public List<BlockScalar> PushConstantScalars(EntryPoint entry) =>
        entry.Interface?.Value is { PushConstantBlock: not 0 and uint block, PushConstantBytes: long bytes }
            ? _layout.Scalars(block) <= bytes ? _layout.Flatten(block) : throw SpirvModule.Refuse(0, "numbers of the push-constant block overlap")
            : [];

    private ConstantTable Constants(IReadOnlyDictionary<uint, ulong> specialization) => new(_globals, _types, SpecIdOf, specialization);

    private IEnumerable<Instruction> Variables() => _globals.Where(instruction => instruction.Op == Op.Variable);

    private static Dictionary<uint, ResourceAccess> NoAccess() => [];

    private IEnumerable<uint> PushConstantBlocks(IEnumerable<Instruction> variables) =>
        variables.Where(variable => (StorageClass)variable[0] == StorageClass.PushConstant).Select(variable => _types.Pointee(variable.ResultType));

    private EntryInterface InterfaceOf(uint function)
    {
        List<FunctionUse> functions = _functions.ReachableFrom(function);
        HashSet<uint> used = [.. functions.SelectMany(reachable => reachable.Globals)];
        if (WorkgroupSizeConstant() is { Result: not 0 } size) used.Add(size.Result);
        foreach (Instruction mode in _globals.Where(mode => mode.Op == Op.ExecutionModeId && mode[0] == function)) used.UnionWith(mode.Operands[2..].ToArray());
        FunctionTable.Close(used, _globals);
        Instruction[] variables = [.. Variables().Where(variable => used.Contains(variable.Result))], bound = [.. variables.Where(_bindings.IsBound)];
        Dictionary<uint, ResourceAccess> accesses = AccessAnalysis.Of(_instructions, functions, _types, _widths, bound.Select(variable => variable.Result));
        uint block = PushConstantBlocks(variables).FirstOrDefault();
        return new(
            _bindings.Read(bound, accesses), [.. _bindings.Members(block).OrderBy(member => member.Offset)], block == 0 ? 0 : _layout.Bytes(block), block,
            Specializable(used.Contains), used);
    }

    private List<SpecializationConstant> Specializable(Func<uint, bool> isWanted) =>
    [
        .. _globals.Where(instruction => instruction.Op is Op.SpecConstant or Op.SpecConstantTrue or Op.SpecConstantFalse
                && SpecIdOf(instruction.Result) is not null && isWanted(instruction.Result))
            .Select(constant => new SpecializationConstant(
                SpecIdOf(constant.Result)!.Value, _annotations.NameOf(constant.Result), _types.ScalarOf(constant.ResultType), _constants[constant.Result] ?? 0))
            .OrderBy(constant => constant.Id),
    ];

    private uint? SpecIdOf(uint id) => _annotations.Find(id, Decoration.SpecId);

    private Instruction WorkgroupSizeConstant() => _globals.FirstOrDefault(instruction => instruction.Op is Op.ConstantComposite or Op.SpecConstantComposite
        && (BuiltIn?)_annotations.Find(instruction.Result, Decoration.BuiltIn) == BuiltIn.WorkgroupSize);

    // A constant decorated with BuiltIn WorkgroupSize overrides the execution mode.
    private List<LocalExtent> LocalSizeOf(uint function, ConstantTable constants)
    {
        Instruction builtIn = WorkgroupSizeConstant();
        if (builtIn.Count == 3) return [.. builtIn.Operands.ToArray().Select(Extent)];
        foreach (Instruction mode in _globals.Where(instruction => instruction.Op is Op.ExecutionMode or Op.ExecutionModeId && instruction[0] == function))
        {
            uint[] extents = mode.Operands[2..].ToArray();
            if ((ExecutionMode)mode[1] == ExecutionMode.LocalSize) return [.. extents.Select(size => new LocalExtent(size, null))];
            if ((ExecutionMode)mode[1] == ExecutionMode.LocalSizeId) return [.. extents.Select(Extent)];
        }
        return [];

        LocalExtent Extent(uint id) => new((uint)(constants[id] ?? 1), SpecIdOf(id));
    }
}
