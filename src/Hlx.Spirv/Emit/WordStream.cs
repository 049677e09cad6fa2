using System.Text;

namespace Hlx.Spirv;

/// <summary>The words of a section that is being built.</summary>
internal sealed class WordStream
{
    private readonly List<uint> _words = [];

    public IReadOnlyList<uint> Words => _words;

    public void Add(Op op, params ReadOnlySpan<uint> operands)
    {
        _words.Add(((uint)(operands.Length + 1) << 16) | (uint)op);
        _words.AddRange(operands);
    }

    public void Append(WordStream other) => _words.AddRange(other._words);

    /// <summary>A literal string as words: UTF-8, closed by a zero and filled up with zeros.</summary>
    public static uint[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        uint[] words = new uint[(bytes.Length / 4) + 1];
        for (int i = 0; i < bytes.Length; i++) words[i / 4] |= (uint)bytes[i] << (8 * (i % 4));
        return words;
    }
}
