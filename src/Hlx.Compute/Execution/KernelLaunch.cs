using Hlx.Spirv;

namespace Hlx.Compute;

/// <summary>One run of a shader as pure data, ready for any device.</summary>
/// <param name="Code">The module.</param>
/// <param name="EntryPoint">The compute entry point.</param>
/// <param name="Buffers">The buffers, one for each descriptor.</param>
/// <param name="Workgroups">The number of workgroups.</param>
public sealed record KernelLaunch(ShaderCode Code, string EntryPoint, IReadOnlyList<KernelBuffer> Buffers, Extent3 Workgroups)
{
    /// <summary>The push-constant block.</summary>
    public ReadOnlyMemory<byte> PushConstants { get; init; }

    /// <summary>Specialization constants.</summary>
    public IReadOnlyList<SpecializationValue> Specialization { get; init; } = [];

    /// <summary>
    /// Whether the device checks accesses to buffers where it can. An operator's own kernel that stays inside its buffers for every
    /// shape does without, which is faster.
    /// </summary>
    public bool BoundsChecked { get; init; } = true;

    /// <summary>
    /// Whether a device that ends loops early (<see cref="DeviceBehaviour.LoopTurns"/>) watches those of this shader, so that a run in which it ended one is
    /// an error. An operator's own kernel stays below what the device makes.
    /// </summary>
    public bool WatchesLoops { get; init; }

    /// <summary>How many invocations each subgroup must have, with none left out; 0 if the shader does not care.</summary>
    public uint SubgroupSize { get; init; }

    /// <summary>Whether this is part of the self-test of every opening, whose kernels keep the least that Vulkan guarantees and are not checked.</summary>
    internal bool IsOfSelfTest { get; init; }
}

/// <summary>The value of a specialization constant.</summary>
/// <param name="Id">Its SpecId.</param>
/// <param name="Bits">Its raw bits.</param>
/// <param name="Bytes">Its size in the shader: 1, 2, 4 (bools too) or 8.</param>
public readonly record struct SpecializationValue(uint Id, ulong Bits, int Bytes = 4);

/// <summary>How the processor reaches a buffer of a recorded program.</summary>
public enum BufferAccess
{
    /// <summary>By a copy of its own, before or after a run.</summary>
    Copied,

    /// <summary>By a copy that is part of each run: inputs before the first stage, outputs after the last.</summary>
    Staged,

    /// <summary>In the device's own memory where the processor sees that, for small inputs; else as <see cref="Shared"/>.</summary>
    Window,

    /// <summary>In the processor's memory, which the device reads and writes over the bus.</summary>
    Shared,
}

/// <summary>A buffer of a launch: what one descriptor gets.</summary>
/// <param name="Set">The descriptor set.</param>
/// <param name="Binding">The binding in the set.</param>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Content">The initial content; empty for a buffer that starts as zeros.</param>
/// <param name="IsOutput">Whether the shader writes it.</param>
public sealed record KernelBuffer(uint Set, uint Binding, long Bytes, ReadOnlyMemory<byte> Content, bool IsOutput)
{
    /// <summary>What the descriptor is.</summary>
    public DescriptorKind Kind { get; init; } = DescriptorKind.StorageBuffer;

    /// <summary>Its place in the binding's array of descriptors.</summary>
    public uint Element { get; init; }

    /// <summary>The format of a texel buffer.</summary>
    public ImageFormat Format { get; init; }

    /// <summary>The output of an earlier stage whose memory this buffer is; null for a buffer of its own.</summary>
    public StageOutput? From { get; init; }

    /// <summary>The buffer of an earlier stage whose memory this buffer is; null for a buffer of its own.</summary>
    public StageBuffer? Same { get; init; }

    /// <summary>Whether the shader writes every byte of this output, so that it need not start as zeros.</summary>
    public bool IsOverwritten { get; init; }

    /// <summary>How the processor reaches the buffer while a recorded program is used. An input without content that is not
    /// <see cref="BufferAccess.Copied"/> does not start as zeros: it is for the processor to write.</summary>
    public BufferAccess Access { get; init; }

