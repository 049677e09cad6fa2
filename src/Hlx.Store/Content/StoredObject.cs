using Hlx.Values;

namespace Hlx.Store;

/// <summary>Content with the handle that its bytes have; only made from the content itself, so the two always agree.</summary>
public readonly struct StoredObject
{
    private StoredObject(Handle handle, ReadOnlyMemory<byte> content)
    {
        Handle = handle;
        Content = content;
    }

    /// <summary>The handle.</summary>
    public Handle Handle { get; }

    /// <summary>LC-B bytes for a value, the raw bytes for a blob.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>A value.</summary>
    public static StoredObject Of(HlxValue value)
    {
        byte[] lcb = Lcb.Encode(value);
        return new(Handle.OfEncoded(value.Kind, lcb), lcb);
    }

    /// <summary>A blob; the bytes must not change afterwards.</summary>
    public static StoredObject OfBlob(ReadOnlyMemory<byte> bytes) => new(Handle.OfBlob(bytes.Span), bytes);

    /// <summary>The data of a tensor.</summary>
    public static StoredObject OfData(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(tensor.DataHandle, tensor.Data);
    }

    /// <summary>Whether content has the given content handle.</summary>
    /// <param name="handle">A content handle.</param>
    /// <param name="content">The bytes found under it.</param>
    public static bool Matches(Handle handle, ReadOnlySpan<byte> content)
    {
        if (handle.IsBlob) return Handle.OfBlob(content) == handle;
        return Lcb.KindOf(content) is HlxKind kind && Handle.OfEncoded(kind, content) == handle;
    }
}
