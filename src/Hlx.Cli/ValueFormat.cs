using System.Text;

namespace Hlx.Cli;

/// <summary>Values from and to the forms that the command line names.</summary>
internal static class ValueFormat
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static HlxValue Decode(string format, byte[] bytes) => format switch
    {
        "lcb" => Lcb.Decode(bytes),
        "lct" => Lct.Decode(ToText(bytes)),
        _ => Json.Decode(bytes),
    };

    /// <summary>The lines of a text with their numbers, from 1; none for an empty text.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(byte[] input)
    {
        string text = ToText(input);
        return input.Length == 0 ? [] : text.Split('\n').Select((line, index) => (index + 1, line.TrimEnd('\r')));
    }

    /// <summary>The value of a line.</summary>
    /// <exception cref="HlxException">As the decoders, with the line's number.</exception>
    public static HlxValue DecodeLine(string format, int number, string line)
    {
        try
        {
            return format switch
            {
                "lcb" => Lcb.Decode(FromHex(line)),
                "lct" => Lct.Decode(line),
                _ => Json.Decode(line),
            };
        }
        catch (HlxException bad)
        {
            throw new HlxException(bad.Code, $"line {number}: {bad.What}", bad.Remedy, bad.Offset, bad);
        }
    }

    public static string EncodeLine(string format, HlxValue value) => format switch
    {
        "lcb" => Convert.ToHexStringLower(Lcb.Encode(value)),
        "lct" => Lct.Encode(value),
        "runic" => Runic.Encode(value),
        _ => Json.Encode(value),
    };

    /// <summary>Writes a value: raw bytes for LC-B, a line of text for the others.</summary>
    public static byte[] Encode(string format, HlxValue value) =>
        format == "lcb" ? Lcb.Encode(value) : Encoding.UTF8.GetBytes(EncodeLine(format, value) + "\n");

    /// <summary>UTF-8 text without the line end that editors add.</summary>
    public static string ToText(byte[] bytes)
    {
        try
        {
            string text = Strict.GetString(bytes);
            return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
        }
        catch (DecoderFallbackException invalid)
        {
            throw new HlxException(ErrorCode.TextInvalid, "the input is not valid UTF-8", "Save it as UTF-8, or name its format with --from", invalid.Index);
        }
    }

    /// <summary>LC-T starts with a bracket and a token in capitals, which no JSON does.</summary>
    public static bool LooksLikeLct(string text) => text.Length > 1 && text[0] == '[' && char.IsAsciiLetterUpper(text[1]);

    private static byte[] FromHex(string line)
    {
        try
        {
            return Convert.FromHexString(line.Trim());
        }
        catch (FormatException)
        {
            throw new HlxException(ErrorCode.LcParse, "the line is not pairs of hex digits", "With --lines, write LC-B as hex");
        }
    }
}
