using System.Runtime.CompilerServices;

namespace Hlx.Values;

/// <summary>
/// An immutable HLX value. Whatever can be constructed can be encoded: NaN, infinities, lone surrogates, duplicate keys and
/// nesting deeper than <see cref="MaxDepth"/> are refused at construction, and −0.0 becomes +0.0.
/// </summary>
public readonly partial struct HlxValue : IEquatable<HlxValue>
{
    /// <summary>How deep arrays and objects may nest; a scalar inside 64 arrays is allowed.</summary>
    public const int MaxDepth = 64;

    private readonly object? _reference;
    private readonly long _bits; // the int, the float's bits, true/false, 1 for a handle, or the depth of an array or object

    private HlxValue(HlxKind kind, long bits, object? reference = null)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>The null value; also <c>default</c>.</summary>
    public static HlxValue Null => default;

    /// <summary>The kind of this value.</summary>
    public HlxKind Kind { get; }

    /// <summary>Whether this is a text that starts with <c>&amp;h_</c>.</summary>
    public bool IsHandle => Kind == HlxKind.Text && _bits != 0;

    /// <summary>How many arrays and objects are nested in this value, itself included: 0 for a scalar.</summary>
    public int Depth => Kind is HlxKind.Array or HlxKind.Object ? (int)_bits : 0;

    /// <summary>The truth value.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another kind.</exception>
    public bool AsBool() => Expect(HlxKind.Bool)._bits != 0;

    /// <summary>The integer.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another kind.</exception>
    public long AsInt() => Expect(HlxKind.Int)._bits;

    /// <summary>The float.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another kind.</exception>
    public double AsFloat() => BitConverter.Int64BitsToDouble(Expect(HlxKind.Float)._bits);

    /// <summary>The text, also that of a handle.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another kind.</exception>
    public string AsText() => Unsafe.As<string>(Expect(HlxKind.Text)._reference!);

    /// <summary>The handle that this text is.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for anything but a handle.</exception>
    public Handle AsHandle() => IsHandle ? new Handle(AsText()) : throw Mismatch("a handle");

    /// <summary>The bytes, not copied.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another kind.</exception>
    public ReadOnlyMemory<byte> AsBytes() => Unsafe.As<byte[]>(Expect(HlxKind.Bytes)._reference!);

    /// <summary>The elements of an array.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another kind.</exception>
    public HlxArray AsArray() => new(Expect(HlxKind.Array)._reference!);

    /// <summary>The fields of an object.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another kind.</exception>
    public HlxObject AsObject() => Unsafe.As<HlxObject>(Expect(HlxKind.Object)._reference!);

    /// <summary>The kind in words, for messages: <c>an int</c>, <c>a handle</c>.</summary>
    public string Describe() => IsHandle ? "a handle" : Name(Kind);

    /// <inheritdoc/>
    public bool Equals(HlxValue other)
    {
        if (Kind != other.Kind || _bits != other._bits) return false;
        return Kind switch
        {
            HlxKind.Text => AsText() == other.AsText(),
            HlxKind.Bytes => AsBytes().Span.SequenceEqual(other.AsBytes().Span),
            HlxKind.Array => AsArray().Equals(other.AsArray()),
            HlxKind.Object => AsObject().Equals(other.AsObject()),
            _ => true,
        };
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HlxValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.Add((int)Kind);
        hash.Add(_bits);
        if (Kind == HlxKind.Text) hash.Add(AsText(), StringComparer.Ordinal);
        if (Kind == HlxKind.Bytes) hash.AddBytes(AsBytes().Span);
        if (Kind == HlxKind.Array) hash.Add(AsArray());
        if (Kind == HlxKind.Object) hash.Add(AsObject());
        return hash.ToHashCode();
    }

    /// <summary>Structural equality.</summary>
    public static bool operator ==(HlxValue left, HlxValue right) => left.Equals(right);

    /// <summary>Structural inequality.</summary>
    public static bool operator !=(HlxValue left, HlxValue right) => !left.Equals(right);

    /// <summary>The value in LC-T, for people and debuggers.</summary>
    public override string ToString() => Lct.Encode(this);

    /// <summary>The raw 64 bits of a scalar, for hot loops inside this assembly.</summary>
    internal long Bits => _bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private HlxValue Expect(HlxKind kind) => Kind == kind ? this : throw Mismatch(Name(kind));

    private HlxException Mismatch(string wanted) =>
        new(ErrorCode.TypeMismatch, $"the value is {Describe()} where {wanted} is needed", $"Pass {wanted}");

    private static string Name(HlxKind kind) => kind switch
    {
        HlxKind.Null => "null",
        HlxKind.Bool => "a bool",
        HlxKind.Int => "an int",
        HlxKind.Float => "a float",
        HlxKind.Text => "a text",
        HlxKind.Bytes => "bytes",
        HlxKind.Array => "an array",
        _ => "an object",
    };

    /// <summary>Wraps an array without a copy; the caller gives it up.</summary>
    internal static HlxValue FromOwned(HlxValue[] items)
    {
        int depth = 0;
        foreach (ref readonly HlxValue item in items.AsSpan()) depth = Math.Max(depth, item.Depth);
        return new(HlxKind.Array, CheckDepth(depth + 1), items);
    }

    /// <summary>Wraps finite floats with one zero without a copy; the caller gives them up.</summary>
    internal static HlxValue FromOwned(double[] floats) => new(HlxKind.Array, 1, floats);

    /// <summary>Wraps a float that is known to be finite and not −0.0.</summary>
    internal static HlxValue FromCheckedFloat(double value) => new(HlxKind.Float, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Wraps bytes without a copy; the caller gives them up and must not write to them again.</summary>
    /// <param name="bytes">The bytes.</param>
    public static HlxValue FromOwned(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new(HlxKind.Bytes, 0, bytes);
    }

    /// <summary>Wraps a text that is known to be valid Unicode.</summary>
    internal static HlxValue FromValidText(string text) => new(HlxKind.Text, Handle.IsHandleText(text) ? 1 : 0, text);

    private static int CheckDepth(int depth) => depth <= MaxDepth
        ? depth
        : throw new HlxException(
            ErrorCode.DepthExceeded, $"arrays and objects are nested {depth} deep, more than {MaxDepth}", "Flatten the value");
}
