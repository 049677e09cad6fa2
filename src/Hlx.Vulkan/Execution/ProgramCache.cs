using System.Globalization;
using System.Text;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Vulkan;

/// <summary>
/// Recorded programs that wait for the next request of the same kind: the same pipelines, sizes, constants and flow of data, whatever
/// the content. The one that waits longest goes first when there are too many. Safe for many threads.
/// </summary>
internal sealed class ProgramCache(VulkanDevice device, PipelineCache pipelines, long capacity) : IDisposable
{
    private const int MaxPrograms = 64;

    private readonly LinkedList<RecordedProgram> _idle = new(); // from the oldest to the youngest
    private readonly Lock _lock = new();

    /// <summary>An idle program, or a new one; whoever takes it returns or disposes it.</summary>
    public RecordedProgram Take(KernelSequence sequence)
    {
        string key = KeyOf(sequence);
        lock (_lock)
        {
            for (LinkedListNode<RecordedProgram>? node = _idle.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Key != key) continue;
                _idle.Remove(node);
                return node.Value;
            }
        }
        return Record(sequence, new RecordOptions(), residents: null, key);
    }

    /// <summary>Records a program that is not taken from here nor returned.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="options">How to record it.</param>
    /// <param name="residents">Where buffers are that programs share; if null, each has a buffer of its own.</param>
    /// <param name="key">The key for <see cref="Take"/>.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/> for a dispatch of which drivers drop a part.</exception>
    public RecordedProgram Record(KernelSequence sequence, RecordOptions options, ResidentBuffers? residents, string key = "")
    {
        foreach (KernelLaunch stage in sequence.Stages) CheckDispatch(stage.Workgroups);
        return new(device, [.. sequence.Stages.Select(pipelines.Get)], sequence, key, options, residents);
    }

    /// <summary>Keeps a program for the next request.</summary>
    public void Return(RecordedProgram program)
    {
        List<RecordedProgram> leaving = [];
        lock (_lock)
        {
            _idle.AddLast(program);
            while (_idle.Count > MaxPrograms || (_idle.Count > 0 && _idle.Sum(idle => idle.Buffers.Bytes) > capacity) || capacity == 0)
            {
                if (_idle.First is null) break;
                leaving.Add(_idle.First.Value);
                _idle.RemoveFirst();
            }
        }
        foreach (RecordedProgram idle in leaving) idle.Dispose();
    }

    /// <summary>Frees all idle programs.</summary>
    public void Trim()
    {
        RecordedProgram[] leaving;
        lock (_lock)
        {
            leaving = [.. _idle];
            _idle.Clear();
        }
        foreach (RecordedProgram program in leaving) program.Dispose();
    }

    public void Dispose() => Trim();

    // Drivers count all workgroups of a dispatch in 32 bits and report success, whatever each axis may have; those on the processor may lose the sign too.
    private void CheckDispatch(Extent3 workgroups)
    {
        UInt128 all = (UInt128)workgroups.X * workgroups.Y * workgroups.Z;
        uint most = device.Snapshot.Type == DeviceType.Cpu ? int.MaxValue : uint.MaxValue;
        if (all > most)
            throw new HlxException(ErrorCode.DeviceLimit, $"a dispatch of {workgroups} workgroups, {all} in all, exceeds what drivers count, {most}", "Cut it into several, or let an invocation do more");
    }

    // Everything that a recording depends on, and nothing of the content.
    private static string KeyOf(KernelSequence sequence)
    {
        StringBuilder key = new();
        CultureInfo invariant = CultureInfo.InvariantCulture;
        foreach (KernelLaunch stage in sequence.Stages)
        {
            key.Append(invariant, $"{stage.Code.Handle} {stage.EntryPoint.Length}:{stage.EntryPoint} {stage.Workgroups} {stage.BoundsChecked} {stage.SubgroupSize} {Convert.ToHexString(stage.PushConstants.Span)};");
            foreach (SpecializationValue constant in stage.Specialization) key.Append(invariant, $"s{constant.Id}={constant.Bits}/{constant.Bytes};");
            foreach (KernelBuffer buffer in stage.Buffers)
                key.Append(invariant, $"b{buffer.Set}.{buffer.Binding}:{buffer.Bytes}{(buffer.IsOutput ? 'o' : 'i')}{(buffer.Content.IsEmpty ? 'z' : 'c')}{(buffer.IsOverwritten ? 'w' : ' ')}{buffer.From}{buffer.Same}{buffer.Kind}{buffer.Element}{buffer.Format};");
        }
        foreach (StageOutput output in sequence.Returns) key.Append(invariant, $"r{output};");
        return key.ToString();
    }
}
