using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Tests;

public sealed class MultiplyAsyncTests : IDisposable
{
    private readonly HlxRuntime _hlx = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDevice.CpuAddress });
    private readonly Handle _a, _b;

    public MultiplyAsyncTests() => (_a, _b) = (_hlx.Collapse(FloatSamples.Unit(1, 40, 50)), _hlx.Collapse(FloatSamples.Unit(2, 50, 30)));

    public void Dispose() => _hlx.Dispose();

    [Fact]
    public async Task It_gives_what_Multiply_gives()
    {
        ProductRun run = await _hlx.MultiplyAsync(_a, _b, cancellation: TestContext.Current.CancellationToken);
        ProductRun again = _hlx.Multiply(_a, _b);
        Assert.False(run.IsMemoized);
        Assert.Equal((run.Result, true), (again.Result, again.IsMemoized));
    }

    [Fact]
    public async Task Its_errors_are_those_of_Multiply()
    {
        HlxException failure = await Assert.ThrowsAsync<HlxException>(() => _hlx.MultiplyAsync(_a, _a, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(ErrorCode.ShapeMismatch, failure.Code);
        failure = await Assert.ThrowsAsync<HlxException>(() => _hlx.MultiplyAsync(_a, _b, "fp99", TestContext.Current.CancellationToken));
        Assert.Equal(ErrorCode.NumericsUnsupported, failure.Code);
    }

    [Fact]
    public async Task Cancelled_before_it_begins_it_computes_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _hlx.MultiplyAsync(_a, _b, cancellation: new CancellationToken(canceled: true)));
        Assert.False(_hlx.Multiply(_a, _b).IsMemoized);
    }

    [Fact]
    public async Task Many_at_once_have_one_result()
    {
        ProductRun[] runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _hlx.MultiplyAsync(_a, _b)));
        Assert.Single(runs.Select(run => run.Result).Distinct());
        Assert.Single(runs, run => !run.IsMemoized);
    }
}
