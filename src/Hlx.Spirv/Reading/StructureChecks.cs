namespace Hlx.Spirv;

/// <summary>
/// The rules of a module's shape that its reader relies on: the order of the sections, functions made of blocks, and ids that are
/// defined once, before their use, as the kind of thing they are used as (SPIR-V 1.6, sections 2.4 and 2.16.1).
/// </summary>
internal sealed class StructureChecks(uint bound)
{
    private readonly IdTable _ids = new(bound);
    private readonly List<(uint Function, long Offset)> _entryPoints = [];
    private readonly List<(uint Label, long Offset)> _branches = [];
    private readonly HashSet<uint> _labels = [];
    private Section _section;
    private bool _hasMemoryModel;
    private bool _inFunction;
    private bool _inBlock;
    private bool _afterMerge;

    /// <summary>Checks the next instruction.</summary>
    public void Visit(Instruction instruction, List<Operand> operands)
    {
        CheckPlace(instruction);
        if (instruction.ResultType != 0 || Grammar.HasResultType(instruction.Op)) _ids.RequireType(instruction.ResultType, instruction.Offset);
        CheckUses(instruction, operands);
        if (instruction.Result != 0 || Grammar.HasResult(instruction.Op)) _ids.Define(instruction); // after its uses: nothing is made of itself
        TypeChecks.Visit(instruction, _ids);
        Note(instruction);
    }

    /// <summary>Checks what can be known only at the end.</summary>
    /// <param name="length">The length of the module in bytes.</param>
    public void Finish(long length)
    {
        if (_inFunction) throw SpirvModule.Refuse(length, "the last function does not end");
        if (!_hasMemoryModel) throw SpirvModule.Refuse(length, "there is no OpMemoryModel");
        if (_entryPoints.Count == 0) throw SpirvModule.Refuse(length, "there is no OpEntryPoint");
        _ids.CheckDeferred();
        foreach ((uint function, long offset) in _entryPoints)
        {
            if (_ids.DefinedBy(function) != Op.Function) throw SpirvModule.Refuse(offset, $"id {function} is no function");
        }
    }

    private void CheckPlace(Instruction instruction)
    {
        Op op = instruction.Op;
        if (_afterMerge && !(op is Op.Branch or Op.BranchConditional or Op.Switch)) throw SpirvModule.Refuse(instruction.Offset, $"Op{op} stands between a merge and its branch");
        Section section = Sections.Of(op) ?? (_section >= Section.Globals ? _section : Section.Globals);
        if (section < _section) throw SpirvModule.Refuse(instruction.Offset, $"Op{op} stands after the section that it belongs to");
        _section = section;
        if (section != Section.Functions || op is Op.Line or Op.NoLine) return;
        bool isPlaced = op switch
        {
            Op.Function => !_inFunction,
            Op.FunctionParameter => _inFunction && !_inBlock && _labels.Count == 0,
            Op.FunctionEnd or Op.Label => _inFunction && !_inBlock,
            _ => _inBlock || Sections.IsExtended(op),
        };
        if (!isPlaced) throw SpirvModule.Refuse(instruction.Offset, $"Op{op} stands where it cannot");
    }

    private void CheckUses(Instruction instruction, List<Operand> operands)
    {
        int position = 0;
        foreach (Operand operand in operands)
        {
            if (operand.Kind is OperandKind.IdResult or OperandKind.IdResultType) continue;
            if (Sections.IsExtended(instruction.Op) && position >= 2 && _ids.HasLiterals(instruction[0])) return;
            if (Grammar.CategoryOf(operand.Kind) == OperandCategory.Id) CheckUse(instruction, operand.Word, position);
            position++;
        }
    }

    private void CheckUse(Instruction instruction, uint id, int position)
    {
        bool isLabel = instruction.Op switch
        {
            Op.Branch or Op.SelectionMerge => position == 0,
            Op.LoopMerge => position <= 1,
            Op.BranchConditional => position is 1 or 2,
            Op.Switch => position >= 1,
            _ => false,
        };
        if (isLabel) _branches.Add((id, instruction.Offset));
        bool mayComeLater = isLabel || _section < Section.Globals
            || instruction.Op is Op.Phi or Op.TypeForwardPointer || Sections.IsExtended(instruction.Op)
            || (instruction.Op == Op.FunctionCall && position == 0)
            || (instruction.Op is Op.TypeStruct or Op.TypeArray or Op.TypeRuntimeArray or Op.TypePointer && _ids.IsForwardPointer(id));
        if (mayComeLater) _ids.Defer(id, instruction.Offset);
        else _ids.Require(id, instruction.Offset);
    }

    private void Note(Instruction instruction)
    {
        _afterMerge = instruction.Op is Op.SelectionMerge or Op.LoopMerge;
        switch (instruction.Op)
        {
            case Op.MemoryModel:
                if (_hasMemoryModel) throw SpirvModule.Refuse(instruction.Offset, "there are two OpMemoryModel");
                _hasMemoryModel = true;
                break;
            case Op.EntryPoint:
                _entryPoints.Add((instruction[1], instruction.Offset));
                break;
            case Op.TypeForwardPointer:
                _ids.AddForwardPointer(instruction[0]);
                break;
            case Op.Function:
                _inFunction = true;
                break;
            case Op.Label:
                _labels.Add(instruction.Result);
                _inBlock = true;
                break;
            case Op.FunctionEnd:
                EndFunction();
                break;
            default:
                if (Sections.IsTerminator(instruction.Op)) _inBlock = false;
                break;
        }
    }

    private void EndFunction()
    {
        foreach ((uint label, long offset) in _branches)
        {
            if (!_labels.Contains(label)) throw SpirvModule.Refuse(offset, $"id {label} is no block of this function");
        }
        _branches.Clear();
        _labels.Clear();
        _inFunction = false;
    }
}
