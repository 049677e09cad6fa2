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
public sealed record DescriptorBinding(uint Set, uint Binding, string Name, StorageClass Class, bool IsStorageBuffer, bool IsReadOnly, bool IsWriteOnly);

/// <summary>A member of a block.</summary>
/// <param name="Name">The name in the source, or empty.</param>
/// <param name="Type">The type.</param>
/// <param name="Offset">The offset in bytes.</param>
public sealed record BlockMember(string Name, ScalarType Type, uint Offset);

/// <summary>A specialization constant.</summary>
/// <param name="Id">Its SpecId.</param>
/// <param name="Name">The name in the source, or empty.</param>
/// <param name="Type">The type.</param>
/// <param name="Default">The default as raw bits.</param>
public sealed record SpecializationConstant(uint Id, string Name, ScalarType Type, uint Default);
