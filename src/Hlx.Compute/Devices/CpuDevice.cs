using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Hlx.Compute;

/// <summary>The processor this program runs on. It runs operators, not shaders.</summary>
/// <param name="threads">How many threads operators use; all processors if null.</param>
public sealed class CpuDevice(int? threads = null) : IComputeDevice
{
    /// <summary>How the CPU is addressed.</summary>
    public const string CpuAddress = "cpu://";

    private readonly ConcurrentBag<float[]> _buffers = [];

    /// <summary>How many threads operators use.</summary>
    public int Threads { get; } = threads ?? Environment.ProcessorCount;

    /// <inheritdoc/>
    public string Name { get; } = $"CPU ({RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}, {threads ?? Environment.ProcessorCount} threads)";

    /// <inheritdoc/>
    public string Address => CpuAddress;

    /// <inheritdoc/>
    public string Driver { get; } = RuntimeInformation.FrameworkDescription;

    /// <inheritdoc/>
    public DeviceBehaviour Behaviour => DeviceBehaviour.Ieee;

    /// <summary>Hears, from any thread, which part of an operator's work is done: up to 1.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Working memory for an operator.</summary>
    /// <param name="length">How many numbers it holds.</param>
    public CpuBuffer Rent(int length) => new(_buffers, length);

    /// <summary>Runs an action for each index of a range, on this device's threads.</summary>
    /// <param name="count">The action runs for 0 … count−1.</param>
    /// <param name="action">The action.</param>
    public void For(int count, Action<int> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (Threads == 1 || count <= 1)
        {
            for (int i = 0; i < count; i++) action(i);
            return;
        }
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, action);
    }

    /// <summary>As <see cref="For(int, Action{int})"/>, for a range that is a part of the work; tells <see cref="Progress"/> of each index.</summary>
    /// <param name="count">The action runs for 0 … count−1.</param>
    /// <param name="action">The action.</param>
    /// <param name="before">Which part was done before.</param>
    /// <param name="after">Which part is done with it.</param>
    public void For(int count, Action<int> action, double before, double after)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (Progress is null)
        {
            For(count, action);
            return;
        }
        int done = 0;
        For(count, index =>
        {
            action(index);
            Progress.Report(before + ((after - before) * Interlocked.Increment(ref done) / count));
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
