namespace Hlx.Spirv;

/// <summary>Where in its buffer something lies that is loaded or stored: a fixed part, and indices times strides, in bytes.</summary>
/// <param name="Variable">The buffer's variable.</param>
/// <param name="Fixed">The bytes that are known.</param>
/// <param name="Terms">Indices, ids of integers, each with its stride.</param>
internal sealed record ElementOffset(uint Variable, long Fixed, IReadOnlyList<(uint Index, uint Stride)> Terms)
{
    private const int MostScalars = 64;

    /// <summary>Follows a pointer to its variable; null where that, or a layout, cannot be told.</summary>
    public static ElementOffset? Of(uint pointer, ModuleFacts facts, Annotations annotations)
    {
        List<uint> indices = [];
        while (facts.Definition(pointer) is { Op: Op.AccessChain or Op.InBoundsAccessChain or Op.CopyObject } chain)
        {
            indices.InsertRange(0, chain.Operands.Span[1..]);
            pointer = chain[0];
        }
        if (facts.Definition(pointer) is not { Op: Op.Variable } variable) return null;
        uint type = facts.Types.Pointee(variable.ResultType), matrix = 0;
        if (facts.Types[type] is not { Op: Op.TypeStruct }) return null; // an array of descriptors
        long bytes = 0;
        List<(uint, uint)> terms = [];
        foreach (uint index in indices)
        {
            if (facts.Types[type] is not Instruction container) return null;
            ulong? known = facts.Scalar(index);
            uint stride;
            switch (container.Op)
            {
                case Op.TypeStruct:
                    if (known is not ulong word || word >= (ulong)container.Count) return null;
                    uint member = (uint)word;
                    if (annotations.FindMember(type, member, Decoration.Offset) is not uint offset) return null;
                    bytes += offset;
                    matrix = annotations.HasMember(type, member, Decoration.RowMajor) ? 0 : annotations.FindMember(type, member, Decoration.MatrixStride) ?? 0;
                    type = container[(int)member];
                    continue;
                case Op.TypeArray or Op.TypeRuntimeArray:
                    stride = annotations.Find(type, Decoration.ArrayStride) ?? 0;
                    break;
                case Op.TypeMatrix:
                    stride = matrix;
                    break;
                case Op.TypeVector:
                    stride = (uint)facts.Types.ScalarOf(container[0]).Size();
                    break;
                default:
                    return null;
            }
            if (stride == 0) return null;
            if (known is ulong value) bytes += (long)value * stride;
            else terms.Add((index, stride));
            type = container[0];
        }
        return new(variable.Result, bytes, terms);
    }

    /// <summary>Where the scalars of a type lie in memory, from its start; null if that cannot be told or they are many.</summary>
    public static IReadOnlyList<long>? Scalars(uint type, ModuleFacts facts, Annotations annotations)
    {
        List<long> offsets = [];
        return Add(type, 0, 0) && offsets.Count <= MostScalars ? offsets : null;

        bool Add(uint part, long at, uint matrix)
        {
            if (offsets.Count > MostScalars || facts.Types[part] is not Instruction found) return false;
            switch (found.Op)
            {
                case Op.TypeInt or Op.TypeFloat:
                    offsets.Add(at);
                    return true;
                case Op.TypeVector:
                    return Repeat(found[0], at, found[1], (uint)facts.Types.ScalarOf(found[0]).Size(), 0);
                case Op.TypeMatrix:
                    return Repeat(found[0], at, found[1], matrix, 0);
                case Op.TypeArray:
                    return facts.Scalar(found[1]) is ulong length
                        && Repeat(found[0], at, length, annotations.Find(part, Decoration.ArrayStride) ?? 0, matrix);
                case Op.TypeStruct:
                    for (uint member = 0; member < found.Count; member++)
                    {
                        if (annotations.FindMember(part, member, Decoration.Offset) is not uint offset) return false;
                        if (annotations.HasMember(part, member, Decoration.RowMajor)) return false;
                        uint columns = annotations.FindMember(part, member, Decoration.MatrixStride) ?? 0;
                        if (!Add(found[(int)member], at + offset, columns)) return false;
                    }
                    return true;
                default:
                    return false;
            }
        }

        bool Repeat(uint part, long at, ulong count, uint stride, uint matrix)
        {
            if (stride == 0 || count > MostScalars) return false;
            for (uint i = 0; i < count; i++)
            {
                if (!Add(part, at + ((long)i * stride), matrix)) return false;
            }
            return true;
        }
    }
}
