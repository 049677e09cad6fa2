namespace Hlx.Values;

/// <summary>The one exception that HLX throws for bad input and for failures of what it depends on.</summary>
public sealed class HlxException : Exception
{
    /// <summary>Creates an exception.</summary>
    /// <param name="code">One of <see cref="ErrorCode"/>.</param>
    /// <param name="what">What happened, as one sentence in the caller's words.</param>
    /// <param name="remedy">What to do about it, as one sentence.</param>
    /// <param name="offset">Where in the input, in bytes (binary) or UTF-16 code units (text) from its start.</param>
    /// <param name="inner">The cause, kept for a debugger.</param>
    public HlxException(string code, string what, string remedy, long? offset = null, Exception? inner = null)
        : base(Compose(code, what, remedy, offset), inner)
    {
        Code = code;
        What = what;
        Remedy = remedy;
        Offset = offset;
    }

    /// <summary>The stable code, one of <see cref="ErrorCode"/>.</summary>
    public string Code { get; }

    /// <summary>What happened.</summary>
    public string What { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    /// <summary>Where in the input, in bytes (binary) or UTF-16 code units (text) from its start; null where it has no place.</summary>
    public long? Offset { get; }

    private static string Compose(string code, string what, string remedy, long? offset)
    {
        string place = offset is long at ? $" at offset {at}" : "";
        return $"{code}: {what}{place}. {remedy}.";
    }
}
