namespace Hlx.Values;

/// <summary>
/// The order of keys in LC-B, as the HLX 1.0 reference runtime writes it (invariant INV-003): first the numbered fields
/// <c>@0, @1, … @10</c> by their number, then all other keys by code points. The text forms order all keys by code points.
/// </summary>
internal static class FieldOrder
{
    /// <summary>The order, for sorting.</summary>
    public static readonly IComparer<string> Ascending = Comparer<string>.Create(Compare);

    /// <summary>Compares two keys.</summary>
    public static int Compare(string left, string right)
    {
        bool leftNumbered = IsNumbered(left), rightNumbered = IsNumbered(right);
        if (leftNumbered != rightNumbered) return leftNumbered ? -1 : 1;
        int order = leftNumbered ? CompareNumbers(left.AsSpan(1).TrimStart('0'), right.AsSpan(1).TrimStart('0')) : 0;
        return order != 0 ? order : Utf16.Compare(left, right);
    }

    /// <summary>Whether a key is <c>@</c> and ASCII digits.</summary>
    public static bool IsNumbered(string key) =>
        key.Length > 1 && key[0] == '@' && !key.AsSpan(1).ContainsAnyExceptInRange('0', '9');

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
}
