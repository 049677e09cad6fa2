using System.Globalization;
using System.Text;

namespace Hlx.Values;

/// <summary>The runic rendering of values, for reading only: one rune for each kind, as in the HLX 1.0 reference runtime.</summary>
public static class Runic
{
    /// <summary>Writes a value in runes.</summary>
    /// <param name="value">The value.</param>
    public static string Encode(HlxValue value)
    {
        StringBuilder output = new();
        Append(output, value);
        return output.ToString();
    }

    private static void Append(StringBuilder output, in HlxValue value)
    {
        switch (value.Kind)
        {
            case HlxKind.Null:
                output.Append('ᛉ');
                break;
            case HlxKind.Bool:
                output.Append(value.AsBool() ? 'ᛏ' : 'ᚠ');
                break;
            case HlxKind.Int:
                output.Append(CultureInfo.InvariantCulture, $"ᛇ{value.AsInt()}");
                break;
            case HlxKind.Float:
                output.Append('ᛞ').Append(FloatText.Format(value.AsFloat()));
                break;
            case HlxKind.Text when value.IsHandle:
                output.Append('ᚹ').Append(value.AsText());
                break;
            case HlxKind.Text:
                QuotedText.Append(output.Append('ᚦ'), value.AsText());
                break;
            case HlxKind.Bytes:
                output.Append("ᚲ[").Append(Convert.ToHexStringLower(value.AsBytes().Span)).Append(']');
                break;
            case HlxKind.Array:
                string separator = "ᛈ[";
                foreach (HlxValue item in value.AsArray())
                {
                    Append(output.Append(separator), item);
                    separator = ", ";
                }
                output.Append(value.AsArray().IsEmpty ? "ᛈ[]" : "]");
                break;
            default:
                separator = "ᛟ{";
                foreach ((string key, HlxValue item) in value.AsObject().InTextOrder())
                {
                    QuotedText.Append(output.Append(separator), key);
                    Append(output.Append(':'), item);
                    separator = ", ";
                }
                output.Append(value.AsObject().Count == 0 ? "ᛟ{}" : "}");
                break;
        }
    }
}
