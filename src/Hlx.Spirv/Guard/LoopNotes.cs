namespace Hlx.Spirv;

/// <summary>
/// The notes of an invocation that it took a way out of a loop, and whether one was missing. A compiler that takes it that loops end only so would
/// know what a note says; so the place of the notes depends on a number that is loaded, and is always 0.
/// </summary>
internal sealed class LoopNotes
{
    private readonly GuardWriter _writer;
    private readonly LoopExits _exits;
    private readonly uint _place, _notes, _isCut;

    public LoopNotes(GuardWriter writer, LoopExits exits)
    {
        (_writer, _exits) = (writer, exits);
        (_place, _notes, _isCut) = (writer.NewId(), writer.NewId(), writer.NewId());
    }

    /// <summary>The variables, for the interfaces of entry points.</summary>
    public uint[] Variables => [_place, _notes, _isCut];

    /// <summary>Whether a function has loops, so that its returns are noted.</summary>
    public bool IsIn(uint function) => _exits.Functions.Contains(function);

    /// <summary>Declares the variables.</summary>
    public void Declare()
    {
        uint uint32 = _writer.UInt(32), notes = _writer.NewId();
        _writer.AddGlobal(Op.TypeArray, notes, uint32, _writer.Constant(uint32, (uint)_exits.Notes + 1)); // one more, so that the place has a choice
        _writer.AddVariable(_writer.Pointer(StorageClass.Private, uint32), _place, StorageClass.Private);
        _writer.AddVariable(_writer.Pointer(StorageClass.Private, uint32), _isCut, StorageClass.Private);
        _writer.AddVariable(_writer.Pointer(StorageClass.Private, notes), _notes, StorageClass.Private);
    }

    /// <summary>At the start of an invocation: nothing is noted.</summary>
    /// <param name="place">The number 0, which nothing but the device knows.</param>
    public void WriteStart(uint place)
    {
        _writer.Write(Op.Store, _place, place);
        _writer.Write(Op.Store, _isCut, Number(0));
        for (uint note = 0; note < _exits.Notes; note++) Write(note, Number(0));
    }

    /// <summary>At the end of an invocation.</summary>
    /// <returns>1 if no note was missing, else 0.</returns>
    public uint IsWhole() => _writer.Emit(Op.BitwiseXor, _writer.UInt(32), _writer.Emit(Op.Load, _writer.UInt(32), _isCut), Number(1));

    /// <summary>Behind a loop or a call: whether the note is missing; then erases it.</summary>
    public void Read(uint note)
    {
        uint uint32 = _writer.UInt(32), pointer = Pointer(note);
        uint isMissing = _writer.Emit(Op.BitwiseXor, uint32, _writer.Emit(Op.Load, uint32, pointer), Number(1));
        _writer.Write(Op.Store, _isCut, _writer.Emit(Op.BitwiseOr, uint32, _writer.Emit(Op.Load, uint32, _isCut), isMissing));
        _writer.Write(Op.Store, pointer, Number(0));
    }

    /// <summary>Before the end of a block: whether it is a way out.</summary>
    public void WriteBefore(Instruction terminator, uint function)
    {
        switch (terminator.Op)
        {
            case Op.Return or Op.ReturnValue when IsIn(function):
                Write(LoopExits.OfReturns, Number(1));
                break;
            case Op.Branch when _exits.NoteOf(terminator[0]) is uint note:
                Write(note, Number(1));
                break;
            case Op.BranchConditional: // no target of OpSwitch is a way out of a loop
                foreach (uint note in new[] { terminator[1], terminator[2] }.Select(_exits.NoteOf).OfType<uint>().Distinct())
                {
                    uint first = Number(_exits.NoteOf(terminator[1]) == note ? 1u : 0), second = Number(_exits.NoteOf(terminator[2]) == note ? 1u : 0);
                    Write(note, first == second ? first : _writer.Emit(Op.Select, _writer.UInt(32), terminator[0], first, second));
                }
                break;
        }
    }

    private void Write(uint note, uint isTaken) => _writer.Write(Op.Store, Pointer(note), isTaken);

    private uint Pointer(uint note)
    {
        uint uint32 = _writer.UInt(32), place = _writer.Emit(Op.Load, uint32, _place);
        if (note > 0) place = _writer.Emit(Op.IAdd, uint32, place, Number(note));
        return _writer.Emit(Op.AccessChain, _writer.Pointer(StorageClass.Private, uint32), _notes, place);
    }

    private uint Number(uint value) => _writer.Constant(_writer.UInt(32), value);
}
