using Hlx.Compute;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

public sealed partial class VulkanContext
{
    /// <summary>Records a sequence for many runs on data that stays on the device; its contents are written once, now.</summary>
    /// <param name="sequence">What to record.</param>
    /// <param name="repeats">How often the sequence runs each time, for measurements; each repeat waits for the one before.</param>
    /// <exception cref="HlxException">As <see cref="Run(KernelSequence)"/>.</exception>
    public VulkanProgram Record(KernelSequence sequence, int repeats = 1)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        _gate.Enter();
        try
        {
            VulkanProgram program = new(this, _resources.Programs.Record(sequence, repeats: repeats));
            lock (_recorded) _recorded.Add(program);
            try
            {
                WriteContents(program, sequence);
                return program;
            }
            catch
            {
                program.Dispose();
                throw;
            }
        }
        catch (HlxException failure)
        {
            NoteFailure(failure);
            throw;
        }
        finally
        {
            _gate.Leave();
        }
    }

    internal ulong Submit(CommandBuffer commands)
    {
        _gate.Enter();
        try
        {
            Check(_device.Queue.Submit(new ReadOnlySpan<CommandBuffer>(in commands), out ulong value));
            return value;
        }
        finally
        {
            _gate.Leave();
        }
    }

    internal void Wait(ulong value)
    {
        _gate.Enter();
        try
        {
            Result result = _device.Queue.Wait(value, _options.Timeout);
            if (result == Result.Timeout) throw TimedOut(_options.Timeout);
            Check(result);
        }
        finally
        {
            _gate.Leave();
        }
    }

    internal void Write(DeviceBuffer buffer, ReadOnlySpan<byte> content)
    {
        if (content.Length != buffer.Bytes) throw new ArgumentException($"{content.Length} bytes are given for a buffer of {buffer.Bytes}", nameof(content));
        _gate.Enter();
        try
        {
            if (buffer.IsMapped)
            {
                content.CopyTo(buffer.Mapped);
                return;
            }
            if (content.IsEmpty) return;
            StagingRange range = _resources.Ring.Reserve(content.Length);
            content.CopyTo(range.Mapped);
            Transfer(range, commands => commands.Upload(range, buffer));
            _resources.Ring.Release(range);
        }
        finally
        {
            _gate.Leave();
        }
    }

    internal void Read(DeviceBuffer buffer, Span<byte> destination)
    {
        if (destination.Length != buffer.Bytes) throw new ArgumentException($"{destination.Length} bytes are given for a buffer of {buffer.Bytes}", nameof(destination));
        _gate.Enter();
        try
        {
            if (buffer.IsMapped)
            {
                buffer.Mapped.CopyTo(destination);
                return;
            }
            if (destination.IsEmpty) return;
            StagingRange range = _resources.Ring.Reserve(destination.Length);
            Transfer(range, commands => commands.ReadBack(buffer, range));
            range.Mapped.CopyTo(destination);
            _resources.Ring.Release(range);
        }
        finally
        {
            _gate.Leave();
        }
    }

    internal TimeSpan? DeviceTime(RecordedProgram program, int stage)
    {
        _gate.Enter();
        try
        {
            return program.DeviceTime(stage);
        }
        finally
        {
            _gate.Leave();
        }
    }

    internal double? DeviceNanoseconds(RecordedProgram program)
    {
        _gate.Enter();
        try
        {
            return program.DeviceNanoseconds();
        }
        finally
        {
            _gate.Leave();
        }
    }

    internal void Release(VulkanProgram program)
    {
        lock (_recorded)
        {
            if (!_recorded.Remove(program)) return; // the context is closed and has freed it
        }
        bool isIdle = program.Pending == 0 || _device.Queue.Wait(program.Pending, _options.Timeout) != Result.Timeout;
        if (isIdle)
        {
            program.Recorded.Dispose();
            return;
        }
        _gate.MarkLost();
        lock (_abandoned) _abandoned.Add(program.Recorded);
    }

    private static void WriteContents(VulkanProgram program, KernelSequence sequence)
    {
        for (int stage = 0; stage < sequence.Stages.Count; stage++)
        {
            IReadOnlyList<KernelBuffer> buffers = sequence.Stages[stage].Buffers;
            for (int i = 0; i < buffers.Count; i++)
            {
                if (!buffers[i].Content.IsEmpty && buffers[i] is { From: null, Same: null }) program.Write(stage, i, buffers[i].Content.Span);
            }
        }
    }

    private void Transfer(StagingRange range, Action<TransferCommands> record)
    {
        TransferCommands commands = _resources.Transfers.Rent();
        try
        {
            commands.Begin();
            record(commands);
            commands.End();
            Wait(Submit(commands.Commands));
            _resources.Transfers.Return(commands);
        }
        catch
        {
            _resources.Ring.Release(range);
            commands.Dispose();
            throw;
        }
    }
}
