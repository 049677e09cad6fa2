using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>The specialization constants of a launch: those the kernel gives, and those that set the workgroup's size.</summary>
internal static class SpecializationPlan
{
    /// <summary>Plans the constants, in ascending order of ids.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ContractFieldValue"/>, <see cref="ErrorCode.PushConstantMismatch"/>.</exception>
    public static IReadOnlyList<(uint Id, uint Bits)> For(SpirvModule module, EntryPoint entry, ComputeKernel kernel)
    {
        SortedDictionary<uint, uint> constants = [];
        foreach ((uint id, HlxValue value) in kernel.Specialization)
        {
            SpecializationConstant constant = module.SpecializationConstants.FirstOrDefault(constant => constant.Id == id)
                ?? throw Refuse($"the shader has no specialization constant {id}", "Leave it out, or give it constant_id in the shader");
            constants[id] = PushConstantBlock.Bits(value, constant.Type, $"specialization constant {id}");
        }
        uint[] wanted = [kernel.WorkgroupSize.X, kernel.WorkgroupSize.Y, kernel.WorkgroupSize.Z];
        for (int axis = 0; axis < entry.LocalSize.Count; axis++)
        {
            LocalExtent extent = entry.LocalSize[axis];
            if (extent.SpecializationId is uint id)
            {
                if (constants.TryGetValue(id, out uint given) && given != wanted[axis])
                    throw Refuse($"specialization constant {id} is {given} and sets an extent of the workgroup, which is to be {wanted[axis]}", "Give one of the two");
                constants[id] = wanted[axis];
            }
            else if (extent.Default != wanted[axis])
            {
                throw Refuse(
                    $"workgroup_size is {kernel.WorkgroupSize} where the shader has {string.Join('×', entry.LocalSize.Select(size => size.Default))}",
                    "Name the shader's size, or declare local_size_x_id in the shader");
            }
        }
        return [.. constants.Select(entry => (entry.Key, entry.Value))];
    }

    private static HlxException Refuse(string what, string remedy) => new(ErrorCode.ContractFieldValue, what, remedy);
}
