namespace Hlx.Tests;

public sealed class SingleFlightTests
{
    [Fact]
    public async Task Those_who_come_while_it_is_computed_get_the_value_of_the_first()
    {
        SingleFlight<int> flights = new();
        TaskCompletionSource<int> running = new();
        Task<(int Value, bool Joined)> first = flights.RunAsync("key", () => running.Task, CancellationToken.None);
        Task<(int Value, bool Joined)>[] others = [.. Enumerable.Range(0, 5).Select(_ => flights.RunAsync("key", () => throw new InvalidOperationException("not again"), CancellationToken.None))];
        Assert.Equal((2, false), await flights.RunAsync("other key", () => Task.FromResult(2), CancellationToken.None));
        running.SetResult(1);
        Assert.Equal((1, false), await first);
        foreach (Task<(int Value, bool Joined)> other in others) Assert.Equal((1, true), await other);
        Assert.Equal((3, false), flights.Run("key", () => 3));
    }

    [Fact]
    public async Task A_failure_is_everybodys_and_the_next_one_tries_again()
    {
        SingleFlight<int> flights = new();
        TaskCompletionSource<int> running = new();
        Task first = flights.RunAsync("key", () => running.Task, CancellationToken.None), second = flights.RunAsync("key", () => Task.FromResult(2), CancellationToken.None);
        running.SetException(new InvalidOperationException("failed"));
        Assert.Equal("failed", (await Assert.ThrowsAsync<InvalidOperationException>(() => first)).Message);
        Assert.Equal("failed", (await Assert.ThrowsAsync<InvalidOperationException>(() => second)).Message);
        Assert.Equal((3, false), flights.Run("key", () => 3));
    }

    [Fact]
    public async Task Whoever_gives_up_ends_nobody_elses_wait()
    {
        SingleFlight<int> flights = new();
        TaskCompletionSource<int> running = new();
        using CancellationTokenSource patience = new();
        Task<(int Value, bool Joined)> first = flights.RunAsync("key", () => running.Task, CancellationToken.None);
        Task<(int Value, bool Joined)> impatient = flights.RunAsync("key", () => Task.FromResult(2), patience.Token), patient = flights.RunAsync("key", () => Task.FromResult(3), CancellationToken.None);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        running.SetCanceled(CancellationToken.None); // the one that computes gives up: another one computes
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal((3, false), await patient);
    }
}
