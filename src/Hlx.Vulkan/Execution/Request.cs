using System.Diagnostics;
using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>One run of a sequence: content goes up, a recorded program runs, outputs come back, in one submission.</summary>
internal sealed class Request : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly RequestResources _resources;
    private readonly KernelSequence _sequence;
    private readonly RecordedProgram _program;
    private readonly List<StagingRange> _staging = [];
    private readonly Dictionary<StageOutput, StagingRange> _readBacks = [];
    private TransferCommands? _upload;
    private TransferCommands? _readBack;
    private long _start;
    private bool _succeeded;

    /// <summary>Takes what the request needs and fills its inputs.</summary>
    /// <exception cref="Values.HlxException"><see cref="Values.ErrorCode.DeviceMemory"/>, <see cref="Values.ErrorCode.DriverFailure"/>.</exception>
    public Request(VulkanDevice device, RequestResources resources, KernelSequence sequence)
    {
        _device = device;
        _resources = resources;
        _sequence = sequence;
        _program = resources.Programs.Take(sequence);
        try
        {
            Upload();
            PrepareReadBack();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The semaphore value at which the request is done.</summary>
    public ulong Value { get; private set; }

    /// <summary>Submits everything.</summary>
    public Result Submit()
    {
        _start = Stopwatch.GetTimestamp();
        Result result = _device.Queue.Submit([_upload?.Commands ?? default, _program.Commands, _readBack?.Commands ?? default], out ulong value);
        Value = value;
        if (result == Result.Success) _resources.Telemetry.Submitted(_sequence.Stages.Sum(stage => stage.Buffers.Sum(buffer => (long)buffer.Content.Length)));
        return result;
    }

    /// <summary>The outputs, copied, after the device is done.</summary>
    public SequenceResult Read()
    {
        byte[][] outputs = [.. _sequence.Returns.Select(Read)];
        _succeeded = true;
        _resources.Telemetry.Finished(outputs.Sum(output => (long)output.Length), Stopwatch.GetElapsedTime(_start));
        return new(outputs, [.. Enumerable.Range(0, _sequence.Stages.Count).Select(_program.DeviceTime)]);
    }

    /// <summary>Gives everything back; the device must be done with it.</summary>
    public void Dispose()
    {
        foreach (StagingRange range in _staging) _resources.Ring.Release(range);
        if (_upload is not null) _resources.Transfers.Return(_upload);
        if (_readBack is not null) _resources.Transfers.Return(_readBack);
        if (_succeeded) _resources.Programs.Return(_program);
        else _program.Dispose();
    }

    private void Upload()
    {
        for (int stage = 0; stage < _sequence.Stages.Count; stage++)
        {
            IReadOnlyList<KernelBuffer> buffers = _sequence.Stages[stage].Buffers;
            for (int i = 0; i < buffers.Count; i++)
            {
                if (!buffers[i].Content.IsEmpty && buffers[i] is { From: null, Same: null }) Upload(buffers[i].Content.Span, _program.Buffers[stage, i]);
            }
        }
        _upload?.End();
    }

    private void Upload(ReadOnlySpan<byte> content, DeviceBuffer buffer)
    {
        if (buffer.IsMapped)
        {
            content.CopyTo(buffer.Mapped);
            return;
        }
        StagingRange range = Reserve(content.Length);
        content.CopyTo(range.Mapped);
        _upload ??= Begin();
        _upload.Upload(range, buffer);
    }

    private void PrepareReadBack()
    {
        foreach (StageOutput output in _sequence.Returns.Distinct())
        {
            DeviceBuffer buffer = _program.Buffers.Output(output);
            if (buffer.IsMapped || buffer.Bytes == 0) continue;
            StagingRange range = Reserve(buffer.Bytes);
            _readBacks.Add(output, range);
            _readBack ??= Begin();
            _readBack.ReadBack(buffer, range);
        }
        _readBack?.End();
    }

    private byte[] Read(StageOutput output)
    {
        if (_readBacks.TryGetValue(output, out StagingRange range)) return range.Mapped.ToArray();
        DeviceBuffer buffer = _program.Buffers.Output(output);
        return buffer.Bytes == 0 ? [] : buffer.Mapped.ToArray();
    }

    private StagingRange Reserve(long bytes)
    {
        StagingRange range = _resources.Ring.Reserve(bytes);
        _staging.Add(range);
        return range;
    }

    private TransferCommands Begin()
    {
        TransferCommands commands = _resources.Transfers.Rent();
        try
        {
            commands.Begin();
            return commands;
        }
        catch
        {
            commands.Dispose();
            throw;
        }
    }
}

/// <summary>What the requests of a device share.</summary>
/// <param name="Programs">Recorded programs.</param>
/// <param name="Ring">Staging memory.</param>
/// <param name="Transfers">Command buffers for copies.</param>
/// <param name="Telemetry">Who is told.</param>
internal sealed record RequestResources(ProgramCache Programs, StagingRing Ring, TransferPool Transfers, VulkanTelemetry Telemetry);
