using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>What to record for a batch size.</summary>
/// <param name="Sequence">A launch for each layer.</param>
/// <param name="Input">The buffer for the rows.</param>
/// <param name="InputDistance">Elements from one row of it to the next.</param>
/// <param name="OutputDistance">Elements from one row of the result to the next.</param>
/// <param name="State">The <see cref="MlpState"/> that a run leaves, an output of the first stage for the processor to reset; null for a plan that is always right.</param>
public sealed record MlpPlan(KernelSequence Sequence, StageBuffer Input, int InputDistance, int OutputDistance, StageBuffer? State)
{
    /// <summary>Two counters for the processor to reset to 0, before the first run and after <see cref="MlpState.Stuck"/>; null if there are none.</summary>
    public StageBuffer? Counters { get; init; }

    /// <summary>Where the result comes out.</summary>
    public StageOutput Output => Sequence.Returns[0];
}

/// <summary>What a run says of its result.</summary>
public enum MlpState
{
    /// <summary>It is right.</summary>
    Right = 0,

    /// <summary>A denormal could have mattered, which the device may have flushed.</summary>
    Unsafe = 1,

    /// <summary>The workgroups did not run at the same time; there is no result.</summary>
    Stuck = 2,
}

/// <summary>How shaders/mlp.comp cuts a batch.</summary>
/// <param name="Rows">The most rows.</param>
/// <param name="Chunk">How much of a chain of the rows is in shared memory at a time, at most.</param>
/// <param name="ThreadRows">Rows of an invocation.</param>
/// <param name="Threads">Invocations of one chain.</param>
public sealed record MlpTile(int Rows, int Chunk, int ThreadRows, int Threads);
