using System.Globalization;
using System.Text;

namespace Hlx.Values;

/// <summary>
/// Text between double quotes as LC-T and the runic form write it: <c>\" \\ \n \r \t</c>, <c>\u{…}</c> for the other control
/// characters (general category Cc), everything else as it is.
/// </summary>
internal static class QuotedText
{
    /// <summary>Appends the quoted text.</summary>
    public static void Append(StringBuilder output, string text)
    {
        output.Append('"');
        foreach (char unit in text)
        {
            if (ShortEscape(unit) is char letter) output.Append('\\').Append(letter);
            else if (char.IsControl(unit)) output.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)unit:x}}}");
            else output.Append(unit);
        }
        output.Append('"');
    }

    /// <summary>Reads a quoted text whose opening quote is at a position; moves behind the closing quote.</summary>
    /// <returns>The text, or null where it is malformed or not in its one canonical spelling.</returns>
    public static string? Read(ReadOnlySpan<char> input, ref int position)
    {
        if (position >= input.Length || input[position] != '"') return null;
        int start = position++;
        StringBuilder text = new();
        while (position < input.Length)
        {
            char unit = input[position++];
            if (unit == '"')
            {
                StringBuilder canonical = new();
                Append(canonical, text.ToString());
                return canonical.Equals(input[start..position]) ? text.ToString() : null;
            }
            if (unit != '\\') text.Append(unit);
            else if (!ReadEscape(input, ref position, text)) return null;
        }
        return null;
    }

    private static bool ReadEscape(ReadOnlySpan<char> input, ref int position, StringBuilder text)
    {
        if (position >= input.Length) return false;
        char letter = input[position++];
        if (letter == 'u')
        {
            int end = input[position..].IndexOf('}');
            if (end is < 2 or > 3 || input[position] != '{') return false;
            if (!byte.TryParse(input.Slice(position + 1, end - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte code))
                return false;
            text.Append((char)code);
            position += end + 1;
            return true;
        }
        char? plain = letter switch { '"' => '"', '\\' => '\\', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => null };
        if (plain is char unit) text.Append(unit);
        return plain is not null;
    }

    private static char? ShortEscape(char unit) => unit switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', _ => null };
}
