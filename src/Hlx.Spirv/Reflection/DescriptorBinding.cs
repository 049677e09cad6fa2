namespace Hlx.Spirv;

/// <summary>A descriptor binding. Variables that share a set and a binding are one.</summary>
/// <param name="Set">The descriptor set.</param>
/// <param name="Binding">The binding in the set.</param>
/// <param name="Name">The name in the source, or empty.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Count">How many descriptors it has: 1, more for an array, 0 for an array that the shader leaves open.</param>
public sealed record DescriptorBinding(uint Set, uint Binding, string Name, DescriptorKind Kind, uint Count)
{
    /// <summary>Whether it is a storage buffer, in either of SPIR-V's two ways to write one.</summary>
    public bool IsStorageBuffer => Kind == DescriptorKind.StorageBuffer;

    /// <summary>Whether the variable or every member is NonWritable.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether the variable or every member is NonReadable.</summary>
    public bool IsWriteOnly { get; init; }

    /// <summary>
    /// What the entry point does with it: what the decorations say, or where they say nothing, what the code does. What is used without
    /// being read, such as for its length, counts as read.
    /// </summary>
    public ResourceAccess Access { get; init; }

    /// <summary>The layout of the block.</summary>
    public IReadOnlyList<BlockMember> Members { get; init; } = [];

    /// <summary>The least bytes that the block takes, with an array that the buffer's size determines as empty; 0 for what is no block.</summary>
    public long Bytes { get; init; }

    /// <summary>The format of a texel buffer or image; <see cref="ImageFormat.Unknown"/> if the shader names none.</summary>
    public ImageFormat Format { get; init; }

    /// <summary>The scalar that a read of a texel buffer or image gives.</summary>
    public ScalarType Texel { get; init; }

    /// <summary>The scalar that all elements of the block or texels are made of; <see cref="ScalarType.Other"/> if they differ.</summary>
    public ScalarType Element => Members.Count == 0 ? Texel : Members.All(member => member.Type == Members[0].Type) ? Members[0].Type : ScalarType.Other;
}
