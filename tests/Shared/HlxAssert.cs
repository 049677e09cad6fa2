
namespace Hlx.Testing;

/// <summary>Assertions about refusals.</summary>
internal static class HlxAssert
{
    /// <summary>Runs an action that must be refused with a code; returns the refusal.</summary>
    public static HlxException Refuses(string code, Action action)
    {
        HlxException refusal = Assert.Throws<HlxException>(action);
        Assert.Equal(code, refusal.Code);
        Assert.NotEmpty(refusal.What);
        Assert.NotEmpty(refusal.Remedy);
        Assert.DoesNotContain('\n', refusal.Message);
        return refusal;
    }
}
