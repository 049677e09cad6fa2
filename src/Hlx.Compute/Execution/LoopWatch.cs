using System.Buffers.Binary;
using System.Globalization;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// A sequence as a device runs it that ends loops early (<see cref="DeviceBehaviour.LoopTurns"/>): the shaders that are watched count the
/// invocations whose loops ended by themselves, and a run in which some did not is an error.
/// </summary>
internal sealed class LoopWatch
{
    private const int CounterBytes = 8;

    private readonly List<(KernelLaunch Launch, StageOutput Counter)> _watched = [];
    private readonly int? _turns;
    private readonly int _returns;

    /// <summary>Prepares a sequence.</summary>
    /// <param name="sequence">What a caller wants to run.</param>
    /// <param name="turns">After how many turns the device ends the loops of an invocation; null for one that does not.</param>
    public LoopWatch(KernelSequence sequence, int? turns)
    {
        (_turns, _returns) = (turns, sequence.Returns.Count);
        if (turns is null || !sequence.Stages.Any(stage => stage.WatchesLoops))
        {
            Sequence = sequence;
            return;
        }
        KernelLaunch[] stages = [.. sequence.Stages.Select(Watched)];
        Sequence = new(stages, [.. sequence.Returns, .. _watched.Select(watched => watched.Counter)]);
    }

    /// <summary>What the device runs.</summary>
    public KernelSequence Sequence { get; }

    /// <summary>What the caller gets of what the device gave.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLimit"/> if the device ended a loop.</exception>
    public SequenceResult Check(SequenceResult result)
    {
        for (int i = 0; i < _watched.Count; i++)
        {
            (KernelLaunch launch, StageOutput counter) = _watched[i];
            if (BinaryPrimitives.ReadUInt32LittleEndian(result.Outputs[_returns + i]) == Invocations(launch)) continue;
            string stage = Sequence.Stages.Count > 1 ? $" of stage {counter.Stage}" : "", most = _turns!.Value.ToString("N0", CultureInfo.InvariantCulture);
            throw new HlxException(
                ErrorCode.DeviceLimit,
                $"the loops of the shader{stage} make more than {most} turns, all together, after which this device's driver ends them, so the results would be wrong",
                "Split the work over several dispatches, or choose another device with --device");
        }
        return _watched.Count == 0 ? result : result with { Outputs = [.. result.Outputs.Take(_returns)] };
    }

    private KernelLaunch Watched(KernelLaunch launch, int stage)
    {
        if (!launch.WatchesLoops || launch.Code.Counting is not { Code: ShaderCode code, Binding: uint binding }) return launch;
        _watched.Add((launch, new(stage, launch.Buffers.Count(buffer => buffer.IsOutput))));
        return launch with { Code = code, Buffers = [.. launch.Buffers, KernelBuffer.Output(0, binding, CounterBytes)] };
    }

    // As the shader counts: modulo 2^32.
    private static uint Invocations(KernelLaunch launch)
    {
        SpirvModule module = launch.Code.Module;
        Dictionary<uint, ulong> constants = launch.Specialization.ToDictionary(constant => constant.Id, constant => constant.Bits);
        uint invocations = 1;
        foreach (uint extent in module.WorkgroupSize(module.RequireCompute(launch.EntryPoint), constants)) invocations = unchecked(invocations * extent);
        return unchecked(invocations * launch.Workgroups.X * launch.Workgroups.Y * launch.Workgroups.Z);
    }
}
