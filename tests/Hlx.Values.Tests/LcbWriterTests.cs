namespace Hlx.Values.Tests;

public sealed class LcbWriterTests
{
    [Fact]
    public void Encoding_allocates_nothing()
    {
        HlxValue[] numbers = [.. Enumerable.Range(0, 1000).Select(i => HlxValue.From(i * 0.5))];
        HlxValue value = HlxValue.Object(
            ("numbers", HlxValue.Array(numbers)), ("text", "日本語"), ("bytes", HlxValue.Bytes([1, 2, 3])), ("deep", HlxValue.Array([HlxValue.Array([1L, true])])));
        byte[] destination = new byte[Lcb.GetLength(value)];
        _ = Lcb.Encode(value, destination);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) _ = Lcb.Encode(value, destination) + Lcb.GetLength(value);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_short_destination_is_refused_and_left_alone()
    {
        byte[] destination = [7, 7, 7];
        Assert.Throws<ArgumentException>(() => Lcb.Encode(HlxValue.From("long text"), destination));
        Assert.Equal([7, 7, 7], destination);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(63, 1)]
    [InlineData(64, 2)]
    [InlineData(-64, 1)]
    [InlineData(-65, 2)]
    [InlineData(8191, 2)]
    [InlineData(8192, 3)]
    [InlineData(long.MaxValue, 10)]
    [InlineData(long.MinValue, 10)]
    public void Ints_take_the_fewest_bytes(long value, int bytes)
    {
        Assert.Equal(1 + bytes, Lcb.Encode(value).Length);
        Assert.Equal(value, Lcb.Decode(Lcb.Encode(value)).AsInt());
    }

    [Fact]
    public void Numbered_fields_come_first_and_by_number()
    {
        HlxValue value = HlxValue.Object(("!", 5), ("@10", 3), ("@9", 2), ("@", 6), ("@09", 1), ("@1x", 7), ("@99999999999999999999999", 4));
        Assert.Equal(["@09", "@9", "@10", "@99999999999999999999999", "!", "@", "@1x"], value.AsObject().Keys.ToArray());
        Assert.Equal(value, Lcb.Decode(Lcb.Encode(value)));
        Assert.StartsWith("[OBJ_START, KEY(\"!\"), INT(5), KEY(\"@\")", Lct.Encode(value), StringComparison.Ordinal);
        Assert.Equal(value, Lct.Decode(Lct.Encode(value)));
    }

    [Fact]
    public void Keys_are_ordered_by_code_points_not_by_utf16()
    {
        // U+FFFF is above U+1F600 as a UTF-16 unit (FFFF > D83D) and below it as a code point.
        HlxValue value = HlxValue.Object(("😀", 1), ("\uffff", 2));
        Assert.Equal(["\uffff", "😀"], value.AsObject().Keys.ToArray());
        Assert.Equal("070203efbfbf010204f09f9880010108", Convert.ToHexStringLower(Lcb.Encode(value)));
    }
}
