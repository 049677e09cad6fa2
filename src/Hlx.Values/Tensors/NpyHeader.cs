using System.Globalization;
using System.Text;

namespace Hlx.Values;

/// <summary>
/// The header of an npy file: a Python dictionary literal with the keys descr, fortran_order and shape in any order (numpy.lib.format).
/// Read as NumPy reads it: either quotation mark, white space anywhere, a comma at the end, and <c>u'…'</c> and <c>2L</c> for a text and
/// a number of Python 2.
/// </summary>
internal ref struct NpyHeader
{
    private readonly string _text;
    private int _at;

    private NpyHeader(string text) => _text = text;

    /// <summary>Reads a header.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.NpyParse"/>.</exception>
    public static (string Description, bool IsFortranOrder, int[] Shape) Parse(string text)
    {
        NpyHeader reader = new(text);
        string? description = null;
        bool? order = null;
        int[]? shape = null;
        reader.Expect('{');
        while (!reader.TryTake('}'))
        {
            string key = reader.Text();
            reader.Expect(':');
            switch (key)
            {
                case "descr" when description is null:
                    description = reader.Description();
                    break;
                case "fortran_order" when order is null:
                    order = reader.Bool();
                    break;
                case "shape" when shape is null:
                    shape = reader.Extents();
                    break;
                case "descr" or "fortran_order" or "shape":
                    throw Npy.Refuse($"the header has '{key}' twice");
                default:
                    throw Npy.Refuse($"the header has '{key}', which npy files do not have");
            }
            if (reader.TryTake(',')) continue;
            reader.Expect('}');
            break;
        }
        reader.SkipSpace();
        if (reader._at < text.Length) throw Npy.Refuse("something follows the header's dictionary");
        return (
            description ?? throw Lacks("descr"),
            order ?? throw Lacks("fortran_order"),
            shape ?? throw Lacks("shape"));
    }

    private static HlxException Lacks(string key) => Npy.Refuse($"the header lacks '{key}'");

    private string Description()
    {
        SkipSpace();
        return _at < _text.Length && _text[_at] == '['
            ? throw Npy.Refuse("the elements are records of several fields", "Save one field of them: numpy.save(file, a['field'])")
            : Text();
    }

    private bool Bool()
    {
        SkipSpace();
        foreach ((string word, bool value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0) continue;
            _at += word.Length;
            return value;
        }
        throw Npy.Refuse("fortran_order is neither True nor False");
    }

    // A tuple: (), (2,), (2, 3) or (2, 3,).
    private int[] Extents()
    {
        List<int> extents = [];
        Expect('(');
        while (!TryTake(')'))
        {
            extents.Add(Extent());
            if (TryTake(',')) continue;
            if (extents.Count == 1) throw Npy.Refuse("the shape is a number in brackets and not a tuple");
            Expect(')');
            break;
        }
        if (extents.Count > Tensor.MaxRank) throw Npy.Refuse($"the array has {extents.Count} dimensions", $"Reshape it to {Tensor.MaxRank} dimensions at most");
        return [.. extents];
    }

    private int Extent()
    {
        SkipSpace();
        int start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        string digits = _text[start.._at];
        if (digits.Length == 0) throw Npy.Refuse(_at < _text.Length ? $"the shape has {_text[_at]} where a number is expected" : "the shape has no end");
        if (_at < _text.Length && _text[_at] is 'L' or 'l') _at++; // Python 2 wrote its long integers so
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int extent)
            ? extent
            : throw Npy.Refuse($"an extent of the shape (\"{digits}\") is not a number below 2147483648", "Cut the array into parts");
    }

    private string Text()
    {
        SkipSpace();
        if (_at + 1 < _text.Length && _text[_at] == 'u' && _text[_at + 1] is '\'' or '"') _at++;
        if (_at >= _text.Length || _text[_at] is not ('\'' or '"')) throw Npy.Refuse("the header is not a dictionary of 'descr', 'fortran_order' and 'shape'");
        char quote = _text[_at++];
        StringBuilder text = new();
        while (_at < _text.Length && _text[_at] != quote) text.Append(_text[_at++]);
        Expect(quote);
        return text.ToString();
    }

    private void Expect(char sign)
    {
        if (!TryTake(sign)) throw Npy.Refuse($"the header lacks a {sign} at its character {_at}");
    }

    private bool TryTake(char sign)
    {
        SkipSpace();
        if (_at >= _text.Length || _text[_at] != sign) return false;
        _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }
}
