namespace Hlx.Spirv;

/// <summary>Indices that are out of bounds, or negative, name the last element; in an array without elements, the first. See <see cref="StoreGuard"/>.</summary>
internal static class IndexGuard
{
    public static void WriteChain(Instruction chain, GuardWriter writer)
    {
        uint[] operands = chain.Operands.ToArray();
        writer.Paths.TryGetValue(chain[0], out ElementPath? outer);
        HashSet<uint> clamped = [.. outer?.Clamped ?? new HashSet<uint>()];
        uint inside = outer?.Inside ?? 0;
        foreach (IndexStep step in IndexWalk.Unsafe(chain, writer.Facts))
        {
            Instruction guarded = new(chain.Op, chain.ResultType, chain.Result, operands, chain.Offset); // with the indices before, already clamped
            (operands[step.Position], uint isInside) = Clamp(step.Index, Length(guarded, step, writer), writer);
            inside = inside == 0 ? isInside : writer.Emit(Op.LogicalAnd, writer.Bool(), inside, isInside);
            clamped.Add(operands[step.Position]);
        }
        writer.EmitAs(chain.Op, chain.ResultType, chain.Result, operands);
        if (IsShared(chain, writer)) writer.Paths[chain.Result] = new(outer?.Root ?? chain[0], [.. outer?.Indices ?? [], .. operands[1..]], clamped, inside);
    }

    public static void WriteVector(Instruction instruction, GuardWriter writer)
    {
        uint[] operands = instruction.Operands.ToArray();
        uint length = writer.Constant(writer.UInt(32), (ulong)writer.Facts.Components(writer.Facts.TypeOf(operands[0])));
        (operands[^1], _) = Clamp(operands[^1], length, writer);
        writer.EmitAs(instruction.Op, instruction.ResultType, instruction.Result, operands);
    }

    private static bool IsShared(Instruction chain, GuardWriter writer) => writer.Facts.Types[chain.ResultType] is { Op: Op.TypePointer } pointer
        && (StorageClass)pointer[0] is not (StorageClass.Function or StorageClass.Private);

    private static uint Length(Instruction chain, IndexStep step, GuardWriter writer)
    {
        uint uint32 = writer.UInt(32);
        if (step.Container.Op is Op.TypeVector or Op.TypeMatrix) return writer.Constant(uint32, step.Container[1]);
        if (step.Container.Op == Op.TypeArray) return writer.As32(step.Container[1]);
        (uint start, uint[] before, uint member) = IndexWalk.StructOf(chain, step.Position, writer.Facts)!.Value;
        if (before.Length > 0)
        {
            Instruction pointer = writer.Facts.Types[writer.Facts.TypeOf(start)]!.Value;
            start = writer.Emit(Op.AccessChain, writer.Pointer((StorageClass)pointer[0], StructType(pointer[1], before.Length, writer)), [start, .. before]);
        }
        return writer.Emit(Op.ArrayLength, uint32, start, member);
    }

    // A struct with an array of open length can stand only in arrays of descriptors.
    private static uint StructType(uint type, int arrays, GuardWriter writer)
    {
        for (int i = 0; i < arrays; i++) type = writer.Facts.Types[type]!.Value[0];
        return type;
    }

    private static (uint Index, uint Inside) Clamp(uint index, uint length, GuardWriter writer)
    {
        uint type = writer.Facts.TypeOf(index), uint32 = writer.UInt(32), boolean = writer.Bool(), wide;
        if (writer.Facts.Width(type) > 32)
        {
            uint most = writer.Constant(type, int.MaxValue);
            uint isSmall = writer.Emit(Op.ULessThan, boolean, index, most);
            wide = writer.Emit(Op.UConvert, uint32, writer.Emit(Op.Select, type, isSmall, index, most));
        }
        else
        {
            wide = writer.As32(index);
        }
        uint last = writer.Emit(Op.ISub, uint32, length, writer.Constant(uint32, 1));
        uint isEmpty = writer.Emit(Op.IEqual, boolean, length, writer.Constant(uint32, 0));
        last = writer.Emit(Op.Select, uint32, isEmpty, length, last);
        uint inside = writer.Emit(Op.ULessThan, boolean, wide, length);
        return (writer.Emit(Op.Select, uint32, inside, wide, last), inside);
    }
}
