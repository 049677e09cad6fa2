using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>A value as the bits of a shader's scalar.</summary>
internal static class ScalarBits
{
    /// <summary>The bits of a value, in the low bytes; a bool has 32.</summary>
    /// <param name="value">An int, float or bool that fits the type, or for a float one of the texts <c>inf</c>, <c>-inf</c>, <c>nan</c> and <c>-0</c>.</param>
    /// <param name="type">The shader's type.</param>
    /// <param name="what">What is given, for the error.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.PushConstantMismatch"/>.</exception>
    public static ulong Of(HlxValue value, ScalarType type, string what) => (type, value.Kind) switch
    {
        (ScalarType.Bool, HlxKind.Bool) => value.AsBool() ? 1u : 0u,
        (ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64, HlxKind.Text) when Special(value.AsText()) is double special => type switch
        {
            ScalarType.Float16 => BitConverter.HalfToUInt16Bits((Half)special),
            ScalarType.Float32 => BitConverter.SingleToUInt32Bits((float)special),
            _ => BitConverter.DoubleToUInt64Bits(special),
        },
        (ScalarType.Float16, HlxKind.Float or HlxKind.Int) => BitConverter.HalfToUInt16Bits((Half)Kept(value, (double)(Half)Number(value), what)),
        (ScalarType.Float32, HlxKind.Float or HlxKind.Int) => BitConverter.SingleToUInt32Bits((float)Kept(value, (float)Number(value), what)),
        (ScalarType.Float64, HlxKind.Float or HlxKind.Int) => BitConverter.DoubleToUInt64Bits(Kept(value, Number(value), what)),
        (_, HlxKind.Int) when Fits(value.AsInt(), type) => unchecked((ulong)value.AsInt()),
        _ => throw new HlxException(ErrorCode.PushConstantMismatch, $"{what} is {value} where the shader has {type}", "Give a value of that type"),
    };

    private static double Number(HlxValue value) => value.Kind == HlxKind.Int ? value.AsInt() : value.AsFloat();

    // As in nested arrays, fractions are rounded; what would become infinite, zero or another whole number is refused.
    private static double Kept(HlxValue value, double rounded, string what)
    {
        bool isKept = value.Kind == HlxKind.Int ? RoundedNumber.Keeps(value.AsInt(), rounded) : RoundedNumber.Keeps(value.AsFloat(), rounded);
        if (isKept) return rounded;
        throw new HlxException(
            ErrorCode.PushConstantMismatch, $"{what} is {value}, which the shader's type does not hold", "Give a number of that type, or \"inf\" for infinity");
    }

    // What values have no numbers for.
    private static double? Special(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" => double.NaN,
        "-0" => -0.0,
        _ => null,
    };

    private static bool Fits(long number, ScalarType type) => type switch
    {
        ScalarType.Int8 => number is >= sbyte.MinValue and <= sbyte.MaxValue,
        ScalarType.UInt8 => number is >= 0 and <= byte.MaxValue,
        ScalarType.Int16 => number is >= short.MinValue and <= short.MaxValue,
        ScalarType.UInt16 => number is >= 0 and <= ushort.MaxValue,
        ScalarType.Int32 => number is >= int.MinValue and <= int.MaxValue,
        ScalarType.UInt32 => number is >= 0 and <= uint.MaxValue,
        ScalarType.Int64 => true,
        ScalarType.UInt64 => number >= 0,
        _ => false,
    };
}
