namespace Hlx.Spirv;

/// <summary>An entry point.</summary>
/// <param name="Model">Its stage.</param>
/// <param name="Name">Its name.</param>
/// <param name="Function">The id of its function.</param>
public sealed record EntryPoint(ExecutionModel Model, string Name, uint Function)
{
    /// <summary>The extents of a workgroup; empty where the module states none.</summary>
    public IReadOnlyList<LocalExtent> LocalSize { get; init; } = [];

    /// <summary>The descriptor bindings that its function, and what that calls, names; in ascending order of set and binding.</summary>
    public IReadOnlyList<DescriptorBinding> Bindings => Interface?.Value.Bindings ?? [];

    /// <summary>The members of the push-constant block that it names, in the order of their offsets.</summary>
    public IReadOnlyList<BlockMember> PushConstants => Interface?.Value.PushConstants ?? [];

    /// <summary>How far that block reaches in bytes; 0 where there is none.</summary>
    public long PushConstantBytes => Interface?.Value.PushConstantBytes ?? 0;

    /// <summary>The specialization constants that it depends on, in ascending order of ids.</summary>
    public IReadOnlyList<SpecializationConstant> SpecializationConstants => Interface?.Value.SpecializationConstants ?? [];

    internal Lazy<EntryInterface>? Interface { get; init; }
}

/// <summary>What an entry point takes from outside.</summary>
internal sealed record EntryInterface(
    IReadOnlyList<DescriptorBinding> Bindings, IReadOnlyList<BlockMember> PushConstants, long PushConstantBytes, uint PushConstantBlock,
    IReadOnlyList<SpecializationConstant> SpecializationConstants, IReadOnlySet<uint> Used);

/// <summary>One extent of a workgroup.</summary>
/// <param name="Default">The size, unless specialized.</param>
/// <param name="SpecializationId">The specialization constant that it is, or null; one that is computed from such constants has none.</param>
public sealed record LocalExtent(uint Default, uint? SpecializationId);

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

/// <summary>A number in a block.</summary>
/// <param name="Path">Where it is in the source's words, such as <c>t.rows[2]</c>; empty parts where the module has no names.</param>
/// <param name="Name">The name of the member that it is, or empty for a part of an array, a vector or a matrix.</param>
/// <param name="Type">Its type; a pointer is a <see cref="ScalarType.UInt64"/>.</param>
/// <param name="Offset">The offset in the block in bytes.</param>
public sealed record BlockScalar(string Path, string Name, ScalarType Type, long Offset);

/// <summary>A specialization constant.</summary>
/// <param name="Id">Its SpecId.</param>
/// <param name="Name">The name in the source, or empty.</param>
/// <param name="Type">The type.</param>
/// <param name="Default">The default as raw bits.</param>
public sealed record SpecializationConstant(uint Id, string Name, ScalarType Type, ulong Default);
