using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>The buffers of a program, one for each binding; the output of an earlier stage is that stage's buffer.</summary>
internal sealed class ProgramBuffers : IDisposable
{
    private readonly KernelSequence _sequence;
    private readonly List<DeviceBuffer[]> _stages = [];
    private readonly List<DeviceBuffer> _owned = [];
    private readonly List<string> _shared = [];
    private readonly ResidentBuffers? _residents;
    private readonly Dictionary<DeviceBuffer, DeviceBuffer> _twins = [];
    private readonly List<(DeviceBuffer From, DeviceBuffer To)> _before = [], _after = [];

    public ProgramBuffers(VulkanDevice device, KernelSequence sequence, ResidentBuffers? residents)
    {
        _sequence = sequence;
        _residents = residents;
        BufferPlace place = device.Plan.Staging ? BufferPlace.Device : BufferPlace.Shared;
        BufferUsageFlags usage = Descriptors.UsageOf(sequence);
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
            if (buffer.ResidentAs is string name && residents is not null)
            {
                DeviceBuffer resident = residents.Take(name, buffer.Bytes, place);
                _shared.Add(name);
                return resident;
            }
            BufferAccess access = residents is null ? BufferAccess.Copied : buffer.Access; // a request copies what it needs itself
            DeviceBuffer created = Own(access switch
            {
                BufferAccess.Window => BufferPlace.Window,
                BufferAccess.Shared => BufferPlace.Shared,
                _ => place,
            });
            if (access != BufferAccess.Staged || created.IsMapped) return created;
            DeviceBuffer twin = Own(BufferPlace.Staging);
            _twins.Add(created, twin);
            if (buffer.IsOutput) _after.Add((created, twin));
            else _before.Add((twin, created));
            return created;

            DeviceBuffer Own(BufferPlace where)
            {
                DeviceBuffer own = new(device, buffer.Bytes, where, usage);
                _owned.Add(own);
                return own;
            }
        }
    }

    /// <summary>Copies that come before the first stage.</summary>
    public IReadOnlyList<(DeviceBuffer From, DeviceBuffer To)> Before => _before;

    /// <summary>Copies that come after the last stage.</summary>
    public IReadOnlyList<(DeviceBuffer From, DeviceBuffer To)> After => _after;

    /// <summary>The buffer by which the processor reaches one that is staged; else the buffer itself.</summary>
    public DeviceBuffer Reached(DeviceBuffer buffer) => _twins.GetValueOrDefault(buffer, buffer);

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
        foreach (string name in _shared) _residents!.Release(name);
        _shared.Clear();
    }

    private static int PositionOf(KernelLaunch stage, int output)
    {
        int position = 0;
        while (!stage.Buffers[position].IsOutput || output-- > 0) position++;
        return position;
    }
}
