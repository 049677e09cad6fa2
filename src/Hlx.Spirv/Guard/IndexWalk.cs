namespace Hlx.Spirv;

/// <summary>One index of an access chain.</summary>
/// <param name="Position">Which operand of the chain it is.</param>
/// <param name="Container">The type that is indexed.</param>
/// <param name="Index">The index, an id.</param>
internal readonly record struct IndexStep(int Position, Instruction Container, uint Index);

/// <summary>Walks the types that access chains and operations on vectors index, and tells which indices may be out of bounds.</summary>
internal static class IndexWalk
{
    /// <summary>The indices of an access chain that are not known to be in bounds.</summary>
    public static List<IndexStep> Unsafe(Instruction chain, ModuleFacts facts)
    {
        List<IndexStep> steps = [];
        uint type = facts.Types.Pointee(facts.TypeOf(chain[0]));
        for (int at = 1; at < chain.Count && facts.Types[type] is Instruction container; at++)
        {
            if (container.Op == Op.TypeStruct)
            {
                type = facts.Scalar(chain[at]) is ulong member && member < (ulong)container.Count ? container[(int)member] : 0;
                continue;
            }
            if (!IsInBounds(container, chain[at], facts)) steps.Add(new(at, container, chain[at]));
            type = container.Count > 0 ? container[0] : 0;
        }
        return steps;
    }

    /// <summary>Whether a constant index is in bounds of a vector, a matrix or an array of constant length.</summary>
    public static bool IsInBounds(Instruction container, uint index, ModuleFacts facts)
    {
        ulong? length = container.Op switch
        {
            Op.TypeVector or Op.TypeMatrix => container[1],
            Op.TypeArray => facts.Scalar(container[1]),
            _ => null,
        };
        return facts.Scalar(index) is ulong value && value < length;
    }

    /// <summary>
    /// The chain of indices from a variable or parameter to the struct whose last member is an array of open length: its base and
    /// the indices before the member, then the member. Null if the array is no member of a struct that can be found.
    /// </summary>
    public static (uint Base, uint[] Before, uint Member)? StructOf(Instruction chain, int position, ModuleFacts facts)
    {
        uint[] indices = chain.Operands.Span[1..position].ToArray();
        uint start = chain[0];
        if (indices.Length == 0)
        {
            if (facts.Definition(start) is not { Op: Op.AccessChain or Op.InBoundsAccessChain, Count: > 1 } outer || Unsafe(outer, facts).Count > 0) return null;
            start = outer[0];
            indices = outer.Operands.Span[1..].ToArray();
        }
        uint type = facts.Types.Pointee(facts.TypeOf(start));
        foreach (uint index in indices[..^1])
        {
            if (facts.Types[type] is not Instruction container) return null;
            type = container.Op == Op.TypeStruct ? (facts.Scalar(index) is ulong member && member < (ulong)container.Count ? container[(int)member] : 0) : container[0];
        }
        return facts.Types[type] is { Op: Op.TypeStruct } && facts.Scalar(indices[^1]) is ulong last ? (start, indices[..^1], (uint)last) : null;
    }
}
