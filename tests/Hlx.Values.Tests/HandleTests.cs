using Hlx.Testing;

namespace Hlx.Values.Tests;

public sealed class HandleTests
{
    private const string Digest = "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314";

    [Fact]
    public void A_content_handle_has_parts()
    {
        Handle handle = Handle.Parse("&h_null_" + Digest);
        Assert.Equal(("null", Digest, false), (handle.Tag, handle.Digest, handle.IsBlob));
        Assert.Equal(Handle.Of(HlxValue.Null), handle);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&h_")]
    [InlineData("&h_int_00")]
    [InlineData("h_null_" + Digest)]
    [InlineData("&h_nil_" + Digest)]
    [InlineData("&h_null_" + Digest + "0")]
    [InlineData("&h_null_" + "0" + Digest)]
    [InlineData("&h__" + Digest)]
    [InlineData("&h_null_03170A2E7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314")]
    public void Anything_else_is_refused(string text)
    {
        HlxAssert.Refuses(ErrorCode.HandleInvalid, () => Handle.Parse(text));
        Assert.Equal(("", "", false), (new Handle(text).Tag, new Handle(text).Digest, new Handle(text).IsContent));
    }

    [Fact]
    public void A_blob_is_named_by_blake3()
    {
        Handle handle = Handle.OfBlob([]);
        Assert.True(handle.IsBlob);
        Assert.Equal("&h_b3_af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", handle.Text);
    }
}
