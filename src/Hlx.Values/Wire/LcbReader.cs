using System.Buffers.Binary;
using System.Text;

namespace Hlx.Values;

/// <summary>
/// Reads LC-B from a span and refuses whatever the writer does not produce. Counts and lengths are checked against the bytes left
/// before anything is allocated, so memory stays proportional to the input.
/// </summary>
internal ref struct LcbReader(ReadOnlySpan<byte> source)
{
    private const int FloatBytes = 9; // a tag and a binary64

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _source = source;
    private int _position;
    private int _depth;

    /// <summary>Reads one value.</summary>
    public HlxValue ReadValue()
    {
        int start = _position;
        byte tag = ReadByte("a value");
        switch (tag)
        {
            case LcbTag.Null:
                return HlxValue.Null;
            case LcbTag.True:
                return HlxValue.From(true);
            case LcbTag.False:
                return HlxValue.From(false);
            case LcbTag.Int:
                return HlxValue.From(ReadSigned());
            case LcbTag.Float:
                return HlxValue.FromCheckedFloat(ReadFloat());
            case LcbTag.Text or LcbTag.Handle:
                string text = ReadText();
                return Handle.IsHandleText(text) == (tag == LcbTag.Handle) ? HlxValue.FromValidText(text) : throw Refuse(
                    start, tag == LcbTag.Handle ? "a handle does not start with &h_" : "a text starts with &h_ and is not tagged as a handle");
            case LcbTag.Bytes:
                int length = ReadLength("bytes", 1);
                _position += length;
                return HlxValue.FromOwned(_source.Slice(_position - length, length).ToArray());
            case LcbTag.ArrayStart:
                return ReadArray(start);
            case LcbTag.ObjectStart:
                return ReadObject(start);
            default:
                throw Refuse(start, tag is LcbTag.ArrayEnd or LcbTag.ObjectEnd ? "an end mark stands where a value starts" : $"0x{tag:x2} is not a tag");
        }
    }

    /// <summary>Refuses bytes after the value.</summary>
    public readonly void RequireEnd()
    {
        if (_position != _source.Length) throw Refuse(_position, $"{_source.Length - _position} bytes follow the value");
    }

    private HlxValue ReadArray(int start)
    {
        Enter(start);
        int length = ReadLength("an array", 1);
        HlxValue array = length > 0 && length <= (_source.Length - _position) / FloatBytes && _source[_position] == LcbTag.Float
            ? ReadFloats(length)
            : ReadItems(NewArray<HlxValue>(length), 0);
        ReadEnd(LcbTag.ArrayEnd, "an array");
        _depth--;
        return array;
    }

    private HlxValue ReadItems(HlxValue[] items, int from)
    {
        for (int i = from; i < items.Length; i++) items[i] = ReadValue();
        return HlxValue.FromOwned(items);
    }

    // Large arrays are made of floats; at the first element that is none, what was read moves into an array of values.
    private HlxValue ReadFloats(int length)
    {
        double[] floats = new double[length];
        for (int i = 0; i < length; i++)
        {
            if (_source[_position] != LcbTag.Float)
            {
                HlxValue[] items = new HlxValue[length];
                for (int j = 0; j < i; j++) items[j] = HlxValue.FromCheckedFloat(floats[j]);
                return ReadItems(items, i);
            }
            _position++;
            floats[i] = ReadFloat();
        }
        return HlxValue.FromOwned(floats);
    }

    private HlxValue ReadObject(int start)
    {
        Enter(start);
        int count = ReadLength("an object", 2);
        string[] keys = NewArray<string>(count);
        HlxValue[] values = NewArray<HlxValue>(count);
        for (int i = 0; i < count; i++)
        {
            int at = _position;
            keys[i] = ReadText();
            if (i > 0 && FieldOrder.Compare(keys[i - 1], keys[i]) is int order && order >= 0)
            {
                throw new HlxException(
                    ErrorCode.FieldOrder,
                    order == 0 ? $"the key \"{keys[i]}\" occurs twice" : $"the key \"{keys[i]}\" follows \"{keys[i - 1]}\"",
                    "Write each key once: @0, @1, … by number, then the others by code points",
                    at);
            }
            values[i] = ReadValue();
        }
        ReadEnd(LcbTag.ObjectEnd, "an object");
        _depth--;
        return HlxValue.From(HlxObject.FromOwned(keys, values));
    }

    private static T[] NewArray<T>(int length) => length == 0 ? [] : new T[length];

    private void Enter(int start)
    {
        if (++_depth <= HlxValue.MaxDepth) return;
        throw new HlxException(
            ErrorCode.DepthExceeded, $"arrays and objects are nested deeper than {HlxValue.MaxDepth}", "Flatten the value", start);
    }

    private void ReadEnd(byte tag, string what)
    {
        int at = _position;
        if (ReadByte($"the end of {what}") != tag) throw Refuse(at, $"{what} does not end after the number of items it states");
    }

    private double ReadFloat()
    {
        if (_source.Length - _position < 8) throw Truncated("a float");
        long bits = BinaryPrimitives.ReadInt64BigEndian(_source[_position..]);
        double value = BitConverter.Int64BitsToDouble(bits);
        if (!double.IsFinite(value))
            throw new HlxException(ErrorCode.FloatSpecial, "a float is NaN or infinite", "Write finite numbers only", _position);
        if (bits == long.MinValue) throw Refuse(_position, "a float is −0.0, which is written as +0.0");
        _position += 8;
        return value;
    }

    private string ReadText()
    {
        int length = ReadLength("a text", 1);
        try
        {
            string text = StrictUtf8.GetString(_source.Slice(_position, length));
            _position += length;
            return text;
        }
        catch (DecoderFallbackException invalid)
        {
            throw new HlxException(ErrorCode.TextInvalid, "a text is not valid UTF-8", "Write texts as UTF-8", _position + invalid.Index, invalid);
        }
    }

    /// <summary>Reads a length or count and checks that its items, of at least the given size each, fit into what is left.</summary>
    private int ReadLength(string what, int itemBytes)
    {
        int start = _position;
        ulong length = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = ReadByte($"the length of {what}");
            if (shift == 63 && part > 1) throw Refuse(start, $"the length of {what} exceeds 64 bits");
            length |= (ulong)(part & 0x7f) << shift;
            if (part >= 0x80) continue;
            if (part == 0 && shift > 0) throw Refuse(start, $"the length of {what} is written with more bytes than it needs");
            break;
        }
        if (length > (ulong)((_source.Length - _position) / itemBytes))
            throw Refuse(start, $"{what} states {length} {(itemBytes == 1 ? "bytes or items" : "fields")}, more than the input can hold");
        return (int)length;
    }

    private long ReadSigned()
    {
        int start = _position;
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = ReadByte("an int");
            if (shift == 63 && part is not (0x00 or 0x7f))
                throw new HlxException(ErrorCode.IntRange, "an int is outside the signed 64-bit range", "Write integers of 64 bits at most", start);
            value |= (long)(part & 0x7f) << shift;
            if (part >= 0x80) continue;
            int previous = shift == 0 ? -1 : _source[_position - 2];
            bool overlong = previous >= 0 && ((part == 0x00 && (previous & 0x40) == 0) || (part == 0x7f && (previous & 0x40) != 0));
            if (overlong) throw Refuse(start, "an int is written with more bytes than it needs");
            if (shift < 57 && (part & 0x40) != 0) value |= -1L << (shift + 7);
            return value;
        }
    }

    private byte ReadByte(string what) => _position < _source.Length ? _source[_position++] : throw Truncated(what);

    private readonly HlxException Truncated(string what) => Refuse(_source.Length, $"the input ends inside {what}");

    private static HlxException Refuse(int offset, string what) =>
        new(ErrorCode.LcParse, what, "Decode only what an LC-B encoder wrote, whole", offset);
}
