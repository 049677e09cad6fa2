using System.Globalization;

namespace Hlx.Values;

/// <summary>Reads LC-T strictly; the depth of recursion is bounded by <see cref="HlxValue.MaxDepth"/>.</summary>
internal sealed class LctReader(string text)
{
    private int _position;
    private int _depth;

    public HlxValue ReadAll()
    {
        Require("[");
        HlxValue value = ReadValue();
        Require("]");
        return _position == text.Length ? value : throw Refuse(_position, "text follows the value");
    }

    private HlxValue ReadValue()
    {
        int start = _position;
        if (Take("INT(")) return ReadInt();
        if (Take("FLOAT(")) return ReadFloat();
        if (Take("STRING(")) return ReadString(start);
        if (Take("HANDLE(")) return ReadHandle(start);
        if (Take("BYTES([")) return ReadBytes(start);
        if (Take("NULL")) return HlxValue.Null;
        if (Take("TRUE")) return HlxValue.From(true);
        if (Take("FALSE")) return HlxValue.From(false);
        if (Take("ARR_START")) return ReadArray(start);
        if (Take("OBJ_START")) return ReadObject(start);
        throw Refuse(start, "no LC-T token stands here");
    }

    private HlxValue ReadArray(int start)
    {
        Enter(start);
        Require(Lct.Separator);
        List<HlxValue> items = [];
        while (!Take("ARR_END"))
        {
            items.Add(ReadValue());
            Require(Lct.Separator);
        }
        _depth--;
        return HlxValue.FromOwned(items.ToArray());
    }

    private HlxValue ReadObject(int start)
    {
        Enter(start);
        Require(Lct.Separator);
        List<(string Key, HlxValue Value)> fields = [];
        while (!Take("OBJ_END"))
        {
            int at = _position;
            string key = ReadKey();
            if (fields.Count > 0 && Utf16.Compare(fields[^1].Key, key) >= 0)
            {
                throw new HlxException(
                    ErrorCode.FieldOrder, $"the key \"{key}\" follows \"{fields[^1].Key}\"",
                    "Write each key once, in ascending order of code points", at);
            }
            Require(Lct.Separator);
            fields.Add((key, ReadValue()));
            Require(Lct.Separator);
        }
        _depth--;
        return HlxValue.Object([.. fields]);
    }

    private string ReadKey()
    {
        int start = _position;
        if (Take("FIELD_"))
        {
            string digits = UpTo(',', start);
            return Lct.IsFieldNumber(digits) ? digits : throw Refuse(start, "FIELD_ needs ASCII digits");
        }
        if (!Take("KEY(")) throw Refuse(start, "a key is missing");
        string? key = QuotedText.Read(text, ref _position);
        if (key is null || Lct.IsFieldNumber(key)) throw Refuse(start, "the key is not in its canonical spelling");
        Require(")");
        return key;
    }

    private HlxValue ReadInt()
    {
        int start = _position;
        string digits = UpTo(')', start);
        _position++;
        if (Int128.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value)
            && (value < long.MinValue || value > long.MaxValue))
        {
            throw new HlxException(ErrorCode.IntRange, $"{digits} is outside the signed 64-bit range", "Write integers of 64 bits at most", start);
        }
        return value.ToString(CultureInfo.InvariantCulture) == digits ? HlxValue.From((long)value) : throw Refuse(start, "the int is not in its canonical spelling");
    }

    private HlxValue ReadFloat()
    {
        int start = _position;
        string digits = UpTo(')', start);
        _position++;
        return FloatText.TryParseCanonical(digits, out double value)
            ? HlxValue.From(value)
            : throw Refuse(start, "the float is not in its canonical spelling");
    }

    private HlxValue ReadString(int start)
    {
        string? value = QuotedText.Read(text, ref _position);
        if (value is null || Handle.IsHandleText(value)) throw Refuse(start, "the string is not in its canonical spelling");
        Require(")");
        return HlxValue.FromValidText(value);
    }

    private HlxValue ReadHandle(int start)
    {
        bool quoted = _position < text.Length && text[_position] == '"';
        string? value = quoted ? QuotedText.Read(text, ref _position) : UpTo(')', start);
        if (!Handle.IsHandleText(value) || Lct.IsBareHandle(value) == quoted) throw Refuse(start, "the handle is not in its canonical spelling");
        Require(")");
        return HlxValue.FromValidText(value);
    }

    private HlxValue ReadBytes(int start)
    {
        string hex = UpTo(']', start);
        Require("])");
        return Hex.TryDecode(hex, out byte[] bytes) ? HlxValue.FromOwned(bytes) : throw Refuse(start, "bytes need pairs of lower-case hex digits");
    }

    private string UpTo(char end, int start)
    {
        int length = text.AsSpan(_position).IndexOf(end);
        if (length < 0) throw Refuse(start, "the token does not end");
        _position += length;
        return text.Substring(_position - length, length);
    }

    private bool Take(string token)
    {
        if (string.CompareOrdinal(text, _position, token, 0, token.Length) != 0) return false;
        _position += token.Length;
        return true;
    }

    private void Require(string token)
    {
        if (!Take(token)) throw Refuse(_position, $"\"{token}\" is missing");
    }

    private void Enter(int start)
    {
        if (++_depth <= HlxValue.MaxDepth) return;
        throw new HlxException(
            ErrorCode.DepthExceeded, $"arrays and objects are nested deeper than {HlxValue.MaxDepth}", "Flatten the value", start);
    }

    private static HlxException Refuse(int offset, string what) =>
        new(ErrorCode.LctParse, what, "Write LC-T exactly as `hlx convert --to lct` does", offset);
}
