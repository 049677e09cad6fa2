namespace Hlx.Values;

/// <summary>The eight kinds of HLX value (HLX-Lite value system, corpus chapter CORE, section 3).</summary>
public enum HlxKind
{
    /// <summary>The null value.</summary>
    Null,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A signed 64-bit integer.</summary>
    Int,

    /// <summary>A finite IEEE 754 binary64 number; there is one zero.</summary>
    Float,

    /// <summary>Unicode text; a text that starts with <c>&amp;h_</c> is a handle.</summary>
    Text,

    /// <summary>A byte string.</summary>
    Bytes,

    /// <summary>An ordered list of values.</summary>
    Array,

    /// <summary>A map from distinct text keys to values.</summary>
    Object,
}
