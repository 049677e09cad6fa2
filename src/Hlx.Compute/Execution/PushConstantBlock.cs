using System.Buffers.Binary;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>The bytes of a push-constant block.</summary>
internal static class PushConstantBlock
{
    /// <summary>Encodes the constants of a kernel, or those that were inferred by name, as the shader's block lays them out.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.PushConstantMismatch"/>, <see cref="ErrorCode.ContractFieldValue"/>.</exception>
    public static byte[] Encode(SpirvModule module, ComputeKernel kernel, IReadOnlyDictionary<string, HlxValue> inferred)
    {
        IReadOnlyList<BlockMember> members = module.PushConstants;
        CheckLayout(members, PushConstantLayout.Parse(kernel.PushConstantsLayout), kernel);
        if (members.FirstOrDefault(member => member.Type.Size() == 0 || member.ArrayLength is not null) is { } other)
            throw Mismatch($"the member \"{other.Name}\" of the push-constant block is no number or vector", "Use numbers and vectors as members");

        HlxValue[] values = kernel.PushConstants is null
            ? [.. members.Select(member => Inferred(member, inferred))]
            : [.. kernel.PushConstants];
        int count = members.Sum(member => (int)member.Components);
        if (values.Length != count)
            throw Mismatch($"{values.Length} push constants are given where the shader has {count}", "Give one value for each number of the block");
        byte[] block = new byte[members.Count == 0 ? 0 : members.Max(End)];
        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        int next = 0;
        foreach (BlockMember member in members)
        {
            for (int component = 0; component < member.Components; component++, next++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(whole, ScalarBits.Of(values[next], member.Type, $"push constant {next}"));
                whole[..member.Type.Size()].CopyTo(block.AsSpan((int)member.Offset + (component * member.Type.Size())));
            }
        }
        return block;
    }

    // Blocks are whole words, as vkCmdPushConstants wants them.
    private static int End(BlockMember member) => ((int)(member.Offset + (member.Components * member.Type.Size())) + 3) / 4 * 4;

    private static void CheckLayout(IReadOnlyList<BlockMember> members, IReadOnlyList<ScalarType> layout, ComputeKernel kernel)
    {
        ScalarType[] types = [.. members.SelectMany(member => Enumerable.Repeat(member.Type, (int)member.Components))];
        if (layout.Count == 0 || layout.SequenceEqual(types)) return;
        throw Mismatch(
            $"push_constants_layout \"{kernel.PushConstantsLayout}\" is not the shader's block ({string.Join(", ", types)})",
            "Correct the layout or leave it out");
    }

    private static HlxValue Inferred(BlockMember member, IReadOnlyDictionary<string, HlxValue> inferred) =>
        inferred.TryGetValue(member.Name, out HlxValue value)
            ? value
            : throw Mismatch($"the shader has a push constant \"{member.Name}\" and the kernel gives none", "Add push_constants");

    private static HlxException Mismatch(string what, string remedy) => new(ErrorCode.PushConstantMismatch, what, remedy);
}
