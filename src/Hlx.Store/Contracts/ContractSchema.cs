using Hlx.Values;

namespace Hlx.Store;

/// <summary>What a contract's fields may hold.</summary>
public enum FieldType
{
    /// <summary>A bool.</summary>
    Bool,

    /// <summary>An int.</summary>
    Int,

    /// <summary>A float; an int is accepted.</summary>
    Float,

    /// <summary>A text that is no handle.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>An array.</summary>
    Array,

    /// <summary>An object.</summary>
    Object,

    /// <summary>A handle.</summary>
    Handle,

    /// <summary>A text or a handle.</summary>
    TextOrHandle,

    /// <summary>An array or bytes.</summary>
    ArrayOrBytes,
}

/// <summary>A field of a contract.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">What it holds.</param>
/// <param name="IsRequired">Whether it must be there.</param>
/// <param name="Check">What it must be beyond its kind: returns what is wrong, or null.</param>
public sealed record ContractField(string Name, FieldType Type, bool IsRequired = true, Func<HlxValue, string?>? Check = null);

/// <summary>The schema of a contract.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name in the HLX corpus.</param>
/// <param name="IsClosed">Whether fields that it does not name are refused.</param>
/// <param name="Fields">Its fields.</param>
public sealed record ContractSchema(int Id, string Name, bool IsClosed, IReadOnlyList<ContractField> Fields);
