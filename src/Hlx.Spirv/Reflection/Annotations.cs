namespace Hlx.Spirv;

/// <summary>The names and decorations of a module, with those of decoration groups given to their members.</summary>
internal sealed class Annotations
{
    private readonly Dictionary<uint, string> _names = [];
    private readonly Dictionary<(uint Id, uint Member), string> _memberNames = [];
    private readonly Dictionary<(uint Id, Decoration Decoration), uint> _decorations = [];
    private readonly Dictionary<(uint Id, uint Member, Decoration Decoration), uint> _memberDecorations = [];

    public Annotations(IEnumerable<Instruction> globals)
    {
        Dictionary<uint, List<Instruction>> ofTarget = [];
        List<Instruction> groups = [];
        foreach (Instruction instruction in globals)
        {
            ReadOnlySpan<uint> operands = instruction.Operands.Span;
            switch (instruction.Op)
            {
                case Op.Name:
                    _names[operands[0]] = SpirvModule.Text(operands[1..]);
                    break;
                case Op.MemberName:
                    _memberNames[(operands[0], operands[1])] = SpirvModule.Text(operands[2..]);
                    break;
                case Op.Decorate:
                    Decorate(operands[0], operands[1..]);
                    if (!ofTarget.TryGetValue(operands[0], out List<Instruction>? list)) ofTarget[operands[0]] = list = [];
                    list.Add(instruction);
                    break;
                case Op.MemberDecorate:
                    DecorateMember(operands[0], operands[1], operands[2..]);
                    break;
                case Op.GroupDecorate or Op.GroupMemberDecorate:
                    groups.Add(instruction);
                    break;
                default:
                    break;
            }
        }
        foreach (Instruction group in groups) Apply(group, ofTarget.GetValueOrDefault(group[0], []));
    }

    public bool Has(uint id, Decoration decoration) => _decorations.ContainsKey((id, decoration));

    public uint? Find(uint id, Decoration decoration) => _decorations.TryGetValue((id, decoration), out uint word) ? word : null;

    public bool HasMember(uint id, uint member, Decoration decoration) => _memberDecorations.ContainsKey((id, member, decoration));

    public uint? FindMember(uint id, uint member, Decoration decoration) => _memberDecorations.TryGetValue((id, member, decoration), out uint word) ? word : null;

    public string NameOf(uint id) => _names.GetValueOrDefault(id, "");

    public string NameOf(uint id, uint member) => _memberNames.GetValueOrDefault((id, member), "");

    private void Decorate(uint id, ReadOnlySpan<uint> decoration) => _decorations[(id, (Decoration)decoration[0])] = decoration.Length > 1 ? decoration[1] : 0;

    private void DecorateMember(uint id, uint member, ReadOnlySpan<uint> decoration) =>
        _memberDecorations[(id, member, (Decoration)decoration[0])] = decoration.Length > 1 ? decoration[1] : 0;

    private void Apply(Instruction group, List<Instruction> decorations)
    {
        int step = group.Op == Op.GroupDecorate ? 1 : 2;
        for (int target = 1; target + step <= group.Count; target += step)
        {
            foreach (Instruction decoration in decorations)
            {
                if (step == 1) Decorate(group[target], decoration.Operands.Span[1..]);
                else DecorateMember(group[target], group[target + 1], decoration.Operands.Span[1..]);
            }
        }
    }
}
