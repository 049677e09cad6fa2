using System.Globalization;

namespace Hlx.Spirv;

/// <summary>How blocks lie in memory: by their Offset, ArrayStride and MatrixStride decorations. Sizes are found without looking at elements one by one.</summary>
internal sealed class BlockLayout(TypeTable types, ConstantTable constants, Annotations annotations)
{
    private const int DeepestNesting = 255; // SPIR-V 1.6, section 2.17: universal limit
    private const long Most = long.MaxValue / 4;

    private readonly Dictionary<(uint Type, MatrixLayout Matrix), (long Bytes, long Scalars)> _sizes = [];

    /// <summary>The bytes up to the end of a type's last number, with arrays without a length as empty; at most 2^61.</summary>
    public long Bytes(uint type) => SizeOf(type, default, 0).Bytes;

    /// <summary>How many numbers a type has; at most 2^61.</summary>
    public long Scalars(uint type) => SizeOf(type, default, 0).Scalars;

    /// <summary>The numbers of a block in the order of its members' offsets, within a member in that of the declaration, matrices by columns. For blocks whose size was judged.</summary>
    public List<BlockScalar> Flatten(uint block)
    {
        List<BlockScalar> scalars = [];
        Flatten(scalars, block, default, 0, "", "");
        return scalars;
    }

    private (long Bytes, long Scalars) SizeOf(uint id, MatrixLayout matrix, int depth)
    {
        if (depth > DeepestNesting) throw SpirvModule.Refuse(0, $"a type is nested deeper than {DeepestNesting}");
        if (_sizes.TryGetValue((id, matrix), out (long, long) known)) return known;
        (long Bytes, long Scalars) size = types[id] switch
        {
            { Op: Op.TypeVector } vector => Repeat(vector[1], ScalarSize(vector[0]), (ScalarSize(vector[0]), 1)),
            { Op: Op.TypeMatrix } columns when types[columns[0]] is Instruction rows => matrix.IsRowMajor
                ? Repeat(rows[1], matrix.Stride, Repeat(columns[1], ScalarSize(rows[0]), (ScalarSize(rows[0]), 1)))
                : Repeat(columns[1], matrix.Stride, SizeOf(columns[0], default, depth + 1)),
            { Op: Op.TypeArray } array => Repeat(constants[array[1]] ?? 0, annotations.Find(id, Decoration.ArrayStride) ?? 0, SizeOf(array[0], matrix, depth + 1)),
            { Op: Op.TypeStruct } block => StructSize(block, depth),
            _ when ScalarSize(id) is > 0 and int bytes => (bytes, 1),
            _ => (0, 0),
        };
        _sizes[(id, matrix)] = size;
        return size;
    }

    private (long Bytes, long Scalars) StructSize(Instruction block, int depth)
    {
        long bytes = 0, scalars = 0;
        for (int i = 0; i < block.Count; i++)
        {
            (long memberBytes, long memberScalars) = SizeOf(block[i], MatrixOf(block.Result, (uint)i), depth + 1);
            bytes = Math.Max(bytes, Math.Min(Most, OffsetOf(block.Result, (uint)i) + memberBytes));
            scalars = Math.Min(Most, scalars + memberScalars);
        }
        return (bytes, scalars);
    }

    private static (long Bytes, long Scalars) Repeat(ulong count, long stride, (long Bytes, long Scalars) element) => count == 0
        ? (0, 0)
        : (Bound(((UInt128)(count - 1) * (ulong)stride) + (ulong)element.Bytes), Bound((UInt128)count * (ulong)element.Scalars));

    private static long Bound(UInt128 number) => (long)UInt128.Min(number, (UInt128)Most);

    private void Flatten(List<BlockScalar> scalars, uint id, MatrixLayout matrix, long offset, string path, string name)
    {
        switch (types[id])
        {
            case { Op: Op.TypeStruct } block:
                IEnumerable<uint> members = Enumerable.Range(0, block.Count).Select(member => (uint)member);
                foreach (uint i in path.Length == 0 ? members.OrderBy(member => OffsetOf(id, member)) : members) // a block's own members as they lie
                {
                    string member = annotations.NameOf(id, i);
                    Flatten(
                        scalars, block[(int)i], MatrixOf(id, i), offset + OffsetOf(id, i), path.Length > 0 ? $"{path}.{member}" : member, member);
                }
                break;
            case { Op: Op.TypeArray } array when SizeOf(array[0], matrix, 0).Scalars > 0:
                for (ulong i = 0; i < (constants[array[1]] ?? 0); i++)
                    Flatten(scalars, array[0], matrix, offset + ((long)i * (annotations.Find(id, Decoration.ArrayStride) ?? 0)), At(path, i), "");
                break;
            case { Op: Op.TypeMatrix } columns when types[columns[0]] is Instruction rows:
                for (uint column = 0; column < columns[1]; column++)
                {
                    for (uint row = 0; row < rows[1]; row++)
                    {
                        long size = ScalarSize(rows[0]);
                        long place = matrix.IsRowMajor ? (row * (long)matrix.Stride) + (column * size) : (column * (long)matrix.Stride) + (row * size);
                        Flatten(scalars, rows[0], default, offset + place, At(At(path, column), row), "");
                    }
                }
                break;
            case { Op: Op.TypeVector } vector:
                for (uint i = 0; i < vector[1]; i++) Flatten(scalars, vector[0], default, offset + (i * ScalarSize(vector[0])), At(path, i), "");
                break;
            default:
                if (ScalarSize(id) > 0) scalars.Add(new(path, name, types.NumberOf(id), offset));
                break;
        }

        static string At(string path, ulong index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
    }

    private int ScalarSize(uint id) => types.NumberOf(id).Size();

    private long OffsetOf(uint block, uint member) => annotations.FindMember(block, member, Decoration.Offset) ?? 0;

    private MatrixLayout MatrixOf(uint block, uint member) => new(
        annotations.FindMember(block, member, Decoration.MatrixStride) ?? 0, annotations.HasMember(block, member, Decoration.RowMajor));

    /// <summary>How the matrices of a member lie, in arrays too.</summary>
    private readonly record struct MatrixLayout(uint Stride, bool IsRowMajor);
}
