using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>
/// The buffers of a sequence. On a device with memory of its own, each has a twin that the processor sees where something goes up or
/// comes back; elsewhere the processor sees the buffer itself. A buffer that is the output of an earlier stage is that stage's buffer.
/// </summary>
internal sealed unsafe class SequenceBuffers : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly KernelSequence _sequence;
    private readonly List<DeviceBuffer[]> _stages = [];
    private readonly Dictionary<DeviceBuffer, DeviceBuffer> _uploads = [];
    private readonly List<DeviceBuffer> _zeros = [];
    private readonly Dictionary<StageOutput, DeviceBuffer> _readBacks = [];
    private readonly List<DeviceBuffer> _owned = [];

    public SequenceBuffers(VulkanDevice device, KernelSequence sequence)
    {
        _device = device;
        _sequence = sequence;
        try
        {
            foreach (KernelLaunch stage in sequence.Stages) _stages.Add([.. stage.Buffers.Select(Create)]);
            foreach (StageOutput output in sequence.Returns.Distinct())
                _readBacks[output] = device.NeedsStaging ? Own(Output(output).Bytes, BufferPlace.ReadBack) : Output(output);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The buffer that a stage's shader sees.</summary>
    public DeviceBuffer OnDevice(int stage, int buffer) => _stages[stage][buffer];

    /// <summary>The buffer in which the processor finds an output that is read back.</summary>
    public DeviceBuffer ReadBack(StageOutput output) => _readBacks[output];

    /// <summary>Records the copies to the device, and the zeros of buffers without content.</summary>
    /// <returns>Whether there are any.</returns>
    public bool RecordUploads(CommandBuffer commands)
    {
        foreach ((DeviceBuffer buffer, DeviceBuffer source) in _uploads) Copy(commands, source, buffer);
        foreach (DeviceBuffer buffer in _zeros) _device.Api.CmdFillBuffer(commands, buffer.Handle, 0, Vk.WholeSize, 0);
        return _uploads.Count + _zeros.Count > 0;
    }

    /// <summary>Records the copies from the device.</summary>
    /// <returns>Whether there are any.</returns>
    public bool RecordReadBacks(CommandBuffer commands)
    {
        if (!_device.NeedsStaging) return false;
        foreach ((StageOutput output, DeviceBuffer target) in _readBacks) Copy(commands, Output(output), target);
        return _readBacks.Count > 0;
    }

    public void Dispose()
    {
        foreach (DeviceBuffer buffer in _owned) buffer.Dispose();
        _owned.Clear();
    }

    private DeviceBuffer Create(KernelBuffer buffer)
    {
        if (buffer.From is StageOutput source) return Output(source);
        if (!_device.NeedsStaging) return Fill(Own(buffer.Bytes, buffer.IsOutput ? BufferPlace.ReadBack : BufferPlace.Upload), buffer.Content.Span);
        DeviceBuffer device = Own(buffer.Bytes, BufferPlace.Device);
        if (buffer.Content.IsEmpty) _zeros.Add(device);
        else _uploads.Add(device, Fill(Own(buffer.Bytes, BufferPlace.Upload), buffer.Content.Span));
        return device;
    }

    private static DeviceBuffer Fill(DeviceBuffer buffer, ReadOnlySpan<byte> content)
    {
        content.CopyTo(buffer.Mapped);
        buffer.Mapped[content.Length..].Clear();
        return buffer;
    }

    private DeviceBuffer Output(StageOutput output)
    {
        IReadOnlyList<KernelBuffer> buffers = _sequence.Stages[output.Stage].Buffers;
        int position = Enumerable.Range(0, buffers.Count).Where(i => buffers[i].IsOutput).ElementAt(output.Output);
        return _stages[output.Stage][position];
    }

    private DeviceBuffer Own(long bytes, BufferPlace place)
    {
        DeviceBuffer buffer = new(_device, bytes, place);
        _owned.Add(buffer);
        return buffer;
    }

    private void Copy(CommandBuffer commands, DeviceBuffer from, DeviceBuffer to)
    {
        if (from.Bytes == 0) return;
        BufferCopy region = new() { Size = (ulong)from.Bytes };
        _device.Api.CmdCopyBuffer(commands, from.Handle, to.Handle, 1, &region);
    }
}
