using Hlx.Values;

namespace Hlx.Spirv;

/// <summary>What the first pass over a module collects, and the questions that reflection asks of it.</summary>
internal sealed class Declarations(int bound)
{
    private const uint WorkgroupSize = 25; // SPIR-V 1.6, section 3.21

    public Dictionary<uint, string> Names { get; } = [];

    public Dictionary<(uint Id, uint Member), string> MemberNames { get; } = [];

    public Dictionary<(uint Id, Decoration Decoration), uint> Decorations { get; } = [];

    public Dictionary<(uint Id, uint Member, Decoration Decoration), uint> MemberDecorations { get; } = [];

    public Dictionary<uint, (Op Op, uint[] Operands)> Types { get; } = [];

    public Dictionary<uint, (uint Type, uint Bits)> Constants { get; } = [];

    public HashSet<uint> Bools { get; } = [];

    public List<(uint Id, uint Type, StorageClass Class)> Variables { get; } = [];

    public Dictionary<uint, uint[]> LocalSizes { get; } = [];

    public Dictionary<uint, uint[]> LocalSizeIds { get; } = [];

    public Dictionary<uint, uint[]> Composites { get; } = [];

    /// <summary>The constant decorated with BuiltIn WorkgroupSize, which overrides the execution mode; null where there is none.</summary>
    public IReadOnlyList<LocalExtent>? BuiltInWorkgroupSize => Composites
        .Where(composite => Decorations.TryGetValue((composite.Key, Decoration.BuiltIn), out uint builtIn) && builtIn == WorkgroupSize)
        .Select(composite => composite.Value.Select(Extent).ToList())
        .FirstOrDefault(extents => extents.Count == 3);

    public uint Check(uint id, long offset) => id > 0 && id < bound ? id : throw new HlxException(
        ErrorCode.SpirvInvalid, $"the SPIR-V module is malformed: id {id} is outside its bound {bound}",
        "Compile the shader again and check it with spirv-val", offset);

    public LocalExtent Extent(uint id) => new(
        Constants.TryGetValue(id, out (uint Type, uint Bits) constant) ? constant.Bits : 1,
        Decorations.TryGetValue((id, Decoration.SpecId), out uint specialization) ? specialization : null);

    public DescriptorBinding Binding((uint Id, uint Type, StorageClass Class) variable)
    {
        uint block = Pointee(variable.Type);
        bool isStorage = variable.Class == StorageClass.StorageBuffer
            || (variable.Class == StorageClass.Uniform && Decorations.ContainsKey((block, Decoration.BufferBlock)));
        string name = NameOf(variable.Id);
        return new(
            Decorations.GetValueOrDefault((variable.Id, Decoration.DescriptorSet)), Decorations[(variable.Id, Decoration.Binding)],
            name.Length > 0 ? name : NameOf(block), variable.Class, isStorage,
            Is(variable.Id, block, Decoration.NonWritable), Is(variable.Id, block, Decoration.NonReadable));
    }

    public IEnumerable<BlockMember> Members((uint Id, uint Type, StorageClass Class) variable)
    {
        uint block = Pointee(variable.Type);
        uint[] members = MembersOf(block);
        for (uint i = 0; i < members.Length; i++)
        {
            yield return new(
                MemberNames.GetValueOrDefault((block, i), ""), TypeOf(members[i]), MemberDecorations.GetValueOrDefault((block, i, Decoration.Offset)));
        }
    }

    public SpecializationConstant Specialization(uint id) => new(
        Decorations[(id, Decoration.SpecId)], NameOf(id), Bools.Contains(id) ? ScalarType.Bool : TypeOf(Constants[id].Type), Constants[id].Bits);

    private string NameOf(uint id) => Names.GetValueOrDefault(id, "");

    private uint Pointee(uint type) => Types.TryGetValue(type, out (Op Op, uint[] Operands) found) && found.Op == Op.TypePointer && found.Operands.Length > 1
        ? found.Operands[1]
        : 0;

    private uint[] MembersOf(uint type) => Types.TryGetValue(type, out (Op Op, uint[] Operands) found) && found.Op == Op.TypeStruct ? found.Operands : [];

    private bool Is(uint variable, uint block, Decoration decoration) =>
        Decorations.ContainsKey((variable, decoration))
        || (MembersOf(block) is { Length: > 0 } members
            && Enumerable.Range(0, members.Length).All(i => MemberDecorations.ContainsKey((block, (uint)i, decoration))));

    private ScalarType TypeOf(uint type)
    {
        if (!Types.TryGetValue(type, out (Op Op, uint[] Operands) found) || found.Operands.Length == 0 || found.Operands[0] != 32) return ScalarType.Other;
        return found.Op switch
        {
            Op.TypeFloat => ScalarType.Float32,
            Op.TypeInt => found.Operands.Length > 1 && found.Operands[1] == 1 ? ScalarType.Int32 : ScalarType.UInt32,
            _ => ScalarType.Other,
        };
    }
}
