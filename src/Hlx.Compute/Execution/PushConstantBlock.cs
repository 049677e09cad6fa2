using System.Buffers.Binary;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>The bytes of a push-constant block.</summary>
internal static class PushConstantBlock
{
    /// <summary>Encodes the constants of a kernel, or those that were inferred by name, as the shader's block lays them out.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.PushConstantMismatch"/>, <see cref="ErrorCode.ContractFieldValue"/>,
    /// <see cref="ErrorCode.DeviceLimit"/> for a block that is larger than the device takes.</exception>
    public static byte[] Encode(
        SpirvModule module, EntryPoint entry, ComputeKernel kernel, IReadOnlyDictionary<string, HlxValue> inferred, DeviceLimits limits)
    {
        IReadOnlyList<ScalarType> layout = PushConstantLayout.Parse(kernel.PushConstantsLayout);
        LaunchLimits.RequirePushConstants(entry.PushConstantBytes, limits);
        if (entry.PushConstants.Count == 0 && module.PushConstants.Count > 0) return []; // a block that this entry point does not name
        IReadOnlyList<BlockScalar> scalars = module.PushConstantScalars(entry);
        CheckLayout(scalars, layout, kernel);
        byte[] block = new byte[(entry.PushConstantBytes + 3) / 4 * 4]; // whole words, as vkCmdPushConstants wants them
        if (kernel.PushConstantBytes is ReadOnlyMemory<byte> bytes)
        {
            if (bytes.Length != entry.PushConstantBytes && bytes.Length != block.Length)
                throw Mismatch($"{bytes.Length} bytes of push constants are given where the shader's block has {entry.PushConstantBytes}", "Give the whole block");
            bytes.CopyTo(block);
            return block;
        }
        HlxValue[] values = kernel.PushConstants is null
            ? [.. scalars.Select(scalar => Inferred(scalar, inferred))]
            : [.. kernel.PushConstants];
        if (values.Length != scalars.Count)
            throw Mismatch($"{values.Length} push constants are given where the shader has {scalars.Count}", "Give one value for each number of the block");
        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole, ScalarBits.Of(values[i], scalars[i].Type, $"push constant {i}"));
            whole[..scalars[i].Type.Size()].CopyTo(block.AsSpan((int)scalars[i].Offset));
        }
        return block;
    }

    private static void CheckLayout(IReadOnlyList<BlockScalar> scalars, IReadOnlyList<ScalarType> layout, ComputeKernel kernel)
    {
        IEnumerable<ScalarType> types = scalars.Select(scalar => scalar.Type);
        if (layout.Count == 0 || layout.SequenceEqual(types)) return;
        throw Mismatch(
            $"push_constants_layout \"{kernel.PushConstantsLayout}\" is not the shader's block ({string.Join(", ", types)})",
            "Correct the layout or leave it out");
    }

    private static HlxValue Inferred(BlockScalar scalar, IReadOnlyDictionary<string, HlxValue> inferred) =>
        inferred.TryGetValue(scalar.Name, out HlxValue value)
            ? value
            : throw Mismatch($"the shader has a push constant \"{scalar.Path}\" and the kernel gives none", "Add push_constants");

    private static HlxException Mismatch(string what, string remedy) => new(ErrorCode.PushConstantMismatch, what, remedy);
}
