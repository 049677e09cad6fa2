using System.Globalization;

namespace Hlx.Values;

/// <summary>
/// Floats as text in the form of Python's <c>repr</c>: the shortest digits that read back as the same number, positional for
/// exponents from −4 to 15, else with an exponent of two digits at least.
/// </summary>
internal static class FloatText
{
    /// <summary>Formats a finite float.</summary>
    public static string Format(double value)
    {
        // "R" gives the same shortest digits in another layout.
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        bool negative = shortest[0] == '-';
        (string digits, int exponent) = Digits(shortest.AsSpan(negative ? 1 : 0));
        string body = exponent is < -4 or >= 16 ? Scientific(digits, exponent) : Positional(digits, exponent);
        return negative ? "-" + body : body;
    }

    /// <summary>Parses a float of the form that <see cref="Format"/> writes; refuses every other spelling.</summary>
    public static bool TryParseCanonical(ReadOnlySpan<char> text, out double value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value)
            && (value != 0 || !double.IsNegative(value))
            && text.SequenceEqual(Format(value));
    }

    // The significant digits without leading and trailing zeros, and the decimal exponent of the first.
    private static (string Digits, int Exponent) Digits(ReadOnlySpan<char> shortest)
    {
        int mark = shortest.IndexOf('E');
        int exponent = mark < 0 ? 0 : int.Parse(shortest[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        ReadOnlySpan<char> mantissa = mark < 0 ? shortest : shortest[..mark];
        int point = mantissa.IndexOf('.');
        int whole = point < 0 ? mantissa.Length : point;
        string all = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        string significant = all.TrimStart('0');
        return significant.Length == 0 ? ("0", 0) : (significant.TrimEnd('0'), exponent + whole - 1 - (all.Length - significant.Length));
    }

    private static string Scientific(string digits, int exponent)
    {
        string fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1) return digits + new string('0', exponent + 1 - digits.Length) + ".0";
        return digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }
}
