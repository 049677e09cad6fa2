using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hlx.Values;

/// <summary>
/// JSON (RFC 8259) as the obvious form of HLX values. Bytes are <c>{"$bytes":"hex"}</c>; a number with a point or exponent is a
/// float, any other an int. An object whose only key is <c>bytes</c> after one or more <c>$</c> gets one <c>$</c> more, so that
/// no object reads as bytes: value → JSON → value is the identity for every value.
/// </summary>
public static class Json
{
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    internal const string BytesKey = "$bytes";

    /// <summary>Writes a value as compact JSON with sorted keys.</summary>
    /// <param name="value">The value.</param>
    public static string Encode(HlxValue value)
    {
        StringBuilder output = new();
        Append(output, value);
        return output.ToString();
    }

    /// <summary>Reads a value from JSON; white space and the order of keys are free.</summary>
    /// <param name="text">One JSON value and nothing more.</param>
    /// <param name="requireKeyOrder">Refuse objects whose keys are not in ascending order of code points
    /// (<see cref="ErrorCode.KeyOrder"/>), instead of sorting them.</param>
    /// <exception cref="HlxException">With the byte offset: <see cref="ErrorCode.JsonParse"/>, <see cref="ErrorCode.IntRange"/>,
    /// <see cref="ErrorCode.FloatSpecial"/> (a number too large for binary64), <see cref="ErrorCode.FieldOrder"/> (a key that occurs
    /// twice), <see cref="ErrorCode.DepthExceeded"/>, <see cref="ErrorCode.TextInvalid"/>.</exception>
    public static HlxValue Decode(string text, bool requireKeyOrder = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        Utf16.RequireValid(text);
        return Decode(Encoding.UTF8.GetBytes(text), requireKeyOrder);
    }

    /// <summary>Reads a value from UTF-8 JSON; white space and the order of keys are free.</summary>
    /// <inheritdoc cref="Decode(string, bool)"/>
    public static HlxValue Decode(ReadOnlySpan<byte> utf8, bool requireKeyOrder = false) => JsonReader.ReadAll(utf8, requireKeyOrder);

    internal static bool IsEscapedBytesKey(ReadOnlySpan<char> key) => key.TrimStart('$') is "bytes" && key.Length > BytesKey.Length;

    private static void Append(StringBuilder output, in HlxValue value)
    {
        switch (value.Kind)
        {
            case HlxKind.Null:
                output.Append("null");
                break;
            case HlxKind.Bool:
                output.Append(value.AsBool() ? "true" : "false");
                break;
            case HlxKind.Int:
                output.Append(CultureInfo.InvariantCulture, $"{value.AsInt()}");
                break;
            case HlxKind.Float:
                output.Append(FloatText.Format(value.AsFloat()));
                break;
            case HlxKind.Text:
                AppendText(output, value.AsText());
                break;
            case HlxKind.Bytes:
                output.Append("{\"" + BytesKey + "\":\"").Append(Convert.ToHexStringLower(value.AsBytes().Span)).Append("\"}");
                break;
            case HlxKind.Array:
                output.Append('[');
                for (int i = 0; i < value.AsArray().Length; i++)
                {
                    if (i > 0) output.Append(',');
                    Append(output, value.AsArray()[i]);
                }
                output.Append(']');
                break;
            default:
                AppendObject(output, value.AsObject());
                break;
        }
    }

    private static void AppendObject(StringBuilder output, HlxObject fields)
    {
        output.Append('{');
        string separator = "";
        foreach ((string key, HlxValue value) in fields.InTextOrder())
        {
            AppendText(output.Append(separator), fields.Count == 1 && (key == BytesKey || IsEscapedBytesKey(key)) ? "$" + key : key);
            Append(output.Append(':'), value);
            separator = ",";
        }
        output.Append('}');
    }

    private static void AppendText(StringBuilder output, string text)
    {
        output.Append('"');
        ReadOnlySpan<char> rest = text;
        for (int at; (at = rest.IndexOfAny(Escaped)) >= 0; rest = rest[(at + 1)..])
        {
            output.Append(rest[..at]);
            _ = rest[at] switch
            {
                '"' => output.Append("\\\""),
                '\\' => output.Append("\\\\"),
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                char unit => output.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
            };
        }
        output.Append(rest).Append('"');
    }
}
