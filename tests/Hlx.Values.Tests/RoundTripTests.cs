using System.Buffers;
using CsCheck;
using Hlx.Testing;

namespace Hlx.Values.Tests;

/// <summary>The bijections, on arbitrary values and on arbitrary bytes.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Lcb_decodes_what_it_encodes() =>
        Gens.Value.Sample(value => Lcb.Decode(Lcb.Encode(value)) == value, iter: 20_000);

    [Fact]
    public void Lct_decodes_what_it_encodes() =>
        Gens.Value.Sample(value => Lct.Decode(Lct.Encode(value)) == value, iter: 20_000);

    [Fact]
    public void Json_decodes_what_it_encodes() =>
        Gens.Value.Sample(value => Json.Decode(Json.Encode(value)) == value, iter: 20_000);

    [Fact]
    public void Json_of_a_decoded_json_is_stable() => Gens.Value.Sample(value =>
    {
        string json = Json.Encode(value);
        return Json.Encode(Json.Decode(json)) == json;
    }, iter: 10_000);

    [Fact]
    public void Distinct_values_have_distinct_forms() => Gen.Select(Gens.Value, Gens.Value).Sample((left, right) =>
    {
        bool same = left == right;
        return Lcb.Encode(left).AsSpan().SequenceEqual(Lcb.Encode(right)) == same
            && Lct.Encode(left) == Lct.Encode(right) == same
            && Json.Encode(left) == Json.Encode(right) == same
            && Handle.Of(left) == Handle.Of(right) == same;
    }, iter: 10_000);

    [Fact]
    public void Equal_values_hash_alike() => Gens.Value.Sample(value =>
        Lcb.Decode(Lcb.Encode(value)).GetHashCode() == value.GetHashCode(), iter: 5_000);

    [Fact]
    public void Any_bytes_decode_canonically_or_are_refused_with_an_offset() =>
        Gen.Byte.Array[0, 40].Sample(AcceptsOnlyCanonical, iter: 100_000);

    [Fact]
    public void Any_bytes_of_valid_tags_decode_canonically_or_are_refused_with_an_offset() =>
        Gen.Byte[0, 12].Array[0, 24].Sample(AcceptsOnlyCanonical, iter: 200_000);

    [Fact]
    public void A_changed_byte_decodes_canonically_or_is_refused_with_an_offset() =>
        Gen.Select(Gens.Value, Gen.Int[0, 1 << 20], Gen.Byte).Sample((value, position, replacement) =>
        {
            byte[] bytes = Lcb.Encode(value);
            bytes[position % bytes.Length] = replacement;
            return AcceptsOnlyCanonical(bytes);
        }, iter: 50_000);

    [Fact]
    public void Every_proper_prefix_is_refused() => Gens.Value.Sample(value =>
    {
        byte[] bytes = Lcb.Encode(value);
        for (int length = 0; length < bytes.Length; length++)
        {
            int prefix = length;
            HlxException refusal = Assert.Throws<HlxException>(() => Lcb.Decode(bytes.AsSpan(0, prefix)));
            Assert.Equal(ErrorCode.LcParse, refusal.Code);
        }
    }, iter: 1_000);

    [Fact]
    public void Any_text_is_read_canonically_as_lct_or_refused() =>
        Gen.Select(Gens.Value, Gen.Int[0, 1 << 20], Gen.Char[' ', '~']).Sample((value, position, replacement) =>
        {
            char[] text = Lct.Encode(value).ToCharArray();
            text[position % text.Length] = replacement;
            string changed = new(text);
            try
            {
                return Lct.Encode(Lct.Decode(changed)) == changed;
            }
            catch (HlxException refusal)
            {
                return refusal.Offset is >= 0 && refusal.Offset <= changed.Length;
            }
        }, iter: 50_000);

    [Fact]
    public void The_three_ways_to_encode_agree() => Gens.Value.Sample(value =>
    {
        byte[] bytes = Lcb.Encode(value);
        ArrayBufferWriter<byte> output = new();
        Lcb.Encode(value, output);
        byte[] span = new byte[Lcb.GetLength(value)];
        return Lcb.Encode(value, span) == bytes.Length && span.AsSpan().SequenceEqual(bytes) && output.WrittenSpan.SequenceEqual(bytes);
    }, iter: 5_000);

    private static bool AcceptsOnlyCanonical(byte[] bytes)
    {
        try
        {
            return Lcb.Encode(Lcb.Decode(bytes)).AsSpan().SequenceEqual(bytes);
        }
        catch (HlxException refusal)
        {
            return refusal.Offset is >= 0 && refusal.Offset <= bytes.Length && refusal.Code.StartsWith("E_", StringComparison.Ordinal);
        }
    }
}
