namespace Hlx.Values;

/// <summary>
/// Pre-serialise (CONTRACT_804): brings what people and other programs write into the one form that is hashed. It is a step of its
/// own; encoding never changes a text.
/// </summary>
public static class PreSerialize
{
    /// <summary>Normalizes every text and key: line ends become LF, trailing white space is cut, then Normalization Form C.</summary>
    /// <param name="value">The value. Its floats have one zero already and its keys are sorted.</param>
    /// <returns>The normalized value; handles and bytes are left alone.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.FieldOrder"/> if two keys become one.</exception>
    public static HlxValue Normalize(HlxValue value) => value.Kind switch
    {
        HlxKind.Text when !value.IsHandle => HlxValue.From(NormalizeText(value.AsText())),
        HlxKind.Array => NormalizeArray(value),
        HlxKind.Object => NormalizeObject(value.AsObject()),
        _ => value,
    };

    /// <summary>Normalizes one text.</summary>
    /// <param name="text">Valid Unicode.</param>
    public static string NormalizeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Utf16.RequireValid(text);
        string lines = text.Contains('\r', StringComparison.Ordinal)
            ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : text;
        return CutTrailingWhiteSpace(Nfc.Normalize(lines));
    }

    // White space as the reference runtime's language counts it: Unicode's, and the separators U+001C to U+001F.
    private static string CutTrailingWhiteSpace(string text)
    {
        int end = text.Length;
        while (end > 0 && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] is >= '\u001c' and <= '\u001f')) end--;
        return text[..end];
    }

    private static HlxValue NormalizeArray(HlxValue array)
    {
        HlxValue[] items = array.AsArray().ToArray();
        foreach (ref HlxValue item in items.AsSpan()) item = Normalize(item);
        return HlxValue.FromOwned(items);
    }

    private static HlxValue NormalizeObject(HlxObject fields) =>
        HlxValue.Object([.. fields.Select(field => (NormalizeText(field.Key), Normalize(field.Value)))]);
}
