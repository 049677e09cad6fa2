using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>Whether the elements of a tensor are what a shader's buffer holds.</summary>
internal static class ElementCheck
{
    /// <summary>
    /// Refuses a tensor whose elements the shader would misread. A buffer of unsigned integers takes every tensor, as raw words;
    /// signed and unsigned integers of one width go together; blocks of several types are not judged.
    /// </summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>.</exception>
    public static void Require(DescriptorBinding binding, DType type)
    {
        ScalarType element = binding.Element;
        bool isRaw = element is ScalarType.Other or ScalarType.Bool or ScalarType.UInt8 or ScalarType.UInt16 or ScalarType.UInt32 or ScalarType.UInt64;
        if (isRaw || element == ScalarOf(type) || element == SignedOf(type)) return;
        throw new HlxException(
            ErrorCode.ShapeMismatch, $"{BindingPlan.Describe(binding)} holds {element} and gets a tensor of {type.Name()}",
            "Give a tensor of the shader's type, or declare the buffer as uint to read raw words");
    }

    /// <summary>The element type of a tensor that a buffer's scalar stands for; null where there is none, or for raw words.</summary>
    public static DType? TypeOf(ScalarType element) =>
        Enum.GetValues<DType>().Where(type => ScalarOf(type) == element).Select(type => (DType?)type).FirstOrDefault();

    private static ScalarType ScalarOf(DType type) => type switch
    {
        DType.F16 => ScalarType.Float16,
        DType.BF16 => ScalarType.BFloat16,
        DType.F32 => ScalarType.Float32,
        DType.F64 => ScalarType.Float64,
        DType.I8 => ScalarType.Int8,
        DType.I16 => ScalarType.Int16,
        DType.I32 => ScalarType.Int32,
        DType.I64 => ScalarType.Int64,
        _ => ScalarType.Other,
    };

    private static ScalarType SignedOf(DType type) => type switch
    {
        DType.U8 => ScalarType.Int8,
        DType.U16 => ScalarType.Int16,
        DType.U32 => ScalarType.Int32,
        DType.U64 => ScalarType.Int64,
        _ => ScalarType.Other,
    };
}
