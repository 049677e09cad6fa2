using System.Diagnostics;
using Hlx.Compute;
using Silk.NET.Vulkan;
using VkSemaphore = Silk.NET.Vulkan.Semaphore;

namespace Hlx.Vulkan;

/// <summary>
/// The device's compute queue with a timeline semaphore: every submission raises it by one, and whoever waits waits for a value. Safe
/// for many threads.
/// </summary>
internal sealed unsafe class SubmissionQueue : IDisposable
{
    // A GPU answers small requests sooner than a thread wakes up; on a CPU driver spinning would take the processor from it.
    private static readonly TimeSpan SpinTime = TimeSpan.FromMicroseconds(200);

    private readonly VulkanDevice _device;
    private readonly Queue _queue;
    private readonly VkSemaphore _timeline;
    private readonly Lock _lock = new();
    private readonly bool _spins;
    private ulong _last;

    public SubmissionQueue(VulkanDevice device)
    {
        _device = device;
        _spins = device.Snapshot.Type != DeviceType.Cpu;
        device.Api.GetDeviceQueue(device.Handle, device.Plan.Family.Index, 0, out _queue);
        SemaphoreTypeCreateInfo type = new() { SType = StructureType.SemaphoreTypeCreateInfo, SemaphoreType = SemaphoreType.Timeline };
        SemaphoreCreateInfo create = new() { SType = StructureType.SemaphoreCreateInfo, PNext = &type };
        VkSemaphore timeline;
        device.Api.CreateSemaphore(device.Handle, &create, null, &timeline).OrThrow("creating a timeline semaphore");
        _timeline = timeline;
    }

    /// <summary>How long the driver's own submit call has taken, all in all, in ticks of <see cref="Stopwatch"/>; for benchmarks.</summary>
    public long DriverTicks { get; private set; }

    /// <summary>Submits command buffers, to run in their order.</summary>
    /// <param name="commands">The command buffers; null handles are left out.</param>
    /// <param name="value">The value that the semaphore has when all are done.</param>
    public Result Submit(ReadOnlySpan<CommandBuffer> commands, out ulong value)
    {
        CommandBuffer* list = stackalloc CommandBuffer[commands.Length];
        uint count = 0;
        foreach (CommandBuffer buffer in commands)
        {
            if (buffer.Handle != 0) list[count++] = buffer;
        }
        VkSemaphore timeline = _timeline;
        lock (_lock)
        {
            value = _last + 1;
            Result result = _device.Faults.Next();
            if (result != Result.Success) return result;
            ulong signal = value;
            TimelineSemaphoreSubmitInfo signals = new() { SType = StructureType.TimelineSemaphoreSubmitInfo, SignalSemaphoreValueCount = 1, PSignalSemaphoreValues = &signal };
            SubmitInfo submit = new()
            {
                SType = StructureType.SubmitInfo,
                PNext = &signals,
                CommandBufferCount = count,
                PCommandBuffers = list,
                SignalSemaphoreCount = 1,
                PSignalSemaphores = &timeline,
            };
            long start = Stopwatch.GetTimestamp();
            result = _device.Api.QueueSubmit(_queue, 1, &submit, default);
            DriverTicks += Stopwatch.GetTimestamp() - start;
            if (result == Result.Success) _last = value;
            return result;
        }
    }

    /// <summary>Waits until the semaphore has a value: spins a little, then sleeps.</summary>
    /// <returns>Success, Timeout, or what the driver says went wrong.</returns>
    public Result Wait(ulong value, TimeSpan timeout)
    {
        if (_device.Faults.Waits != Result.Success) return _device.Faults.Waits;
        long start = Stopwatch.GetTimestamp();
        while (_spins)
        {
            Result result = Reached(out ulong reached);
            if (result != Result.Success) return result;
            if (reached >= value) return Result.Success;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed > SpinTime || elapsed > timeout) break;
        }
        VkSemaphore timeline = _timeline;
        SemaphoreWaitInfo wait = new() { SType = StructureType.SemaphoreWaitInfo, SemaphoreCount = 1, PSemaphores = &timeline, PValues = &value };
        return _device.Api.WaitSemaphores(_device.Handle, &wait, (ulong)(timeout.TotalMilliseconds * 1e6));
    }

    /// <summary>Whether all that was submitted ends within a time; what a lost device had is over too.</summary>
    public bool Ends(TimeSpan patience)
    {
        lock (_lock) return Wait(_last, patience) != Result.Timeout;
    }

    /// <summary>The value that the semaphore has.</summary>
    public Result Reached(out ulong value)
    {
        ulong current;
        Result result = _device.Api.GetSemaphoreCounterValue(_device.Handle, _timeline, &current);
        value = current;
        return result;
    }

    public void Dispose() => _device.Api.DestroySemaphore(_device.Handle, _timeline, null);
}
