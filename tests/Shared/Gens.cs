using CsCheck;

namespace Hlx.Testing;

/// <summary>Generators of arbitrary values for property tests.</summary>
internal static class Gens
{
    public static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 12],
        Gen.Int[0, 0x10ffff].Where(code => code is < 0xd800 or > 0xdfff).Select(char.ConvertFromUtf32).Array[0, 6].Select(string.Concat),
        Gen.OneOf(((string[])["", "&h_", "&h_int_00", "&h_a b", "&h_\"x\")", "&h_é", "$bytes", "$$bytes", "@0", "@10", "@9", "@09", "10", "007", "\0\u001f\u007f\u0085", "a\"\\\n\r\t", "\uffff", "😀"]).Select(Gen.Const).ToArray()));

    public static readonly Gen<HlxValue> Scalar = Gen.OneOf(
        Gen.Const(HlxValue.Null),
        Gen.Bool.Select(HlxValue.From),
        Gen.Long.Select(HlxValue.From),
        Gen.Int[-200, 200].Select(number => HlxValue.From((long)number)),
        Gen.Double.Where(double.IsFinite).Select(HlxValue.From),
        Gen.Double[-1e20, 1e20].Select(HlxValue.From),
        Text.Select(HlxValue.From),
        Gen.Byte.Array[0, 20].Select(bytes => HlxValue.Bytes(bytes)));

    public static readonly Gen<HlxValue> Value = Nested(4);

    private static Gen<HlxValue> Nested(int depth)
    {
        if (depth == 0) return Scalar;
        Gen<HlxValue> inner = Nested(depth - 1);
        return Gen.Frequency(
            (3, Scalar),
            (1, inner.Array[0, 5].Select(items => HlxValue.Array(items))),
            (1, Gen.Select(Text, inner).Array[0, 5].Select(ToObject)));
    }

    private static HlxValue ToObject((string Key, HlxValue Value)[] fields) =>
        HlxValue.Object([.. fields.DistinctBy(field => field.Key)]);
}
