using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Hlx.Values;

/// <summary>Writes LC-B into a span; allocates nothing.</summary>
internal ref struct LcbWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>The number of bytes written.</summary>
    public int Written { get; private set; }

    /// <summary>The length of a value's encoding in bytes.</summary>
    public static long LengthOf(in HlxValue value)
    {
        switch (value.Kind)
        {
            case HlxKind.Int:
                return 1 + SignedLength(value.Bits);
            case HlxKind.Float:
                return 9;
            case HlxKind.Text:
                return 1 + BlockLength(Encoding.UTF8.GetByteCount(value.AsText()));
            case HlxKind.Bytes:
                return 1 + BlockLength(value.AsBytes().Length);
            case HlxKind.Array:
                HlxArray items = value.AsArray();
                long length = 2 + UnsignedLength((ulong)items.Length);
                if (items.TryGetFloats(out ReadOnlySpan<double> floats)) return length + (9L * floats.Length);
                foreach (ref readonly HlxValue item in items.Values) length += LengthOf(item);
                return length;
            case HlxKind.Object:
                HlxObject fields = value.AsObject();
                length = 2 + UnsignedLength((ulong)fields.Count);
                foreach (string key in fields.Keys) length += BlockLength(Encoding.UTF8.GetByteCount(key));
                foreach (ref readonly HlxValue item in fields.Values) length += LengthOf(item);
                return length;
            default:
                return 1;
        }
    }

    /// <summary>Writes one value.</summary>
    public void Write(in HlxValue value)
    {
        switch (value.Kind)
        {
            case HlxKind.Null:
                WriteByte(LcbTag.Null);
                break;
            case HlxKind.Bool:
                WriteByte(value.AsBool() ? LcbTag.True : LcbTag.False);
                break;
            case HlxKind.Int:
                WriteByte(LcbTag.Int);
                WriteSigned(value.Bits);
                break;
            case HlxKind.Float:
                WriteFloat(value.Bits);
                break;
            case HlxKind.Text:
                WriteByte(value.IsHandle ? LcbTag.Handle : LcbTag.Text);
                WriteText(value.AsText());
                break;
            case HlxKind.Bytes:
                ReadOnlySpan<byte> bytes = value.AsBytes().Span;
                WriteByte(LcbTag.Bytes);
                WriteUnsigned((ulong)bytes.Length);
                bytes.CopyTo(_destination[Written..]);
                Written += bytes.Length;
                break;
            case HlxKind.Array:
                WriteArray(value.AsArray());
                break;
            default:
                WriteObject(value.AsObject());
                break;
        }
    }

    private void WriteArray(HlxArray items)
    {
        WriteByte(LcbTag.ArrayStart);
        WriteUnsigned((ulong)items.Length);
        if (items.TryGetFloats(out ReadOnlySpan<double> floats))
        {
            foreach (double number in floats) WriteFloat(BitConverter.DoubleToInt64Bits(number));
        }
        else
        {
            foreach (ref readonly HlxValue item in items.Values) Write(item);
        }
        WriteByte(LcbTag.ArrayEnd);
    }

    private void WriteObject(HlxObject fields)
    {
        WriteByte(LcbTag.ObjectStart);
        WriteUnsigned((ulong)fields.Count);
        for (int i = 0; i < fields.Count; i++)
        {
            WriteText(fields.Keys[i]);
            Write(fields.Values[i]);
        }
        WriteByte(LcbTag.ObjectEnd);
    }

    private void WriteByte(byte value) => _destination[Written++] = value;

    private void WriteFloat(long bits)
    {
        Span<byte> target = _destination.Slice(Written, 9);
        target[0] = LcbTag.Float;
        BinaryPrimitives.WriteInt64BigEndian(target[1..], bits);
        Written += 9;
    }

    private void WriteText(string text)
    {
        WriteUnsigned((ulong)Encoding.UTF8.GetByteCount(text));
        Written += Encoding.UTF8.GetBytes(text, _destination[Written..]);
    }

    // ULEB128 and SLEB128: DWARF 5, section 7.6.
    private void WriteUnsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7) WriteByte((byte)(value | 0x80));
        WriteByte((byte)value);
    }

    private void WriteSigned(long value)
    {
        for (; value is < -64 or > 63; value >>= 7) WriteByte((byte)((ulong)value | 0x80));
        WriteByte((byte)(value & 0x7f));
    }

    private static long BlockLength(int bytes) => UnsignedLength((ulong)bytes) + bytes;

    private static int UnsignedLength(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private static int SignedLength(long value) => (BitOperations.Log2((ulong)(value ^ (value >> 63)) << 1 | 1) / 7) + 1;
}
