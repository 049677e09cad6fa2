namespace Hlx.Spirv;

/// <summary>The ids of a module: which instruction defines each, and which uses wait for a later definition.</summary>
internal sealed class IdTable(uint bound)
{
    private readonly Dictionary<uint, Instruction> _definitions = [];
    private readonly List<(uint Id, long Offset)> _deferred = [];
    private readonly HashSet<uint> _forwardPointers = [];

    public Op? DefinedBy(uint id) => _definitions.TryGetValue(id, out Instruction definition) ? definition.Op : null;

    public Instruction? Definition(uint id) => _definitions.TryGetValue(id, out Instruction definition) ? definition : null;

    public void Define(Instruction instruction)
    {
        CheckRange(instruction.Result, instruction.Offset);
        if (_forwardPointers.Contains(instruction.Result) && instruction.Op != Op.TypePointer)
            throw SpirvModule.Refuse(instruction.Offset, $"id {instruction.Result} is announced as a pointer type and is another thing");
        if (!_definitions.TryAdd(instruction.Result, instruction)) throw SpirvModule.Refuse(instruction.Offset, $"id {instruction.Result} is defined twice");
    }

    public void Require(uint id, long offset)
    {
        CheckRange(id, offset);
        if (!_definitions.ContainsKey(id)) throw SpirvModule.Refuse(offset, $"id {id} is used before it is defined");
    }

    public void RequireType(uint id, long offset)
    {
        Require(id, offset);
        if (!Sections.IsType(_definitions[id].Op)) throw SpirvModule.Refuse(offset, $"id {id} is no type");
    }

    public void Defer(uint id, long offset)
    {
        CheckRange(id, offset);
        _deferred.Add((id, offset));
    }

    public void AddForwardPointer(uint id) => _forwardPointers.Add(id);

    public bool IsForwardPointer(uint id) => _forwardPointers.Contains(id);

    /// <summary>Whether the instructions of an imported set have operands that are no ids: those of two sets for debug information do.</summary>
    public bool HasLiterals(uint import) => Definition(import) is { Op: Op.ExtInstImport } set
        && SpirvModule.Text(set.Operands.Span) is "OpenCL.DebugInfo.100" or "DebugInfo";

    public void CheckDeferred()
    {
        foreach ((uint id, long offset) in _deferred)
        {
            if (!_definitions.ContainsKey(id)) throw SpirvModule.Refuse(offset, $"id {id} is never defined");
        }
    }

    private void CheckRange(uint id, long offset)
    {
        if (id == 0 || id >= bound) throw SpirvModule.Refuse(offset, $"id {id} is outside its bound {bound}");
    }
}
