using Hlx.Testing;

namespace Hlx.Values.Tests;

public sealed class HlxValueTests
{
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Special_floats_are_refused(double number) => HlxAssert.Refuses(ErrorCode.FloatSpecial, () => HlxValue.From(number));

    [Fact]
    public void There_is_one_zero() => Assert.Equal("020000000000000000", Convert.ToHexStringLower(Lcb.Encode(-0.0)));

    [Fact]
    public void Lone_surrogates_are_refused()
    {
        foreach (string text in (string[])["\ud800", "a\udc00b", "\udc00\ud800", "😀\ud83d"])
        {
            HlxAssert.Refuses(ErrorCode.TextInvalid, () => HlxValue.From(text));
            HlxAssert.Refuses(ErrorCode.TextInvalid, () => HlxValue.Object((text, 1)));
        }
    }

    [Fact]
    public void A_key_twice_is_refused() => HlxAssert.Refuses(ErrorCode.FieldOrder, () => HlxValue.Object(("a", 1), ("a", 2)));

    [Fact]
    public void Handles_are_texts_with_the_prefix()
    {
        Assert.True(HlxValue.From("&h_x").IsHandle);
        Assert.False(HlxValue.From("&h").IsHandle);
        Assert.Equal("&h_x", HlxValue.From("&h_x").AsHandle().Text);
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.From("x").AsHandle());
    }

    [Fact]
    public void Reading_as_another_kind_is_refused()
    {
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.From(1L).AsText());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.From("1").AsInt());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.Null.AsArray());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.From(1.0).AsObject());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.From(true).AsBytes());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.From(0L).AsBool());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => HlxValue.From(0L).AsFloat());
    }

    [Fact]
    public void Values_do_not_change_with_their_source()
    {
        byte[] bytes = [1, 2];
        HlxValue[] items = [1, 2];
        HlxValue blob = HlxValue.Bytes(bytes), list = HlxValue.Array(items);
        (bytes[0], items[0]) = (9, 9);
        Assert.Equal([1, 2], blob.AsBytes().ToArray());
        Assert.Equal(1, list.AsArray()[0].AsInt());
    }

    [Fact]
    public void Matrices_become_nested_arrays() =>
        Assert.Equal("[[1.0,2.0],[3.0,4.0]]", Json.Encode(HlxValue.From(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } })));

    [Fact]
    public void Objects_find_their_keys()
    {
        HlxObject fields = HlxObject.Create(("b", 2), ("a", 1));
        Assert.Equal(1, fields["a"].AsInt());
        Assert.False(fields.TryGet("c", out _));
        Assert.Throws<KeyNotFoundException>(() => fields["c"]);
        Assert.Equal("a", fields[0].Key);
    }

    [Fact]
    public void An_int_is_not_the_float_of_its_size() => Assert.NotEqual(HlxValue.From(1L), HlxValue.From(1.0));
}
