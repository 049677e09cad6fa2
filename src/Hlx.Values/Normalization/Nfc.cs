using System.Text;

namespace Hlx.Values;

/// <summary>
/// Normalization Form C (Unicode Standard Annex #15) with its own tables: .NET leaves texts as they are under invariant
/// globalization, and handles must not depend on a machine's ICU. Unicode's stability policy keeps the result of assigned
/// characters for ever; the tables are version 15.0.0.
/// </summary>
internal static class Nfc
{
    private const int HangulBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21, TCount = 28, HangulCount = LCount * VCount * TCount;

    /// <summary>Normalizes a text of valid Unicode.</summary>
    public static string Normalize(string text)
    {
        // Below U+0300 nothing decomposes into something that does not compose back.
        if (!text.AsSpan().ContainsAnyInRange('\u0300', '\uffff')) return text;
        List<int> codes = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, codes);
        Reorder(codes);
        Compose(codes);
        StringBuilder output = new(codes.Count);
        foreach (int code in codes) output.Append(new Rune(code).ToString());
        return output.ToString();
    }

    private static void Decompose(int code, List<int> output)
    {
        int hangul = code - HangulBase;
        if (hangul is >= 0 and < HangulCount)
        {
            output.Add(LBase + (hangul / (VCount * TCount)));
            output.Add(VBase + (hangul % (VCount * TCount) / TCount));
            if (hangul % TCount != 0) output.Add(TBase + (hangul % TCount));
            return;
        }
        int at = Find(NfcTables.Decompositions, code);
        if (at < 0)
        {
            output.Add(code);
            return;
        }
        Decompose(NfcTables.Decompositions[at + 1], output);
        if (NfcTables.Decompositions[at + 2] is int second and not 0) Decompose(second, output);
    }

    // Canonical ordering: each run of non-starters is sorted stably by combining class.
    private static void Reorder(List<int> codes)
    {
        for (int i = 1; i < codes.Count; i++)
        {
            int code = codes[i];
            int own = ClassOf(code);
            int target = i;
            for (; own != 0 && target > 0 && ClassOf(codes[target - 1]) > own; target--) codes[target] = codes[target - 1];
            codes[target] = code;
        }
    }

    private static void Compose(List<int> codes)
    {
        int starter = -1;
        int kept = 0;
        int previous = 0; // combining class of the last kept code after the starter
        for (int next = 0; next < codes.Count; next++)
        {
            int code = codes[next];
            int own = ClassOf(code);
            bool adjacent = kept == starter + 1;
            if (starter >= 0 && (adjacent || (previous != 0 && previous < own)) && Pair(codes[starter], code) is int composite)
            {
                codes[starter] = composite;
                continue;
            }
            if (own == 0) starter = kept;
            previous = own;
            codes[kept++] = code;
        }
        codes.RemoveRange(kept, codes.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        int l = first - LBase, v = second - VBase;
        if (l is >= 0 and < LCount && v is >= 0 and < VCount) return HangulBase + (((l * VCount) + v) * TCount);
        int lv = first - HangulBase, t = second - TBase;
        if (lv is >= 0 and < HangulCount && lv % TCount == 0 && t is > 0 and < TCount) return first + t;
        return FindComposite(first, second);
    }

    private static int ClassOf(int code)
    {
        ReadOnlySpan<int> runs = NfcTables.CombiningClasses;
        int low = 0, high = (runs.Length / 3) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (code < runs[3 * middle]) high = middle - 1;
            else if (code > runs[(3 * middle) + 1]) low = middle + 1;
            else return runs[(3 * middle) + 2];
        }
        return 0;
    }

    // The row of three that begins with a number, which no other row begins with; -1 if there is none.
    private static int Find(ReadOnlySpan<int> rows, int first)
    {
        int low = 0, high = (rows.Length / 3) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (rows[3 * middle] == first) return 3 * middle;
            if (rows[3 * middle] < first) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }

    // The rows of compositions are sorted by both numbers of the pair.
    private static int? FindComposite(int first, int second)
    {
        ReadOnlySpan<int> rows = NfcTables.Compositions;
        int low = 0, high = (rows.Length / 3) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = (rows[3 * middle], rows[(3 * middle) + 1]).CompareTo((first, second));
            if (order == 0) return rows[(3 * middle) + 2];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }
}
