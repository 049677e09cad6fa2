namespace Hlx.Spirv;

/// <summary>The type of a scalar.</summary>
public enum ScalarType
{
    /// <summary>Any type that the others are not.</summary>
    Other,

    /// <summary>A bool.</summary>
    Bool,

    /// <summary>A signed 8-bit integer.</summary>
    Int8,

    /// <summary>An unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>A signed 16-bit integer.</summary>
    Int16,

    /// <summary>An unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary>A signed 32-bit integer.</summary>
    Int32,

    /// <summary>An unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>A signed 64-bit integer.</summary>
    Int64,

    /// <summary>An unsigned 64-bit integer.</summary>
    UInt64,

    /// <summary>A binary16 number.</summary>
    Float16,

    /// <summary>A bfloat16 number.</summary>
    BFloat16,

    /// <summary>A binary32 number.</summary>
    Float32,

    /// <summary>A binary64 number.</summary>
    Float64,
}

/// <summary>What follows from a <see cref="ScalarType"/>.</summary>
public static class ScalarTypes
{
    /// <summary>The size in bytes; 0 for a type without a size in memory.</summary>
    /// <param name="type">The type.</param>
    public static int Size(this ScalarType type) => type switch
    {
        ScalarType.Int8 or ScalarType.UInt8 => 1,
        ScalarType.Int16 or ScalarType.UInt16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.UInt32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.UInt64 or ScalarType.Float64 => 8,
        _ => 0,
    };
}
