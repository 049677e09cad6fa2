using Hlx.Compute;

namespace Hlx.Vulkan;

/// <summary>The buffers of a program, one for each binding; the output of an earlier stage is that stage's buffer.</summary>
internal sealed class ProgramBuffers : IDisposable
{
    private readonly KernelSequence _sequence;
    private readonly List<DeviceBuffer[]> _stages = [];
    private readonly List<DeviceBuffer> _owned = [];

    public ProgramBuffers(VulkanDevice device, KernelSequence sequence)
    {
        _sequence = sequence;
        BufferPlace place = device.Plan.Staging ? BufferPlace.Device : BufferPlace.Shared;
        try
        {
            foreach (KernelLaunch stage in sequence.Stages) _stages.Add([.. stage.Buffers.Select(Create)]);
        }
        catch
        {
            Dispose();
            throw;
        }

        DeviceBuffer Create(KernelBuffer buffer)
        {
            if (buffer.From is StageOutput source) return Output(source);
            if (buffer.Same is StageBuffer other) return _stages[other.Stage][other.Buffer];
            DeviceBuffer created = new(device, buffer.Bytes, place);
            _owned.Add(created);
            return created;
        }
    }

    /// <summary>How many bytes they have together.</summary>
    public long Bytes => _owned.Sum(buffer => buffer.Bytes);

    /// <summary>The buffer of a binding.</summary>
    public DeviceBuffer this[int stage, int buffer] => _stages[stage][buffer];

    /// <summary>The buffer of an output.</summary>
    public DeviceBuffer Output(StageOutput output) => _stages[output.Stage][PositionOf(_sequence.Stages[output.Stage], output.Output)];

    public void Dispose()
    {
        foreach (DeviceBuffer buffer in _owned) buffer.Dispose();
        _owned.Clear();
    }

    private static int PositionOf(KernelLaunch stage, int output)
    {
        int position = 0;
        while (!stage.Buffers[position].IsOutput || output-- > 0) position++;
        return position;
    }
}
