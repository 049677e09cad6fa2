namespace Hlx.Spirv;

/// <summary>An entry point.</summary>
/// <param name="Model">Its stage.</param>
/// <param name="Name">Its name.</param>
/// <param name="Function">The id of its function.</param>
public sealed record EntryPoint(ExecutionModel Model, string Name, uint Function)
{
    /// <summary>The extents of a workgroup; empty where the module states none.</summary>
    public IReadOnlyList<LocalExtent> LocalSize { get; init; } = [];
}

/// <summary>One extent of a workgroup.</summary>
/// <param name="Default">The size, unless specialized.</param>
/// <param name="SpecializationId">The specialization constant that sets it, or null.</param>
public sealed record LocalExtent(uint Default, uint? SpecializationId);

/// <summary>A descriptor binding.</summary>
/// <param name="Set">The descriptor set.</param>
/// <param name="Binding">The binding in the set.</param>
/// <param name="Name">The name in the source, or empty.</param>
/// <param name="Class">Where it lives.</param>
/// <param name="IsStorageBuffer">Whether it is a storage buffer, in either of SPIR-V's two ways to write one.</param>
/// <param name="IsReadOnly">Whether every member is NonWritable.</param>
/// <param name="IsWriteOnly">Whether every member is NonReadable.</param>
public sealed record DescriptorBinding(uint Set, uint Binding, string Name, StorageClass Class, bool IsStorageBuffer, bool IsReadOnly, bool IsWriteOnly)
{
    /// <summary>The layout of the block.</summary>
    public IReadOnlyList<BlockMember> Members { get; init; } = [];

    /// <summary>The scalar that all elements of the block are made of; <see cref="ScalarType.Other"/> if they differ.</summary>
    public ScalarType Element => Members.Count > 0 && Members.All(member => member.Type == Members[0].Type) ? Members[0].Type : ScalarType.Other;
}

/// <summary>A member of a block.</summary>
/// <param name="Name">The name in the source, or empty.</param>
/// <param name="Type">The scalar that it is made of.</param>
/// <param name="Offset">The offset in bytes.</param>
public sealed record BlockMember(string Name, ScalarType Type, uint Offset)
{
    /// <summary>How many scalars an element has: 1, or more for a vector.</summary>
    public uint Components { get; init; } = 1;

    /// <summary>The number of elements of an array; 0 for an array that the buffer's size determines, null for what is no array.</summary>
    public uint? ArrayLength { get; init; }

    /// <summary>The distance of an array's elements in bytes; 0 for what is no array.</summary>
    public uint ArrayStride { get; init; }
}

/// <summary>A specialization constant.</summary>
/// <param name="Id">Its SpecId.</param>
/// <param name="Name">The name in the source, or empty.</param>
/// <param name="Type">The type.</param>
/// <param name="Default">The default as raw bits.</param>
public sealed record SpecializationConstant(uint Id, string Name, ScalarType Type, ulong Default);
