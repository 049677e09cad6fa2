namespace Hlx.Spirv;

/// <summary>
/// What code does with variables that stand before all functions: pointers are followed through access chains, copies, choices and
/// parameters. Where an instruction is not known, it counts as reading and writing.
/// </summary>
internal sealed class AccessAnalysis
{
    private readonly IReadOnlyList<Instruction> _instructions;
    private readonly TypeTable _types;
    private readonly Dictionary<uint, List<uint>> _flows = []; // from a pointer, or what was loaded of an opaque type, to what is made of it
    private readonly Dictionary<uint, ResourceAccess> _accesses = [];
    private readonly List<Instruction> _others = [];

    private AccessAnalysis(IReadOnlyList<Instruction> instructions, TypeTable types)
    {
        _instructions = instructions;
        _types = types;
    }

    /// <summary>Finds the accesses.</summary>
    /// <param name="instructions">The module's instructions.</param>
    /// <param name="functions">The functions to look at.</param>
    /// <param name="types">The module's types.</param>
    /// <param name="widths">How wide its numbers are.</param>
    /// <param name="variables">The variables.</param>
    public static Dictionary<uint, ResourceAccess> Of(
        IReadOnlyList<Instruction> instructions, IReadOnlyList<FunctionUse> functions, TypeTable types, NumberWidths widths, IEnumerable<uint> variables)
    {
        AccessAnalysis analysis = new(instructions, types);
        Dictionary<uint, List<uint>> parameters = analysis.Parameters(functions);
        foreach (FunctionUse function in functions)
        {
            for (int i = function.First; i < function.First + function.Count; i++) analysis.Visit(instructions[i], parameters);
        }
        Dictionary<uint, HashSet<uint>> roots = variables.ToDictionary(variable => variable, analysis.Reached);
        analysis.VisitOthers([.. roots.Values.SelectMany(ids => ids)], widths);
        return roots.ToDictionary(root => root.Key, root => root.Value.Aggregate(
            ResourceAccess.None, (access, id) => access | analysis._accesses.GetValueOrDefault(id)));
    }

    private Dictionary<uint, List<uint>> Parameters(IReadOnlyList<FunctionUse> functions)
    {
        Dictionary<uint, List<uint>> parameters = [];
        foreach (FunctionUse function in functions)
        {
            List<uint> ids = parameters[_instructions[function.First].Result] = [];
            for (int i = function.First + 1; _instructions[i].Op is Op.FunctionParameter or Op.Line or Op.NoLine; i++)
            {
                if (_instructions[i].Op == Op.FunctionParameter) ids.Add(_instructions[i].Result);
            }
        }
        return parameters;
    }

    private void Visit(Instruction instruction, Dictionary<uint, List<uint>> parameters)
    {
        switch (instruction.Op)
        {
            case Op.Load:
                if (IsOpaque(instruction.ResultType)) Flow(instruction[0], instruction.Result);
                else Note(instruction[0], ResourceAccess.Read);
                break;
            case Op.Store:
                Note(instruction[0], ResourceAccess.Write);
                break;
            case Op.CopyMemory or Op.CopyMemorySized:
                Note(instruction[0], ResourceAccess.Write);
                Note(instruction[1], ResourceAccess.Read);
                break;
            case Op.AtomicLoad or Op.ImageRead or Op.ImageSparseRead or Op.ImageFetch or Op.CooperativeMatrixLoadKHR or Op.CooperativeMatrixLoadNV:
                Note(instruction[0], ResourceAccess.Read);
                break;
            case >= Op.ImageSampleImplicitLod and <= Op.ImageDrefGather:
                Note(instruction[0], ResourceAccess.Read);
                break;
            case Op.AtomicStore or Op.ImageWrite or Op.CooperativeMatrixStoreKHR or Op.CooperativeMatrixStoreNV:
                Note(instruction[0], ResourceAccess.Write);
                break;
            case Op.AccessChain or Op.InBoundsAccessChain or Op.PtrAccessChain or Op.InBoundsPtrAccessChain or Op.CopyObject or Op.ImageTexelPointer or Op.Image:
                Flow(instruction[0], instruction.Result);
                break;
            case Op.SampledImage:
                Flow(instruction[0], instruction.Result);
                Flow(instruction[1], instruction.Result);
                break;
            case Op.Select:
                Flow(instruction[1], instruction.Result);
                Flow(instruction[2], instruction.Result);
                break;
            case Op.Phi:
                for (int i = 0; i < instruction.Count; i += 2) Flow(instruction[i], instruction.Result);
                break;
            case Op.FunctionCall:
                List<uint> ids = parameters.GetValueOrDefault(instruction[0], []);
                for (int i = 0; i < Math.Min(ids.Count, instruction.Count - 1); i++) Flow(instruction[i + 1], ids[i]);
                break;
            case (Op.ExtInst or Op.ExtInstWithForwardRefsKHR) when !_types.IsComputing(instruction[0]):
                break; // debug information
            case Op.ArrayLength or (>= Op.ImageQueryFormat and <= Op.ImageQuerySamples) or Op.Function or Op.FunctionParameter or Op.Label or Op.Line or Op.NoLine:
                break; // nothing is read
            default:
                _others.Add(instruction);
                break;
        }
    }

    // Instructions that are not known here: those that have to do with a pointer are read again by the grammar, as a literal may look like an id.
    private void VisitOthers(HashSet<uint> pointers, NumberWidths widths)
    {
        OperandReader reader = new(widths);
        foreach (Instruction other in _others)
        {
            if (!other.Operands.ToArray().Any(pointers.Contains)) continue;
            List<uint> head = [];
            if (other.ResultType != 0) head.Add(other.ResultType);
            if (other.Result != 0) head.Add(other.Result);
            foreach (Operand operand in reader.Read(other.Op, (uint[])[.. head, .. other.Operands.Span], other.Offset))
            {
                bool isId = Grammar.CategoryOf(operand.Kind) == OperandCategory.Id && operand.Kind is not (OperandKind.IdResult or OperandKind.IdResultType);
                if (isId && pointers.Contains(operand.Word)) Note(operand.Word, ResourceAccess.ReadWrite);
            }
        }
    }

    private bool IsOpaque(uint type) => _types[type]?.Op is Op.TypeImage or Op.TypeSampledImage or Op.TypeSampler or Op.TypeAccelerationStructureKHR;

    private void Note(uint id, ResourceAccess access) => _accesses[id] = _accesses.GetValueOrDefault(id) | access;

    private void Flow(uint from, uint to)
    {
        if (!_flows.TryGetValue(from, out List<uint>? ids)) _flows[from] = ids = [];
        ids.Add(to);
    }

    private HashSet<uint> Reached(uint variable)
    {
        HashSet<uint> reached = [variable];
        Stack<uint> next = new([variable]);
        while (next.TryPop(out uint id))
        {
            foreach (uint made in _flows.GetValueOrDefault(id, []))
            {
                if (reached.Add(made)) next.Push(made);
            }
        }
        return reached;
    }
}
