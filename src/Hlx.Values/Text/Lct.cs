using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hlx.Values;

/// <summary>
/// LC-T, the text form of LC-B (CONTRACT_801), token for token: <c>[OBJ_START, KEY("a"), INT(1), OBJ_END]</c>. Text and value are
/// a bijection: <see cref="Decode"/> accepts exactly what <see cref="Encode"/> writes.
/// </summary>
public static class Lct
{
    internal const string Separator = ", ";

    private static readonly SearchValues<char> TokenSyntax = SearchValues.Create("\"\\(),[]");

    /// <summary>Writes a value as LC-T.</summary>
    /// <param name="value">The value.</param>
    public static string Encode(HlxValue value)
    {
        StringBuilder output = new("[");
        Append(output, value);
        return output.Append(']').ToString();
    }

    /// <summary>Reads a value from LC-T.</summary>
    /// <param name="text">The canonical text and nothing more.</param>
    /// <exception cref="HlxException">With the offset in UTF-16 code units: <see cref="ErrorCode.LctParse"/>,
    /// <see cref="ErrorCode.FieldOrder"/>, <see cref="ErrorCode.DepthExceeded"/>, <see cref="ErrorCode.TextInvalid"/>.</exception>
    public static HlxValue Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Utf16.RequireValid(text);
        return new LctReader(text).ReadAll();
    }

    private static void Append(StringBuilder output, in HlxValue value)
    {
        switch (value.Kind)
        {
            case HlxKind.Null:
                output.Append("NULL");
                break;
            case HlxKind.Bool:
                output.Append(value.AsBool() ? "TRUE" : "FALSE");
                break;
            case HlxKind.Int:
                output.Append(CultureInfo.InvariantCulture, $"INT({value.AsInt()})");
                break;
            case HlxKind.Float:
                output.Append("FLOAT(").Append(FloatText.Format(value.AsFloat())).Append(')');
                break;
            case HlxKind.Text when value.IsHandle:
                AppendHandle(output.Append("HANDLE("), value.AsText());
                break;
            case HlxKind.Text:
                output.Append("STRING(");
                QuotedText.Append(output, value.AsText());
                output.Append(')');
                break;
            case HlxKind.Bytes:
                output.Append("BYTES([").Append(Convert.ToHexStringLower(value.AsBytes().Span)).Append("])");
                break;
            case HlxKind.Array:
                output.Append("ARR_START").Append(Separator);
                foreach (HlxValue item in value.AsArray())
                {
                    Append(output, item);
                    output.Append(Separator);
                }
                output.Append("ARR_END");
                break;
            default:
                output.Append("OBJ_START").Append(Separator);
                foreach ((string key, HlxValue item) in value.AsObject().InTextOrder())
                {
                    AppendKey(output, key);
                    Append(output.Append(Separator), item);
                    output.Append(Separator);
                }
                output.Append("OBJ_END");
                break;
        }
    }

    private static void AppendKey(StringBuilder output, string key)
    {
        if (IsFieldNumber(key))
        {
            output.Append("FIELD_").Append(key);
            return;
        }
        output.Append("KEY(");
        QuotedText.Append(output, key);
        output.Append(')');
    }

    private static void AppendHandle(StringBuilder output, string text)
    {
        if (IsBareHandle(text)) output.Append(text);
        else QuotedText.Append(output, text);
        output.Append(')');
    }

    /// <summary>Whether a key is written as <c>FIELD_n</c>.</summary>
    internal static bool IsFieldNumber(ReadOnlySpan<char> key) => key.Length > 0 && !key.ContainsAnyExceptInRange('0', '9');

    /// <summary>Whether a handle needs no quotes: it is ASCII and holds nothing that the token syntax uses.</summary>
    internal static bool IsBareHandle(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExceptInRange('!', '~') && !text.ContainsAny(TokenSyntax);
}
