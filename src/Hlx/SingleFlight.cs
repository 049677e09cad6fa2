using System.Collections.Concurrent;

namespace Hlx;

/// <summary>Lets equal requests that are under way share one computation. Safe for many threads.</summary>
internal sealed class SingleFlight<T>
{
    private readonly ConcurrentDictionary<string, Task<T>> _flights = new(StringComparer.Ordinal);

    /// <summary>Computes, or waits for whoever computes the same.</summary>
    /// <param name="key">What is the same for equal requests.</param>
    /// <param name="compute">The computation. What it throws, all who wait for it get; if it is cancelled, the next one computes.</param>
    /// <param name="cancellation">Ends the waiting of this caller, and of no other.</param>
    /// <returns>The value, and whether another caller computed it.</returns>
    public async Task<(T Value, bool Joined)> RunAsync(string key, Func<Task<T>> compute, CancellationToken cancellation)
    {
        while (true)
        {
            TaskCompletionSource<T> own = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<T> flight = _flights.GetOrAdd(key, own.Task);
            if (flight == own.Task) return (await Lead(key, own, compute).ConfigureAwait(false), false);
            try
            {
                return (await flight.WaitAsync(cancellation).ConfigureAwait(false), true);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // Whoever computed has given up; this caller has not.
            }
        }
    }

    /// <inheritdoc cref="RunAsync"/>
    public (T Value, bool Joined) Run(string key, Func<T> compute) => RunAsync(key, () => Task.FromResult(compute()), CancellationToken.None).GetAwaiter().GetResult();

    private async Task<T> Lead(string key, TaskCompletionSource<T> own, Func<Task<T>> compute)
    {
        try
        {
            T value = await compute().ConfigureAwait(false);
            _flights.TryRemove(key, out _);
            own.SetResult(value);
            return value;
        }
        catch (OperationCanceledException)
        {
            _flights.TryRemove(key, out _);
            own.SetCanceled(CancellationToken.None);
            throw;
        }
        catch (Exception failure)
        {
            _flights.TryRemove(key, out _);
            own.SetException(failure);
            _ = own.Task.Exception; // nobody may be waiting
            throw;
        }
    }
}
