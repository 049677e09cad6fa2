using Hlx.Spirv;

namespace Hlx.Compute;

/// <summary>
/// An atomic operation that needs a feature by its type and by where its memory is (Vulkan, "Vulkan Environment for SPIR-V": Atomics, and
/// VK_EXT_shader_atomic_float): the capability alone does not tell.
/// </summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Where">The memory, in words.</param>
/// <param name="Feature">The feature, as Vulkan's structures name it.</param>
internal sealed record AtomicUse(Op Instruction, string Where, string Feature)
{
    /// <summary>The atomic operations of a module that need a feature, each feature once.</summary>
    public static IEnumerable<AtomicUse> Of(SpirvModule module)
    {
        Dictionary<uint, Instruction> results = module.Instructions.Where(instruction => instruction.Result != 0).ToDictionary(instruction => instruction.Result);
        return module.Instructions.Select(instruction => Need(instruction, results)).OfType<AtomicUse>().DistinctBy(use => use.Feature);
    }

    private static AtomicUse? Need(Instruction atomic, Dictionary<uint, Instruction> results)
    {
        if (atomic.Op is < Op.AtomicLoad or > Op.AtomicXor and not Op.AtomicFAddEXT) return null;
        uint pointer = atomic[0];
        if (!results.TryGetValue(pointer, out Instruction address) || !results.TryGetValue(address.ResultType, out Instruction type) || type.Op != Op.TypePointer) return null;
        if (!results.TryGetValue(type[1], out Instruction number)) return null;
        bool isShared = (StorageClass)type[0] == StorageClass.Workgroup;
        string place = isShared ? "Shared" : "Buffer", where = isShared ? "shared memory" : "a buffer";
        string? feature = number switch
        {
            { Op: Op.TypeInt } when number[0] == 64 => $"shader{place}Int64Atomics",
            { Op: Op.TypeFloat } when atomic.Op == Op.AtomicFAddEXT => $"shader{place}Float{number[0]}AtomicAdd",
            { Op: Op.TypeFloat } => $"shader{place}Float{number[0]}Atomics",
            _ => null,
        };
        return feature is null ? null : new(atomic.Op, where, feature);
    }
}
