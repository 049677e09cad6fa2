using System.Buffers;

namespace Hlx.Values;

/// <summary>
/// LC-B, the canonical binary encoding (CONTRACT_800): what is hashed, stored and sent. Every value has exactly one encoding, and
/// the decoder accepts exactly what the encoder produces.
/// </summary>
public static class Lcb
{
    /// <summary>Encodes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="maxBytes">The largest encoding allowed, in bytes.</param>
    /// <returns>Its LC-B bytes.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.SizeExceeded"/> above <paramref name="maxBytes"/>.</exception>
    public static byte[] Encode(HlxValue value, long maxBytes = int.MaxValue)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(CheckedLength(value, maxBytes));
        Write(value, bytes);
        return bytes;
    }

    /// <summary>Encodes a value into memory of the caller's.</summary>
    /// <param name="value">The value.</param>
    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Encode(HlxValue value, Span<byte> destination)
    {
        long length = GetLength(value);
        if (length > destination.Length) throw new ArgumentException($"the encoding has {length} bytes, the destination {destination.Length}", nameof(destination));
        return Write(value, destination);
    }

    /// <summary>Encodes a value into a buffer writer.</summary>
    /// <param name="value">The value.</param>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="maxBytes">The largest encoding allowed, in bytes.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.SizeExceeded"/> above <paramref name="maxBytes"/>.</exception>
    public static void Encode(HlxValue value, IBufferWriter<byte> output, long maxBytes = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(output);
        int length = CheckedLength(value, maxBytes);
        output.Advance(Write(value, output.GetSpan(length)));
    }

    /// <summary>The length of a value's encoding in bytes.</summary>
    public static long GetLength(HlxValue value) => LcbWriter.LengthOf(value);

    /// <summary>Decodes exactly one value.</summary>
    /// <param name="lcb">Its canonical encoding and nothing more.</param>
    /// <param name="maxBytes">The largest input allowed, in bytes.</param>
    /// <exception cref="HlxException">With the byte offset: <see cref="ErrorCode.LcParse"/>, <see cref="ErrorCode.FieldOrder"/>,
    /// <see cref="ErrorCode.FloatSpecial"/>, <see cref="ErrorCode.DepthExceeded"/>, <see cref="ErrorCode.IntRange"/>,
    /// <see cref="ErrorCode.TextInvalid"/>; <see cref="ErrorCode.SizeExceeded"/> above <paramref name="maxBytes"/>.</exception>
    public static HlxValue Decode(ReadOnlySpan<byte> lcb, long maxBytes = long.MaxValue)
    {
        CheckSize(lcb.Length, maxBytes);
        LcbReader reader = new(lcb);
        HlxValue value = reader.ReadValue();
        reader.RequireEnd();
        return value;
    }

    /// <summary>The kind of an encoded value, from its first byte; the rest is not looked at.</summary>
    /// <param name="lcb">An encoding.</param>
    /// <returns>The kind, or null if no value starts with that byte.</returns>
    public static HlxKind? KindOf(ReadOnlySpan<byte> lcb) => lcb.IsEmpty ? null : lcb[0] switch
    {
        LcbTag.Null => HlxKind.Null,
        LcbTag.True or LcbTag.False => HlxKind.Bool,
        LcbTag.Int => HlxKind.Int,
        LcbTag.Float => HlxKind.Float,
        LcbTag.Text or LcbTag.Handle => HlxKind.Text,
        LcbTag.Bytes => HlxKind.Bytes,
        LcbTag.ArrayStart => HlxKind.Array,
        LcbTag.ObjectStart => HlxKind.Object,
        _ => null,
    };

    private static int Write(HlxValue value, Span<byte> destination)
    {
        LcbWriter writer = new(destination);
        writer.Write(value);
        return writer.Written;
    }

    private static int CheckedLength(HlxValue value, long maxBytes)
    {
        long length = GetLength(value);
        CheckSize(length, Math.Min(maxBytes, Array.MaxLength));
        return (int)length;
    }

    private static void CheckSize(long length, long maxBytes)
    {
        if (length <= maxBytes) return;
        throw new HlxException(
            ErrorCode.SizeExceeded, $"the encoding has {length} bytes, more than the limit of {maxBytes}", "Split the value or raise the limit");
    }
}
