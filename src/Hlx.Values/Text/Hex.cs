using System.Buffers;

namespace Hlx.Values;

/// <summary>Bytes as lower-case hex digits, the only spelling that HLX texts use.</summary>
internal static class Hex
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text consists of lower-case hex digits.</summary>
    public static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Digits);

    /// <summary>Decodes pairs of lower-case digits.</summary>
    public static bool TryDecode(ReadOnlySpan<char> digits, out byte[] bytes)
    {
        bytes = [];
        if (digits.Length % 2 != 0 || !IsHex(digits)) return false;
        bytes = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done;
    }
}
