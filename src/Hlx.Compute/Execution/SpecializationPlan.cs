using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>The specialization constants of a launch: those the kernel gives, and those that set the workgroup's size.</summary>
internal static class SpecializationPlan
{
    /// <summary>Plans the constants, in ascending order of ids.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ContractFieldValue"/>, <see cref="ErrorCode.PushConstantMismatch"/>.</exception>
    public static IReadOnlyList<SpecializationValue> For(SpirvModule module, EntryPoint entry, ComputeKernel kernel)
    {
        SortedDictionary<uint, SpecializationValue> constants = [];
        foreach ((uint id, HlxValue value) in kernel.Specialization)
        {
            SpecializationConstant constant = module.SpecializationConstants.FirstOrDefault(constant => constant.Id == id)
                ?? throw Refuse($"the shader has no specialization constant {id}", "Leave it out, or give it constant_id in the shader");
            constants[id] = new(
                id, ScalarBits.Of(value, constant.Type, $"specialization constant {id}"), constant.Type == ScalarType.Bool ? 4 : constant.Type.Size());
        }
        uint[] wanted = [kernel.WorkgroupSize.X, kernel.WorkgroupSize.Y, kernel.WorkgroupSize.Z];
        for (int axis = 0; axis < entry.LocalSize.Count; axis++)
        {
            LocalExtent extent = entry.LocalSize[axis];
            if (extent.SpecializationId is uint id)
            {
                if (constants.TryGetValue(id, out SpecializationValue given) && given.Bits != wanted[axis])
                    throw Refuse($"specialization constant {id} is {given.Bits} and sets an extent of the workgroup, which is to be {wanted[axis]}", "Give one of the two");
                constants[id] = new(id, wanted[axis]);
            }
        }
        IReadOnlyList<uint> size = module.WorkgroupSize(entry, constants.ToDictionary(constant => constant.Key, constant => constant.Value.Bits));
        if (!size.SequenceEqual(wanted[..size.Count]))
        {
            throw Refuse(
                $"workgroup_size is {kernel.WorkgroupSize} where the shader has {string.Join('×', size)}",
                "Name the shader's size, or declare local_size_x_id in the shader");
        }
        return [.. constants.Values];
    }

    private static HlxException Refuse(string what, string remedy) => new(ErrorCode.ContractFieldValue, what, remedy);
}
