using Hlx.Testing;

namespace Hlx.Values.Tests;

/// <summary>What the decoder refuses, by code and offset.</summary>
public sealed class LcbReaderTests
{
    [Theory]
    [InlineData("", ErrorCode.LcParse, 0)] // nothing
    [InlineData("0c", ErrorCode.LcParse, 0)] // unknown tag
    [InlineData("ff", ErrorCode.LcParse, 0)]
    [InlineData("06", ErrorCode.LcParse, 0)] // end mark without a start
    [InlineData("08", ErrorCode.LcParse, 0)]
    [InlineData("0000", ErrorCode.LcParse, 1)] // trailing byte
    [InlineData("01", ErrorCode.LcParse, 1)] // int cut off
    [InlineData("0180", ErrorCode.LcParse, 2)]
    [InlineData("018000", ErrorCode.LcParse, 1)] // overlong ints
    [InlineData("01ff7f", ErrorCode.LcParse, 1)]
    [InlineData("01ffffffffffffffffff01", ErrorCode.IntRange, 1)] // 2^64 - 1
    [InlineData("0180808080808080808001", ErrorCode.IntRange, 1)] // 2^63
    [InlineData("018080808080808080808000", ErrorCode.IntRange, 1)]
    [InlineData("0200000000000000", ErrorCode.LcParse, 8)] // float cut off
    [InlineData("027ff8000000000000", ErrorCode.FloatSpecial, 1)] // NaN
    [InlineData("027ff0000000000000", ErrorCode.FloatSpecial, 1)] // +Inf
    [InlineData("02fff0000000000000", ErrorCode.FloatSpecial, 1)] // -Inf
    [InlineData("028000000000000000", ErrorCode.LcParse, 1)] // -0.0
    [InlineData("0301", ErrorCode.LcParse, 1)] // text cut off
    [InlineData("038000", ErrorCode.LcParse, 1)] // overlong length
    [InlineData("0301ff", ErrorCode.TextInvalid, 2)] // not UTF-8
    [InlineData("0302c080", ErrorCode.TextInvalid, 2)] // overlong UTF-8
    [InlineData("0303eda080", ErrorCode.TextInvalid, 2)] // a surrogate in UTF-8
    [InlineData("030326685f", ErrorCode.LcParse, 0)] // a text that is a handle
    [InlineData("090161", ErrorCode.LcParse, 0)] // a handle that is a text
    [InlineData("0402ff", ErrorCode.LcParse, 1)] // bytes cut off
    [InlineData("0500", ErrorCode.LcParse, 2)] // array without end
    [InlineData("050008", ErrorCode.LcParse, 2)] // array with the wrong end
    [InlineData("05010606", ErrorCode.LcParse, 2)] // fewer items than stated
    [InlineData("0501000006", ErrorCode.LcParse, 3)] // more items than stated
    [InlineData("070006", ErrorCode.LcParse, 2)] // object with the wrong end
    [InlineData("070201620001610008", ErrorCode.FieldOrder, 5)] // keys descending
    [InlineData("070201610001610008", ErrorCode.FieldOrder, 5)] // a key twice
    [InlineData("05ffffffffffffffff3f", ErrorCode.LcParse, 1)] // 2^62 items in ten bytes
    [InlineData("07ffffffffffffffff3f", ErrorCode.LcParse, 1)]
    [InlineData("03ffffffffffffffff3f", ErrorCode.LcParse, 1)]
    [InlineData("04ffffffffffffffff3f", ErrorCode.LcParse, 1)]
    [InlineData("05ffffffffffffffffff02", ErrorCode.LcParse, 1)] // length beyond 64 bits
    public void Refuses(string hex, string code, int offset) =>
        Assert.Equal(offset, HlxAssert.Refuses(code, () => Lcb.Decode(Convert.FromHexString(hex))).Offset);

    [Theory]
    [InlineData("05ffffffffffffffff3f")]
    [InlineData("07ffffffffffffffff3f")]
    [InlineData("03ffffffffffffffff3f")]
    [InlineData("04ffffffffffffffff3f")]
    public void A_claimed_length_allocates_nothing(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Throws<HlxException>(() => Lcb.Decode(bytes));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<HlxException>(() => Lcb.Decode(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000); // the exception and its text
    }

    [Fact]
    public void A_scalar_inside_64_arrays_is_allowed()
    {
        byte[] bytes = Nest(64);
        HlxValue value = Lcb.Decode(bytes);
        Assert.Equal(64, value.Depth);
        Assert.Equal(bytes, Lcb.Encode(value));
        Assert.Equal(value, Lct.Decode(Lct.Encode(value)));
        Assert.Equal(value, Json.Decode(Json.Encode(value)));
    }

    [Fact]
    public void Bytes_inside_64_arrays_survive_json()
    {
        HlxValue value = HlxValue.Bytes([1, 2]);
        for (int i = 0; i < 64; i++) value = HlxValue.Array([value]);
        Assert.Equal(value, Json.Decode(Json.Encode(value)));
    }

    [Fact]
    public void Sixty_five_arrays_are_refused()
    {
        HlxAssert.Refuses(ErrorCode.DepthExceeded, () => Lcb.Decode(Nest(65)));
        HlxAssert.Refuses(ErrorCode.DepthExceeded, () => Json.Decode(new string('[', 65) + "1" + new string(']', 65)));
        HlxAssert.Refuses(ErrorCode.DepthExceeded, () => HlxValue.Array([Lcb.Decode(Nest(64))]));
        HlxAssert.Refuses(ErrorCode.DepthExceeded, () => HlxValue.Object(("a", Lcb.Decode(Nest(64)))));
        HlxAssert.Refuses(ErrorCode.DepthExceeded, () => Lct.Decode($"[{string.Concat(Enumerable.Repeat("ARR_START, ", 65))}"));
    }

    [Fact]
    public void A_million_open_arrays_are_refused_without_a_stack_overflow()
    {
        byte[] bytes = [.. Enumerable.Repeat<byte[]>([5, 1], 1_000_000).SelectMany(pair => pair)];
        HlxAssert.Refuses(ErrorCode.DepthExceeded, () => Lcb.Decode(bytes));
        HlxAssert.Refuses(ErrorCode.DepthExceeded, () => Json.Decode(new string('[', 1_000_000)));
    }

    [Fact]
    public void The_size_limit_is_the_callers()
    {
        HlxValue value = HlxValue.Bytes(new byte[100]);
        Assert.Equal(102, Lcb.Encode(value, maxBytes: 102).Length);
        HlxAssert.Refuses(ErrorCode.SizeExceeded, () => Lcb.Encode(value, maxBytes: 101));
        HlxAssert.Refuses(ErrorCode.SizeExceeded, () => Lcb.Decode(Lcb.Encode(value), maxBytes: 101));
    }

    private static byte[] Nest(int depth) =>
        [.. Enumerable.Repeat<byte[]>([5, 1], depth).SelectMany(pair => pair), 0, .. Enumerable.Repeat((byte)6, depth)];
}
