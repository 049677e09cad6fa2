namespace Hlx.Values;

/// <summary>What .NET's UTF-16 strings need to behave as sequences of code points.</summary>
internal static class Utf16
{
    /// <summary>Order by code points, which is the order of the UTF-8 bytes and not that of the UTF-16 units.</summary>
    public static readonly IComparer<string> CodePointOrder = Comparer<string>.Create(Compare);

    /// <summary>Compares by code points.</summary>
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        return Rank(left[common]).CompareTo(Rank(right[common]));

        // A surrogate stands for a code point above U+FFFF, so it ranks above the units from U+E000 on.
        static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x2800 : unit;
    }

    /// <summary>Refuses a lone surrogate.</summary>
    public static void RequireValid(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff');
        for (; at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (!char.IsHighSurrogate(text[at]) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))
                throw new HlxException(ErrorCode.TextInvalid, "the text holds a lone surrogate", "Pass valid Unicode", at);
            at++;
        }
    }
}
