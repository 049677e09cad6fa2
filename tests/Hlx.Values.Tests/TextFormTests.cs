using System.Buffers.Binary;
using Hlx.Testing;

namespace Hlx.Values.Tests;

public sealed class TextFormTests
{
    [Fact]
    public void Floats_are_written_as_cpython_writes_them()
    {
        int lines = 0;
        foreach (string line in File.ReadLines(TestData.PathOf("float-repr.txt")))
        {
            string[] parts = line.Split(' ');
            double value = BinaryPrimitives.ReadDoubleBigEndian(Convert.FromHexString(parts[0]));
            Assert.Equal($"[FLOAT({parts[1]})]", Lct.Encode(value));
            lines++;
        }
        Assert.Equal(700, lines);
    }

    [Theory]
    [InlineData("[STRING(\"a\\\"\\\\\\n\\r\\t\\u{0}\\u{1f}\\u{85}é\")]", "a\"\\\n\r\t\0\u001f\u0085é")]
    [InlineData("[HANDLE(\"&h_a b\")]", "&h_a b")]
    [InlineData("[HANDLE(&h_a-b)]", "&h_a-b")]
    public void Lct_escapes_what_its_syntax_needs(string lct, string text)
    {
        Assert.Equal(lct, Lct.Encode(text));
        Assert.Equal(text, Lct.Decode(lct).AsText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("NULL")]
    [InlineData("[NULL")]
    [InlineData("[NULL] ")]
    [InlineData(" [NULL]")]
    [InlineData("[null]")]
    [InlineData("[INT(01)]")]
    [InlineData("[INT(+1)]")]
    [InlineData("[INT(-0)]")]
    [InlineData("[INT()]")]
    [InlineData("[INT(1]")]
    [InlineData("[FLOAT(1)]")]
    [InlineData("[FLOAT(-0.0)]")]
    [InlineData("[FLOAT(1e5)]")]
    [InlineData("[FLOAT(nan)]")]
    [InlineData("[FLOAT(1e999)]")]
    [InlineData("[FLOAT(0.10)]")]
    [InlineData("[STRING(\"\\x\")]")]
    [InlineData("[STRING(\"\\u{41}\")]")]
    [InlineData("[STRING(\"\\u{0a}\")]")]
    [InlineData("[STRING(\"a)]")]
    [InlineData("[STRING(\"&h_x\")]")]
    [InlineData("[HANDLE(x)]")]
    [InlineData("[HANDLE(\"&h_x\")]")]
    [InlineData("[HANDLE(&h_a b)]")]
    [InlineData("[BYTES([0])]")]
    [InlineData("[BYTES([0A])]")]
    [InlineData("[ARR_START]")]
    [InlineData("[ARR_START,NULL, ARR_END]")]
    [InlineData("[OBJ_START, NULL, OBJ_END]")]
    [InlineData("[OBJ_START, KEY(\"10\"), NULL, OBJ_END]")]
    [InlineData("[OBJ_START, FIELD_x, NULL, OBJ_END]")]
    public void Lct_of_another_spelling_is_refused(string text) =>
        Assert.NotNull(HlxAssert.Refuses(ErrorCode.LctParse, () => Lct.Decode(text)).Offset);

    [Fact]
    public void Lct_refuses_by_the_same_codes_as_lcb()
    {
        HlxAssert.Refuses(ErrorCode.IntRange, () => Lct.Decode("[INT(9223372036854775808)]"));
        HlxAssert.Refuses(ErrorCode.FieldOrder, () => Lct.Decode("[OBJ_START, KEY(\"b\"), NULL, KEY(\"a\"), NULL, OBJ_END]"));
        HlxAssert.Refuses(ErrorCode.FieldOrder, () => Lct.Decode("[OBJ_START, FIELD_9, NULL, FIELD_10, NULL, OBJ_END]"));
        HlxAssert.Refuses(ErrorCode.TextInvalid, () => Lct.Decode("[STRING(\"\ud800\")]"));
    }

    [Theory]
    [InlineData("1", "0101")]
    [InlineData("-0", "0100")]
    [InlineData("1.0", "023ff0000000000000")]
    [InlineData("-0.0", "020000000000000000")]
    [InlineData("1e3", "02408f400000000000")]
    [InlineData(" [ 1 , 2 ] ", "05020101010206")]
    [InlineData("\"\\u00e9\\ud83d\\ude00\"", "0306c3a9f09f9880")]
    [InlineData("{\"$$bytes\":\"00\"}", "070106246279746573030230 3008")]
    public void Json_is_read(string json, string lcb) =>
        Assert.Equal(lcb.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(Lcb.Encode(Json.Decode(json))));

    [Theory]
    [InlineData("", ErrorCode.JsonParse)]
    [InlineData("{", ErrorCode.JsonParse)]
    [InlineData("[1,2,]", ErrorCode.JsonParse)]
    [InlineData("1 2", ErrorCode.JsonParse)]
    [InlineData("nul", ErrorCode.JsonParse)]
    [InlineData("// c\n1", ErrorCode.JsonParse)]
    [InlineData("{\"$bytes\":1}", ErrorCode.JsonParse)]
    [InlineData("{\"$bytes\":\"0\"}", ErrorCode.JsonParse)]
    [InlineData("{\"$bytes\":\"AA\"}", ErrorCode.JsonParse)]
    [InlineData("9223372036854775808", ErrorCode.IntRange)]
    [InlineData("-9223372036854775809", ErrorCode.IntRange)]
    [InlineData("1e999", ErrorCode.FloatSpecial)]
    [InlineData("{\"a\":1,\"a\":2}", ErrorCode.FieldOrder)]
    [InlineData("\"\\ud800\"", ErrorCode.TextInvalid)]
    public void Json_is_refused(string json, string code) => HlxAssert.Refuses(code, () => Json.Decode(json));

    [Fact]
    public void Json_of_bytes_that_are_not_utf8_is_refused() =>
        Assert.Throws<HlxException>(() => Json.Decode([(byte)'"', 0xff, (byte)'"']));

    [Fact]
    public void Json_key_order_is_checked_on_request()
    {
        Assert.Equal("{\"a\":1,\"b\":2}", Json.Encode(Json.Decode("{\"b\":2,\"a\":1}")));
        HlxAssert.Refuses(ErrorCode.KeyOrder, () => Json.Decode("{\"b\":2,\"a\":1}", requireKeyOrder: true));
        Assert.Equal(2, Json.Decode("{\"a\":1,\"b\":2}", requireKeyOrder: true).AsObject().Count);
    }

    [Fact]
    public void Json_keeps_text_readable() => Assert.Equal("\"é日😀\\u0001/\"", Json.Encode("é日😀\u0001/"));
}
