namespace Hlx.Spirv;

/// <summary>The strictest rules of Vulkan that a block's layout keeps.</summary>
internal enum BlockRules
{
    /// <summary>Those of uniform buffers (std140, with arrays and structures aligned to 16 bytes).</summary>
    Extended,

    /// <summary>Those of storage buffers and push constants (std430).</summary>
    Standard,

    /// <summary>Those of scalarBlockLayout.</summary>
    Scalar,
}

/// <summary>
/// Which alignment rules blocks keep (Vulkan specification, section "Offset and Stride Assignment"). Vectors may always lie as
/// VK_KHR_relaxed_block_layout allows, which Vulkan 1.1 includes: aligned to their scalars where they do not cross 16 bytes.
/// </summary>
internal sealed class BlockAlignment(TypeTable types, Annotations annotations, BlockLayout layout)
{
    private const int DeepestNesting = 255; // SPIR-V 1.6, section 2.17: universal limit

    private readonly Dictionary<(uint Type, bool IsExtended), (uint Alignment, bool IsKept)> _known = [];

    /// <summary>The strictest rules that a block keeps, from those that are asked for.</summary>
    /// <param name="block">The structure.</param>
    /// <param name="isExtended">Whether uniform buffers' rules are asked for.</param>
    public BlockRules Of(uint block, bool isExtended)
    {
        if (types[block] is not { Op: Op.TypeStruct }) return BlockRules.Extended; // no block
        if (isExtended && Rule(block, true, 0).IsKept) return BlockRules.Extended;
        return Rule(block, false, 0).IsKept ? BlockRules.Standard : BlockRules.Scalar;
    }

    private (uint Alignment, bool IsKept) Rule(uint type, bool isExtended, int depth)
    {
        if (depth > DeepestNesting) throw SpirvModule.Refuse(0, $"a type is nested deeper than {DeepestNesting}");
        if (_known.TryGetValue((type, isExtended), out (uint, bool) known)) return known;
        return _known[(type, isExtended)] = types[type] switch
        {
            { Op: Op.TypeVector } vector => (Size(vector[0]) * (vector[1] == 3 ? 4 : vector[1]), true),
            { Op: Op.TypeArray or Op.TypeRuntimeArray } array => ArrayRule(array, isExtended, depth + 1),
            { Op: Op.TypeStruct } block => StructRule(block, isExtended, depth + 1),
            _ => (Math.Max(1, Size(type)), true),
        };
    }

    private (uint Alignment, bool IsKept) ArrayRule(Instruction array, bool isExtended, int depth)
    {
        (uint alignment, bool isKept) = Rule(array[0], isExtended, depth);
        if (types[array[0]] is { Op: Op.TypeMatrix }) alignment = 1; // its stride is the member's to check
        if (isExtended) alignment = RoundUp(alignment, 16);
        uint stride = annotations.Find(array.Result, Decoration.ArrayStride) ?? 0;
        return (alignment, isKept && stride % alignment == 0);
    }

    private (uint Alignment, bool IsKept) StructRule(Instruction block, bool isExtended, int depth)
    {
        uint largest = 1;
        bool isKept = true;
        long free = 0; // from where the next member may lie
        IEnumerable<uint> inOrder = Enumerable.Range(0, block.Count).Select(member => (uint)member)
            .OrderBy(member => annotations.FindMember(block.Result, member, Decoration.Offset) ?? 0);
        foreach (uint member in inOrder)
        {
            uint type = block[(int)member], offset = annotations.FindMember(block.Result, member, Decoration.Offset) ?? 0;
            (uint alignment, bool isMemberKept) = MemberRule(block.Result, member, type, isExtended, depth);
            isKept &= isMemberKept && offset >= free && (types[type] is { Op: Op.TypeVector } vector ? IsVectorKept(vector, offset) : offset % alignment == 0);
            largest = Math.Max(largest, alignment);
            long end = offset + layout.Bytes(type);
            free = types[type] is { Op: Op.TypeStruct or Op.TypeArray or Op.TypeMatrix } ? (end + alignment - 1) / alignment * alignment : end;
        }
        return (isExtended ? RoundUp(largest, 16) : largest, isKept);
    }

    private (uint Alignment, bool IsKept) MemberRule(uint block, uint member, uint type, bool isExtended, int depth)
    {
        (uint alignment, bool isKept) = Rule(type, isExtended, depth);
        uint element = type;
        while (types[element] is { Op: Op.TypeArray or Op.TypeRuntimeArray } array) element = array[0];
        if (types[element] is not { Op: Op.TypeMatrix } matrix || types[matrix[0]] is not { Op: Op.TypeVector } column) return (alignment, isKept);
        uint rows = annotations.HasMember(block, member, Decoration.RowMajor) ? matrix[1] : column[1];
        uint ofMatrix = Size(column[0]) * (rows == 3 ? 4 : rows);
        if (isExtended) ofMatrix = RoundUp(ofMatrix, 16);
        bool isStrideKept = (annotations.FindMember(block, member, Decoration.MatrixStride) ?? 0) % ofMatrix == 0;
        for (uint array = type; types[array] is { Op: Op.TypeArray or Op.TypeRuntimeArray } outer; array = outer[0])
            isStrideKept &= (annotations.Find(array, Decoration.ArrayStride) ?? 0) % ofMatrix == 0;
        return (ofMatrix, isKept && isStrideKept);
    }

    private bool IsVectorKept(Instruction vector, uint offset)
    {
        uint scalar = Math.Max(1, Size(vector[0])), bytes = scalar * vector[1];
        return offset % scalar == 0 && (bytes > 16 ? offset % 16 == 0 : offset / 16 == (offset + bytes - 1) / 16);
    }

    private uint Size(uint type) => (uint)types.NumberOf(type).Size();

    private static uint RoundUp(uint number, uint to) => (number + to - 1) / to * to;
}
