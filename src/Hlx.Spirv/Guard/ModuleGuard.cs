namespace Hlx.Spirv;

/// <summary>
/// Rewrites a module so that what SPIR-V or Vulkan leave undefined for some operands has one result on every device: division,
/// remainders, shifts, bit fields and clamps, indices out of bounds, and memory read before it is written (docs/DETERMINISM.md has the
/// results). Where the operands are such that the result was defined, it stays. Equal modules give equal bytes.
/// </summary>
public static class ModuleGuard
{
    /// <summary>Rewrites a module that <see cref="AdmissionLint"/> lets claim device-to-device; what cannot be guarded stays as it is.</summary>
    /// <param name="module">The module; not changed.</param>
    /// <returns>The guarded module, little-endian; the same bytes if nothing in it needs a guard.</returns>
    public static ReadOnlyMemory<byte> Rewrite(SpirvModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        GuardWriter writer = new(module);
        if (module.Instructions.All(instruction => GuardNeed.Of(instruction, writer.Facts) is null)) return module.Bytes;
        MemoryGuard memory = new(module, writer);
        (uint Old, uint New)? renamed = null;
        bool annotated = false;
        foreach (Instruction instruction in module.Instructions)
        {
            if (!annotated && Sections.Of(instruction.Op) >= Section.Globals)
            {
                memory.WriteAnnotations();
                annotated = true;
            }
            if (!writer.InFunctions && instruction.Op == Op.Function)
            {
                writer.InFunctions = true;
                renamed = memory.WriteFunction();
            }
            if (instruction.Op == Op.Function && instruction.Result == renamed?.Old)
                writer.EmitAs(Op.Function, instruction.ResultType, renamed.Value.New, instruction.Operands.Span);
            else if (instruction.Op == Op.EntryPoint) memory.WriteEntryPoint(instruction);
            else if (instruction.Op is Op.AccessChain or Op.InBoundsAccessChain && GuardNeed.Impossible(instruction, writer.Facts) is null) IndexGuard.WriteChain(instruction, writer);
            else if (StoreGuard.TryWrite(instruction, writer)) continue;
            else if (GuardNeed.Of(instruction, writer.Facts) is null || GuardNeed.Impossible(instruction, writer.Facts) is not null) writer.Copy(instruction);
            else Guard(instruction, writer);
        }
        return writer.ToBytes();
    }

    private static void Guard(Instruction instruction, GuardWriter writer)
    {
        switch (instruction.Op)
        {
            case Op.Decorate or Op.MemberDecorate: // relaxed precision, which is left out
                break;
            case Op.Variable when (StorageClass)instruction[0] == StorageClass.Workgroup: // zeroed at the start of the entry point
                writer.Copy(instruction);
                break;
            case Op.Variable:
                MemoryGuard.WriteVariable(instruction, writer);
                break;
            case Op.VectorExtractDynamic or Op.VectorInsertDynamic:
                IndexGuard.WriteVector(instruction, writer);
                break;
            case Op.ShiftLeftLogical or Op.ShiftRightLogical or Op.ShiftRightArithmetic:
                ShiftGuard.Write(instruction, writer);
                break;
            case Op.BitFieldInsert or Op.BitFieldSExtract or Op.BitFieldUExtract:
                BitFieldGuard.Write(instruction, writer);
                break;
            case Op.ExtInst:
                ClampGuard.Write(instruction, writer);
                break;
            default:
                DivisionGuard.Write(instruction, writer);
                break;
        }
    }
}
