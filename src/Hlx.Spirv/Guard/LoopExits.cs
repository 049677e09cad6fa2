namespace Hlx.Spirv;

/// <summary>
/// The ways out of a module's loops: branches to their merge blocks, and returns. Loops share a note of the way out, as it is read and erased right
/// behind a loop. A block that is entered from elsewhere too, as the header or the continue target of another loop, has its own.
/// </summary>
internal sealed class LoopExits
{
    /// <summary>The note of returns, and of the loops that share one.</summary>
    public const uint OfReturns = 0;

    private readonly Dictionary<uint, uint> _notes = [];
    private readonly HashSet<uint> _functions = [];

    public LoopExits(IReadOnlyList<Instruction> all)
    {
        HashSet<uint> merges = [], entered = [];
        uint function = 0, block = 0;
        foreach (Instruction instruction in all)
        {
            switch (instruction.Op)
            {
                case Op.Function:
                    function = instruction.Result;
                    break;
                case Op.Label:
                    block = instruction.Result;
                    break;
                case Op.LoopMerge:
                    _functions.Add(function);
                    merges.Add(instruction[0]);
                    entered.UnionWith([block, instruction[1]]);
                    break;
            }
        }
        foreach (uint merge in merges) _notes[merge] = entered.Contains(merge) ? (uint)Notes++ : OfReturns;
    }

    /// <summary>The functions with loops.</summary>
    public IReadOnlySet<uint> Functions => _functions;

    /// <summary>How many notes there are.</summary>
    public int Notes { get; private set; } = 1;

    /// <summary>The note that is made before a branch to a block; null if it is not behind a loop.</summary>
    public uint? NoteOf(uint block) => _notes.TryGetValue(block, out uint note) ? note : null;
}
