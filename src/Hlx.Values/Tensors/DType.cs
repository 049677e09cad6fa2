namespace Hlx.Values;

/// <summary>The element types of tensors, all little-endian.</summary>
public enum DType
{
    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>bfloat16: the upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}

/// <summary>Names and sizes of element types.</summary>
public static class DTypes
{
    /// <summary>The size of one element in bytes.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.I8 or DType.U8 => 1,
        DType.F16 or DType.BF16 or DType.I16 or DType.U16 => 2,
        DType.F64 or DType.I64 or DType.U64 => 8,
        _ => 4,
    };

    /// <summary>The name in contracts: <c>f16 bf16 f32 f64 i8 u8 i16 u16 i32 u32 i64 u64</c>.</summary>
    public static string Name(this DType type) => type switch
    {
        DType.F16 => "f16",
        DType.BF16 => "bf16",
        DType.F32 => "f32",
        DType.F64 => "f64",
        DType.I8 => "i8",
        DType.U8 => "u8",
        DType.I16 => "i16",
        DType.U16 => "u16",
        DType.U64 => "u64",
        DType.I32 => "i32",
        DType.U32 => "u32",
        _ => "i64",
    };

    /// <summary>The type of a name.</summary>
    /// <param name="name">A name that <see cref="Name"/> gives.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TensorInvalid"/> for any other.</exception>
    public static DType Parse(string name)
    {
        foreach (DType type in Enum.GetValues<DType>())
        {
            if (type.Name() == name) return type;
        }
        throw new HlxException(ErrorCode.TensorInvalid, $"\"{name}\" is not an element type", "Use f16, bf16, f32, f64, i8, u8, i16, u16, i32, u32, i64 or u64");
    }
}
