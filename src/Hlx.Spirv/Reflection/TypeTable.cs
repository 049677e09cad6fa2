namespace Hlx.Spirv;

/// <summary>The types of a module, and what a runtime asks of them. Nothing here recurses: types are walked in their order.</summary>
internal sealed class TypeTable
{
    private readonly Dictionary<uint, Instruction> _types;
    private readonly HashSet<uint> _computing;

    public TypeTable(IReadOnlyList<Instruction> globals)
    {
        _types = globals.Where(instruction => Sections.IsType(instruction.Op) && instruction.Result != 0).ToDictionary(instruction => instruction.Result);
        _computing = [.. globals.Where(instruction => instruction.Op == Op.ExtInstImport && SpirvModule.Text(instruction.Operands.Span) == "GLSL.std.450")
            .Select(import => import.Result)];
    }

    /// <summary>Whether an imported set of instructions computes, rather than informing a debugger.</summary>
    public bool IsComputing(uint import) => _computing.Contains(import);

    public Instruction? this[uint id] => _types.TryGetValue(id, out Instruction type) ? type : null;

    /// <summary>The type that a pointer points to; 0 if it is no pointer.</summary>
    public uint Pointee(uint pointer) => this[pointer] is { Op: Op.TypePointer } type ? type[1] : 0;

    /// <summary>The type of a number in memory: a pointer to physical memory is a number as well.</summary>
    public ScalarType NumberOf(uint type) => this[type] is { Op: Op.TypePointer } ? ScalarType.UInt64 : ScalarOf(type);

    /// <summary>A type without its arrays, and how many elements these have together; 0 for an array without a length.</summary>
    public (uint Element, uint Count) WithoutArrays(uint type, ConstantTable constants)
    {
        ulong count = 1;
        while (this[type] is { Op: Op.TypeArray or Op.TypeRuntimeArray } array)
        {
            count = Math.Min(uint.MaxValue, count * (array.Op == Op.TypeArray ? Math.Min(uint.MaxValue, constants[array[1]] ?? 0) : 0));
            type = array[0];
        }
        return (type, (uint)count);
    }

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
        Dictionary<uint, long> sizes = _types.Values.Where(type => type.Op == Op.TypePointer).ToDictionary(type => type.Result, _ => 8L); // may be used before
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
