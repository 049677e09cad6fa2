using System.Globalization;
using System.IO.Compression;
using Hlx.Testing;

namespace Hlx.Values.Tests;

public sealed class PreSerializeTests
{
    [Fact]
    public void The_process_runs_without_icu() =>
        Assert.Equal("e\u0301", "e\u0301".Normalize()); // .NET leaves it alone under invariant globalization, so what follows is our own

    [Fact]
    public void Every_line_of_the_unicode_normalization_test_holds()
    {
        // NormalizationTest.txt: NFC(c1) = NFC(c2) = NFC(c3) = c2 and NFC(c4) = NFC(c5) = c4.
        using StreamReader reader = new(new GZipStream(File.OpenRead(TestData.PathOf("NormalizationTest-15.0.0.txt.gz")), CompressionMode.Decompress));
        int lines = 0;
        while (reader.ReadLine() is string line)
        {
            if (line.Length == 0 || line[0] is '@' or '#') continue;
            string[] columns = [.. line.Split(';').Take(5).Select(Text)];
            foreach ((int source, int expected) in ((int, int)[])[(0, 1), (1, 1), (2, 1), (3, 3), (4, 3)])
                Assert.Equal(columns[expected] + ".", PreSerialize.NormalizeText(columns[source] + "."));
            lines++;
        }
        Assert.Equal(19_074, lines);
    }

    [Fact]
    public void A_code_point_0_composes_with_nothing()
    {
        Assert.Equal("u\0日", PreSerialize.NormalizeText("u\0日"));
        for (int code = 0; code <= 0x10ffff; code++)
        {
            if (code is >= 0xd800 and <= 0xdfff) continue;
            string text = char.ConvertFromUtf32(code), alone = PreSerialize.NormalizeText(text + "日");
            Assert.Equal(alone[..^1] + "\0日", PreSerialize.NormalizeText(text + "\0日"));
        }
    }

    [Theory]
    [InlineData("cafe\u0301", "café")]
    [InlineData("text  ", "text")]
    [InlineData("a\r\nb\rc\n", "a\nb\nc")]
    [InlineData("a \r\n b", "a \n b")]
    [InlineData("a\u00a0\u2003\u001c", "a")]
    [InlineData("\u1112\u1161\u11ab", "한")]
    [InlineData("", "")]
    [InlineData(" ", "")]
    public void Texts_are_normalized(string text, string expected) => Assert.Equal(expected, PreSerialize.Normalize(text).AsText());

    [Fact]
    public void Keys_and_nested_texts_are_normalized_and_sorted()
    {
        HlxValue value = HlxValue.Object(("z ", HlxValue.Array(["e\u0301 "])), ("a", HlxValue.Array([1])));
        Assert.Equal("{\"a\":[1],\"z\":[\"é\"]}", Json.Encode(PreSerialize.Normalize(value)));
    }

    [Fact]
    public void Two_keys_that_become_one_are_refused() =>
        HlxAssert.Refuses(ErrorCode.FieldOrder, () => PreSerialize.Normalize(HlxValue.Object(("a", 1), ("a ", 2))));

    [Fact]
    public void Handles_and_bytes_are_left_alone()
    {
        Assert.Equal("&h_x ", PreSerialize.Normalize("&h_x ").AsText());
        Assert.Equal([13, 10, 32], PreSerialize.Normalize(HlxValue.Bytes([13, 10, 32])).AsBytes().ToArray());
    }

    [Fact]
    public void Normalizing_twice_changes_nothing() => CsCheck.Check.Sample(Gens.Value, value =>
    {
        try
        {
            HlxValue once = PreSerialize.Normalize(value);
            return PreSerialize.Normalize(once) == once;
        }
        catch (HlxException refusal)
        {
            return refusal.Code == ErrorCode.FieldOrder;
        }
    }, iter: 5_000);

    private static string Text(string codes) => string.Concat(codes.Split(' ').Select(
        code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))));
}
