using Hlx.Compute;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

public sealed partial class VulkanContext
{
    /// <inheritdoc cref="IKernelDevice.Record"/>
    public VulkanProgram Record(KernelSequence sequence, RecordOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        options ??= new RecordOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Repeats, 1);
        _gate.Enter();
        try
        {
            VulkanProgram program = new(this, _resources.Programs.Record(sequence, options, _residents));
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

    IKernelProgram IKernelDevice.Record(KernelSequence sequence, RecordOptions? options) => Record(sequence, options);

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
                buffer.Fill(content);
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

    internal IReadOnlyList<(string Name, double Value)> Statistics(RecordedProgram program, int stage)
    {
        _gate.Enter();
        try
        {
            return program.Pipeline(stage).Statistics();
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    internal void RequireOpen()
    {
        _gate.Enter(evenIfLost: true);
        _gate.Leave();
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

    private void WriteContents(VulkanProgram program, KernelSequence sequence)
    {
        for (int stage = 0; stage < sequence.Stages.Count; stage++)
        {
            IReadOnlyList<KernelBuffer> buffers = sequence.Stages[stage].Buffers;
            for (int i = 0; i < buffers.Count; i++)
            {
                ReadOnlyMemory<byte> content = buffers[i].Content;
                if (content.IsEmpty || buffers[i] is not { From: null, Same: null }) continue;
                if (buffers[i].ResidentAs is string name) _residents.WriteOnce(name, buffer => Write(buffer, content.Span));
                else program.Write(stage, i, content.Span);
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
