namespace Hlx.Spirv;

/// <summary>The types of a module, and what a runtime asks of them. Nothing here recurses: types are walked in their order.</summary>
internal sealed class TypeTable
{
    private readonly Dictionary<uint, Instruction> _types;

    public TypeTable(IEnumerable<Instruction> globals) => _types = globals.Where(instruction => Sections.IsType(instruction.Op) && instruction.Result != 0)
        .ToDictionary(instruction => instruction.Result);

    public Instruction? this[uint id] => _types.TryGetValue(id, out Instruction type) ? type : null;

    /// <summary>The type that a pointer points to, with arrays of descriptors taken off; 0 if it is no pointer.</summary>
    public uint Pointee(uint pointer) => this[pointer] is { Op: Op.TypePointer } type ? type[1] : 0;

    public ReadOnlySpan<uint> MembersOf(uint type) => this[type] is { Op: Op.TypeStruct } found ? found.Operands.Span : [];

    public ScalarType ScalarOf(uint type) => this[type] switch
    {
        { Op: Op.TypeBool } => ScalarType.Bool,
        { Op: Op.TypeFloat } floating => floating[0] switch
        {
            16 => floating.Count > 1 ? ScalarType.BFloat16 : ScalarType.Float16,
            32 => ScalarType.Float32,
            64 => ScalarType.Float64,
            _ => ScalarType.Other,
        },
        { Op: Op.TypeInt } integer => (integer[0], integer[1]) switch
        {
            (8, 0) => ScalarType.UInt8,
            (8, _) => ScalarType.Int8,
            (16, 0) => ScalarType.UInt16,
            (16, _) => ScalarType.Int16,
            (32, 0) => ScalarType.UInt32,
            (32, _) => ScalarType.Int32,
            (64, 0) => ScalarType.UInt64,
            (64, _) => ScalarType.Int64,
            _ => ScalarType.Other,
        },
        _ => ScalarType.Other,
    };

    /// <summary>The sizes of all types, tightly packed, under given constants; arrays of a length that cannot be told count as empty.</summary>
    public Dictionary<uint, long> Sizes(ConstantTable constants)
    {
        Dictionary<uint, long> sizes = [];
        foreach (Instruction type in _types.Values)
        {
            sizes[type.Result] = type.Op switch
            {
                Op.TypeBool => 4,
                Op.TypeInt or Op.TypeFloat => type[0] / 8,
                Op.TypeVector or Op.TypeMatrix => Times(sizes.GetValueOrDefault(type[0]), type[1]),
                Op.TypeArray => Times(sizes.GetValueOrDefault(type[0]), constants[type[1]] ?? 0),
                Op.TypeStruct => type.Operands.ToArray().Aggregate(0L, (sum, member) => Math.Min(long.MaxValue / 4, sum + sizes.GetValueOrDefault(member))),
                Op.TypePointer => 8,
                _ => 0,
            };
        }
        return sizes;

        static long Times(long size, ulong count) => (long)UInt128.Min((UInt128)(ulong)size * count, (UInt128)(long.MaxValue / 4));
    }
}
