using System.Buffers.Binary;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>The bytes of a push-constant block.</summary>
internal static class PushConstantBlock
{
    private const int ConstantBytes = 4;

    /// <summary>Encodes the constants of a kernel, or those that were inferred by name, as the shader's block lays them out.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.PushConstantMismatch"/>, <see cref="ErrorCode.ContractFieldValue"/>.</exception>
    public static byte[] Encode(SpirvModule module, ComputeKernel kernel, IReadOnlyDictionary<string, HlxValue>? inferred)
    {
        IReadOnlyList<BlockMember> members = module.PushConstants;
        CheckLayout(members, PushConstantLayout.Parse(kernel.PushConstantsLayout), kernel);
        if (members.FirstOrDefault(member => member.Type == ScalarType.Other) is { } other)
            throw Mismatch($"the member \"{other.Name}\" of the push-constant block is no 32-bit number", "Use int, uint and float members");

        HlxValue[] values = kernel.PushConstants is null
            ? [.. members.Select(member => Inferred(member, inferred))]
            : [.. kernel.PushConstants];
        if (values.Length != members.Count)
            throw Mismatch($"{values.Length} push constants are given where the shader has {members.Count}", "Give one value for each member");
        byte[] block = new byte[members.Count == 0 ? 0 : members[^1].Offset + ConstantBytes];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan((int)members[i].Offset), Bits(values[i], members[i].Type, $"push constant {i}"));
        return block;
    }

    /// <summary>The 32 bits of a constant.</summary>
    public static uint Bits(HlxValue value, ScalarType type, string what) => (type, value.Kind) switch
    {
        (ScalarType.Float32, HlxKind.Float) => BitConverter.SingleToUInt32Bits((float)value.AsFloat()),
        (ScalarType.Float32, HlxKind.Int) => BitConverter.SingleToUInt32Bits(value.AsInt()),
        (ScalarType.Int32, HlxKind.Int) when value.AsInt() is >= int.MinValue and <= int.MaxValue => (uint)(int)value.AsInt(),
        (ScalarType.UInt32, HlxKind.Int) when value.AsInt() is >= 0 and <= uint.MaxValue => (uint)value.AsInt(),
        (ScalarType.Bool, HlxKind.Bool) => value.AsBool() ? 1u : 0u,
        _ => throw Mismatch($"{what} is {value} where the shader has {type}", "Give a value of that type"),
    };

    private static void CheckLayout(IReadOnlyList<BlockMember> members, IReadOnlyList<ScalarType> layout, ComputeKernel kernel)
    {
        if (layout.Count == 0 || layout.SequenceEqual(members.Select(member => member.Type))) return;
        throw Mismatch(
            $"push_constants_layout \"{kernel.PushConstantsLayout}\" is not the shader's block ({string.Join(", ", members.Select(member => member.Type))})",
            "Correct the layout or leave it out");
    }

    private static HlxValue Inferred(BlockMember member, IReadOnlyDictionary<string, HlxValue>? inferred) =>
        inferred is not null && inferred.TryGetValue(member.Name, out HlxValue value)
            ? value
            : throw Mismatch($"the shader has a push constant \"{member.Name}\" and the kernel gives none", "Add push_constants");

    private static HlxException Mismatch(string what, string remedy) => new(ErrorCode.PushConstantMismatch, what, remedy);
}