    /// <summary>
    /// The name of a constant input, such as the handle of its content: all recorded programs of a device share one buffer of this name,
    /// which is written once. Null for a buffer of the program's own.
    /// </summary>
    public string? ResidentAs { get; init; }

    /// <summary>The output of an earlier stage as an input: it never leaves the device.</summary>
    public static KernelBuffer FromStage(uint set, uint binding, long bytes, StageOutput stage) => new(set, binding, bytes, default, false) { From = stage };

    /// <summary>The buffer of an earlier stage, whatever it is there.</summary>
    public static KernelBuffer Alias(uint set, uint binding, StageBuffer of) => new(set, binding, 0, default, false) { Same = of };

    /// <summary>An input.</summary>
    public static KernelBuffer Input(uint set, uint binding, ReadOnlyMemory<byte> content) => new(set, binding, content.Length, content, false);

    /// <summary>An output that starts as zeros.</summary>
    public static KernelBuffer Output(uint set, uint binding, long bytes) => new(set, binding, bytes, default, true);

    /// <summary>An output that the shader writes every byte of.</summary>
    public static KernelBuffer Overwritten(uint set, uint binding, long bytes) => Output(set, binding, bytes) with { IsOverwritten = true };
}

/// <summary>A buffer of a stage.</summary>
/// <param name="Stage">The stage, counted from 0.</param>
/// <param name="Buffer">The buffer, in the order of the stage's launch.</param>
public readonly record struct StageBuffer(int Stage, int Buffer);

/// <summary>Launches that run one after the other in one submission; what one writes, the later ones see.</summary>
/// <param name="Stages">The launches.</param>
/// <param name="Returns">The outputs to read back.</param>
public sealed record KernelSequence(IReadOnlyList<KernelLaunch> Stages, IReadOnlyList<StageOutput> Returns)
{
    /// <summary>One launch whose outputs are all read back.</summary>
    public static KernelSequence Of(KernelLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(launch);
        return new([launch], [.. Enumerable.Range(0, launch.Buffers.Count(buffer => buffer.IsOutput)).Select(output => new StageOutput(0, output))]);
    }
}

/// <summary>What a launch gave.</summary>
/// <param name="Outputs">The content of each output buffer, in the order of the launch.</param>
/// <param name="DeviceTime">How long the dispatch took on the device; null where the device has no timestamps.</param>
public sealed record KernelResult(IReadOnlyList<byte[]> Outputs, TimeSpan? DeviceTime);

/// <summary>What a sequence gave.</summary>
/// <param name="Outputs">The content of each output that was to be read back, in that order.</param>
/// <param name="DeviceTimes">How long each stage took on the device; null where the device has no timestamps.</param>
public sealed record SequenceResult(IReadOnlyList<byte[]> Outputs, IReadOnlyList<TimeSpan?> DeviceTimes);

/// <summary>The limits of a device that launches are checked against.</summary>
/// <param name="MaxWorkgroupSize">The largest extents of a workgroup, in invocations.</param>
/// <param name="MaxWorkgroupInvocations">The most invocations of a workgroup.</param>
/// <param name="MaxWorkgroups">The most workgroups along each axis.</param>
/// <param name="MaxSharedMemoryBytes">The most shared memory of a workgroup, in bytes.</param>
/// <param name="MaxPushConstantBytes">The largest push-constant block, in bytes.</param>
/// <param name="MaxBufferBytes">The largest storage buffer, in bytes.</param>
public sealed record DeviceLimits(
    Extent3 MaxWorkgroupSize,
    uint MaxWorkgroupInvocations,
    Extent3 MaxWorkgroups,
    uint MaxSharedMemoryBytes,
    uint MaxPushConstantBytes,
    long MaxBufferBytes)
{
    /// <summary>How many descriptors there may be.</summary>
    public DescriptorLimits Descriptors { get; init; } = new();
}
