using System.Text.Json;

namespace Hlx.Values;

/// <summary>Maps the tokens of System.Text.Json to HLX values.</summary>
internal static class JsonReader
{
    // Two more than HLX allows: one for the {"$bytes": …} form inside 64 arrays, one so that HLX reports the excess itself.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = HlxValue.MaxDepth + 2 };

    public static HlxValue ReadAll(ReadOnlySpan<byte> utf8, bool requireKeyOrder)
    {
        Utf8JsonReader reader = new(utf8, Options);
        try
        {
            Require(ref reader);
            HlxValue value = ReadValue(ref reader, requireKeyOrder);
            if (reader.Read()) throw Refuse(reader.TokenStartIndex, "text follows the value");
            return value;
        }
        catch (JsonException invalid) when (reader.CurrentDepth >= Options.MaxDepth - 1)
        {
            throw new HlxException(
                ErrorCode.DepthExceeded, $"arrays and objects are nested deeper than {HlxValue.MaxDepth}", "Flatten the value",
                reader.TokenStartIndex, invalid);
        }
        catch (JsonException invalid)
        {
            throw new HlxException(
                ErrorCode.JsonParse, $"the JSON is malformed in line {invalid.LineNumber + 1}", "Correct the JSON there",
                reader.BytesConsumed, invalid);
        }
        catch (InvalidOperationException invalid)
        {
            throw new HlxException(
                ErrorCode.TextInvalid, "a string is not valid Unicode", "Write UTF-8, and surrogates in pairs only", reader.TokenStartIndex, invalid);
        }
    }

    private static HlxValue ReadValue(ref Utf8JsonReader reader, bool requireKeyOrder) => reader.TokenType switch
    {
        JsonTokenType.Null => HlxValue.Null,
        JsonTokenType.True => HlxValue.From(true),
        JsonTokenType.False => HlxValue.From(false),
        JsonTokenType.Number => ReadNumber(ref reader),
        JsonTokenType.String => HlxValue.FromValidText(reader.GetString()!),
        JsonTokenType.StartArray => ReadArray(ref reader, requireKeyOrder),
        _ => ReadObject(ref reader, requireKeyOrder),
    };

    private static HlxValue ReadNumber(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> digits = reader.ValueSpan;
        if (digits.ContainsAny((byte)'.', (byte)'e', (byte)'E'))
        {
            double number = reader.GetDouble();
            return double.IsFinite(number) ? HlxValue.From(number) : throw new HlxException(
                ErrorCode.FloatSpecial, "a number is too large for a 64-bit float", "Write finite binary64 numbers", reader.TokenStartIndex);
        }
        return reader.TryGetInt64(out long integer) ? HlxValue.From(integer) : throw new HlxException(
            ErrorCode.IntRange, "an int is outside the signed 64-bit range", "Write integers of 64 bits at most, or a float with a point",
            reader.TokenStartIndex);
    }

    private static HlxValue ReadArray(ref Utf8JsonReader reader, bool requireKeyOrder)
    {
        List<HlxValue> items = [];
        for (Require(ref reader); reader.TokenType != JsonTokenType.EndArray; Require(ref reader)) items.Add(ReadValue(ref reader, requireKeyOrder));
        return HlxValue.FromOwned([.. items]);
    }

    private static HlxValue ReadObject(ref Utf8JsonReader reader, bool requireKeyOrder)
    {
        long start = reader.TokenStartIndex;
        List<(string Key, HlxValue Value)> fields = [];
        for (Require(ref reader); reader.TokenType != JsonTokenType.EndObject; Require(ref reader))
        {
            string key = reader.GetString()!;
            if (requireKeyOrder && fields.Count > 0 && Utf16.Compare(fields[^1].Key, key) >= 0)
            {
                throw new HlxException(
                    ErrorCode.KeyOrder, $"the key \"{key}\" follows \"{fields[^1].Key}\"",
                    "Write keys once, in ascending order of code points", reader.TokenStartIndex);
            }
            Require(ref reader);
            fields.Add((key, ReadValue(ref reader, requireKeyOrder)));
        }
        if (fields is [(Json.BytesKey, HlxValue hex)]) return ReadBytes(hex, start);
        if (fields is [(string only, HlxValue inner)] && Json.IsEscapedBytesKey(only)) fields[0] = (only[1..], inner);
        return HlxValue.Object([.. fields]);
    }

    private static HlxValue ReadBytes(HlxValue hex, long start) =>
        hex.Kind == HlxKind.Text && Hex.TryDecode(hex.AsText(), out byte[] bytes)
            ? HlxValue.FromOwned(bytes)
            : throw Refuse(start, "\"$bytes\" needs pairs of lower-case hex digits");

    private static void Require(ref Utf8JsonReader reader)
    {
        if (!reader.Read()) throw Refuse(reader.BytesConsumed, "the JSON ends too early");
    }

    private static HlxException Refuse(long offset, string what) => new(ErrorCode.JsonParse, what, "Correct the JSON there", offset);
}
