using System.Diagnostics;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>
/// Completes tasks when the queue's semaphore reaches their values: one thread for all requests of a device, started at the first one.
/// </summary>
internal sealed class CompletionPump(SubmissionQueue queue) : IDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    private readonly PriorityQueue<Waiter, ulong> _waiters = new();
    private readonly object _lock = new();
    private Thread? _thread;
    private bool _stopped;

    private sealed record Waiter(ulong Value, long Start, TimeSpan Timeout, TaskCompletionSource<Result> Completion);

    /// <summary>A task that ends with Success, Timeout, or what the driver says went wrong.</summary>
    public Task<Result> WhenReached(ulong value, TimeSpan timeout)
    {
        Waiter waiter = new(value, Stopwatch.GetTimestamp(), timeout, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            _waiters.Enqueue(waiter, value);
            Monitor.Pulse(_lock);
            if (_thread is null)
            {
                _thread = new Thread(Pump) { IsBackground = true, Name = "Hlx.Vulkan completion" };
                _thread.Start();
            }
        }
        return waiter.Completion.Task;
    }

    /// <summary>Ends the thread, after the requests that it waits for.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.Pulse(_lock);
        }
        _thread?.Join();
    }

    private void Pump()
    {
        while (true)
        {
            Waiter? first;
            lock (_lock)
            {
                while (_waiters.Count == 0 && !_stopped) Monitor.Wait(_lock);
                if (!_waiters.TryDequeue(out first, out _)) return;
            }
            TimeSpan left = first.Timeout - Stopwatch.GetElapsedTime(first.Start);
            Result result = queue.Wait(first.Value, left < TimeSpan.Zero ? TimeSpan.Zero : left < Slice ? left : Slice);
            if (result == Result.Timeout && left > Slice)
            {
                lock (_lock) _waiters.Enqueue(first, first.Value); // not yet; another may have come that ends sooner
            }
            else
            {
                first.Completion.SetResult(result);
            }
        }
    }
}
