using System.Diagnostics;
using Hlx.Compute;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

public sealed partial class VulkanContext
{
    /// <inheritdoc/>
    public SequenceResult Run(KernelSequence sequence) => Run(sequence, _options.Timeout);

    /// <inheritdoc/>
    public async Task<SequenceResult> RunAsync(KernelSequence sequence, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        cancellation.ThrowIfCancellationRequested();
        Task<SequenceResult> finish = StartAsync(sequence);
        _ = finish.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // nobody may be left to look
        return await finish.WaitAsync(cancellation).ConfigureAwait(false);
    }

    internal SequenceResult Run(KernelSequence sequence, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        using Activity? activity = _telemetry.StartRequest(sequence.Stages.Count);
        LoopWatch watch = new(sequence, LoopTurns);
        _gate.Enter();
        try
        {
            Request request = Submit(watch.Sequence);
            return watch.Check(Finish(request, _device.Queue.Wait(request.Value, timeout), timeout));
        }
        finally
        {
            _gate.Leave();
        }
    }

    private int? LoopTurns => Capabilities?.LoopTurns; // not known during the self-test

    private async Task<SequenceResult> StartAsync(KernelSequence sequence)
    {
        using Activity? activity = _telemetry.StartRequest(sequence.Stages.Count);
        LoopWatch watch = new(sequence, LoopTurns);
        _gate.Enter();
        try
        {
            Request request = Submit(watch.Sequence);
            Result result = await _pump.WhenReached(request.Value, _options.Timeout).ConfigureAwait(false);
            return watch.Check(Finish(request, result, _options.Timeout));
        }
        finally
        {
            _gate.Leave();
        }
    }

    // Out of memory, whatever is kept for later requests goes, and the request gets a second try.
    private Request Submit(KernelSequence sequence)
    {
        try
        {
            return SubmitOnce(sequence);
        }
        catch (HlxException full) when (full.Code == ErrorCode.DeviceMemory)
        {
            Trim();
        }
        catch (HlxException failure)
        {
            NoteFailure(failure);
            throw;
        }
        try
        {
            return SubmitOnce(sequence);
        }
        catch (HlxException failure)
        {
            NoteFailure(failure);
            throw;
        }
    }

    private Request SubmitOnce(KernelSequence sequence)
    {
        Request request = new(_device, _resources, sequence);
        try
        {
            Check(request.Submit());
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private SequenceResult Finish(Request request, Result result, TimeSpan timeout)
    {
        if (result == Result.Timeout)
        {
            lock (_abandoned) _abandoned.Add(request); // still running: its memory must stay
            throw TimedOut(timeout);
        }
        using (request)
        {
            try
            {
                Check(result);
            }
            catch (HlxException failure)
            {
                NoteFailure(failure);
                throw;
            }
            return request.Read();
        }
    }

    private void Check(Result result)
    {
        if (result == Result.ErrorDeviceLost) _gate.MarkLost();
        result.OrThrow("running the shader");
    }

    private void NoteFailure(HlxException failure)
    {
        if (failure.Code == ErrorCode.DeviceLost) _gate.MarkLost();
        _telemetry.Failed(failure);
    }

    private HlxException TimedOut(TimeSpan timeout)
    {
        _gate.MarkLost(); // work that may still be running owns the memory; nothing on this device can be trusted any more
        HlxException failure = new(
            ErrorCode.DeviceTimeout, $"the device did not finish within {timeout.TotalSeconds:0.###} s", "Make the request smaller, or allow more with --timeout SECONDS (HLX_TIMEOUT, HlxOptions.Timeout)");
        _telemetry.Failed(failure);
        return failure;
    }
}
