using System.Diagnostics.CodeAnalysis;

namespace Hlx.Values;

/// <summary>
/// The name of a value by its content (CONTRACT_802): <c>&amp;h_tag_hex</c> with 64 lower-case hex digits. Value handles carry the
/// tag of the value's kind and BLAKE2b-256 of its LC-B bytes; blob handles carry <c>b3</c> and BLAKE3 of the raw bytes.
/// </summary>
/// <param name="Text">The whole text, starting with <c>&amp;h_</c>. Other texts of that form are handles too, though not of content.</param>
public readonly record struct Handle(string Text) : IComparable<Handle>
{
    /// <summary>The whole text; empty for <c>default</c>, which names nothing.</summary>
    public string Text { get => field ?? ""; init; } = Text;

    /// <summary>How every handle starts.</summary>
    public const string Prefix = "&h_";

    /// <summary>The tag of a blob handle.</summary>
    public const string BlobTag = "b3";

    private const int DigestDigits = 64;

    /// <summary>The tag of a content handle (<c>null bool int float str blob list map b3</c>), else empty.</summary>
    public string Tag => IsContent ? Text[Prefix.Length..^(DigestDigits + 1)] : "";

    /// <summary>The 64 hex digits of a content handle, else empty.</summary>
    public string Digest => IsContent ? Text[^DigestDigits..] : "";

    /// <summary>Whether this names a blob.</summary>
    public bool IsBlob => IsContent && Tag == BlobTag;

    /// <summary>Whether this has the form of a content handle with a known tag.</summary>
    public bool IsContent
    {
        get
        {
            if (!IsHandleText(Text) || Text.Length < Prefix.Length + 2 + DigestDigits || Text[^(DigestDigits + 1)] != '_') return false;
            return Hex.IsHex(Text.AsSpan()[^DigestDigits..])
                && Text[Prefix.Length..^(DigestDigits + 1)] is "null" or "bool" or "int" or "float" or "str" or "blob" or "list" or "map" or BlobTag;
        }
    }

    /// <summary>The handle of a value.</summary>
    /// <param name="value">The value.</param>
    public static Handle Of(HlxValue value) => OfEncoded(value.Kind, Lcb.Encode(value));

    /// <summary>The handle of a value from its LC-B bytes.</summary>
    /// <param name="kind">The kind of the value.</param>
    /// <param name="lcb">Its canonical encoding.</param>
    public static Handle OfEncoded(HlxKind kind, ReadOnlySpan<byte> lcb)
    {
        Span<byte> digest = stackalloc byte[Blake2b256.DigestBytes];
        Blake2b256.Hash(lcb, digest);
        return Compose(TagOf(kind), digest);
    }

    /// <summary>The handle of a blob.</summary>
    /// <param name="bytes">The raw bytes.</param>
    public static Handle OfBlob(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.Hash(bytes, digest);
        return Compose(BlobTag, digest);
    }

    /// <summary>Reads a content handle.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.HandleInvalid"/> if it is not one.</exception>
    public static Handle Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Handle handle = new(text);
        return handle.IsContent ? handle : throw new HlxException(
            ErrorCode.HandleInvalid,
            $"\"{(text.Length > 80 ? text[..80] + "…" : text)}\" is not a handle",
            "A handle is &h_, a tag (null bool int float str blob list map b3), _ and 64 lower-case hex digits");
    }

    /// <summary>Whether a text is a handle in the sense of the value system, whatever follows its prefix.</summary>
    public static bool IsHandleText([NotNullWhen(true)] string? text) => text is not null && text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The tag that handles of a kind carry.</summary>
    public static string TagOf(HlxKind kind) => kind switch
    {
        HlxKind.Null => "null",
        HlxKind.Bool => "bool",
        HlxKind.Int => "int",
        HlxKind.Float => "float",
        HlxKind.Text => "str",
        HlxKind.Bytes => "blob",
        HlxKind.Array => "list",
        _ => "map",
    };

    /// <inheritdoc/>
    public int CompareTo(Handle other) => string.CompareOrdinal(Text, other.Text);

    /// <summary>The text of the handle.</summary>
    public override string ToString() => Text;

    /// <summary>Ordinal order.</summary>
    public static bool operator <(Handle left, Handle right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(Handle left, Handle right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(Handle left, Handle right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(Handle left, Handle right) => left.CompareTo(right) >= 0;

    private static Handle Compose(string tag, ReadOnlySpan<byte> digest) => new($"{Prefix}{tag}_{Convert.ToHexStringLower(digest)}");
}
