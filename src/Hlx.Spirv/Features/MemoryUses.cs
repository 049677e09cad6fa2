namespace Hlx.Spirv;

/// <summary>Finds the features that the variables of a module need for what lies in them: numbers of 8 and 16 bits, and layouts of blocks.</summary>
internal sealed class MemoryUses(IReadOnlyList<Instruction> globals, TypeTable types, Annotations annotations, BlockAlignment alignment)
{
    /// <summary>The uses, in the order of the module.</summary>
    public IEnumerable<FeatureUse> ByVariable()
    {
        Dictionary<uint, (bool Has8, bool Has16)> numbers = SmallNumbers();
        foreach (Instruction variable in globals)
        {
            if (variable.Op != Op.Variable) continue;
            uint type = types.Pointee(variable.ResultType);
            while (types[type] is { Op: Op.TypeArray or Op.TypeRuntimeArray } array) type = array[0]; // of descriptors
            if (PlaceOf((StorageClass)variable[0], type) is not { } place) continue;
            (bool has8, bool has16) = numbers.GetValueOrDefault(type);
            if (has8) yield return new($"8-bit numbers in {place.Where}", place.Feature8);
            if (has16) yield return new($"16-bit numbers in {place.Where}", place.Feature16);
            bool isExtended = place.IsUniform;
            switch (alignment.Of(type, isExtended))
            {
                case BlockRules.Scalar:
                    yield return new($"{place.Where} with scalar layout", place.IsShared ? "workgroupMemoryExplicitLayoutScalarBlockLayout" : "scalarBlockLayout");
                    break;
                case BlockRules.Standard when isExtended:
                    yield return new("a uniform buffer with the layout of storage buffers (std430)", "uniformBufferStandardLayout");
                    break;
                default:
                    break;
            }
        }
    }

    private Place? PlaceOf(StorageClass storage, uint type) => storage switch
    {
        StorageClass.StorageBuffer => Storage,
        StorageClass.Uniform when annotations.Has(type, Decoration.BufferBlock) => Storage,
        StorageClass.Uniform => new("a uniform buffer", "uniformAndStorageBuffer8BitAccess", "uniformAndStorageBuffer16BitAccess") { IsUniform = true },
        StorageClass.PushConstant => new("push constants", "storagePushConstant8", "storagePushConstant16"),
        StorageClass.Workgroup when annotations.Has(type, Decoration.Block) =>
            new("shared memory with a layout", "workgroupMemoryExplicitLayout8BitAccess", "workgroupMemoryExplicitLayout16BitAccess") { IsShared = true },
        _ => null,
    };

    private static Place Storage { get; } = new("a storage buffer", "storageBuffer8BitAccess", "storageBuffer16BitAccess");

    // Types come after their parts, but for pointers, which are numbers of 64 bits here.
    private Dictionary<uint, (bool Has8, bool Has16)> SmallNumbers()
    {
        Dictionary<uint, (bool Has8, bool Has16)> found = [];
        foreach (Instruction type in globals)
        {
            switch (type.Op)
            {
                case Op.TypeInt or Op.TypeFloat:
                    found[type.Result] = (type[0] == 8, type[0] == 16);
                    break;
                case Op.TypeVector or Op.TypeMatrix or Op.TypeArray or Op.TypeRuntimeArray:
                    found[type.Result] = found.GetValueOrDefault(type[0]);
                    break;
                case Op.TypeStruct:
                    (bool has8, bool has16) = (false, false);
                    foreach (uint member in type.Operands.Span)
                    {
                        (bool member8, bool member16) = found.GetValueOrDefault(member);
                        (has8, has16) = (has8 || member8, has16 || member16);
                    }
                    found[type.Result] = (has8, has16);
                    break;
                default:
                    break;
            }
        }
        return found;
    }

    private sealed record Place(string Where, string Feature8, string Feature16)
    {
        public bool IsUniform { get; init; }

        public bool IsShared { get; init; }
    }
}
