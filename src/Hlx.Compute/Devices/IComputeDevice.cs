using Hlx.Values;

namespace Hlx.Compute;

/// <summary>Something that computes.</summary>
public interface IComputeDevice : IDisposable
{
    /// <summary>Its name for people.</summary>
    string Name { get; }

    /// <summary>Its address: <c>cpu://</c> or <c>vulkan://uuid</c>.</summary>
    string Address { get; }

    /// <summary>The driver and its version, or the runtime's for the CPU.</summary>
    string Driver { get; }

    /// <summary>What its arithmetic does.</summary>
    DeviceBehaviour Behaviour { get; }
}

/// <summary>What tells one class of devices from another.</summary>
public static class DeviceFingerprint
{
    /// <summary>
    /// The handle of name, driver and behaviour: part of every key of a result that is promised on one class of devices only. Where it
    /// differs, bits may differ. The driver's UUIDs are not enough, and not part of it.
    /// </summary>
    /// <param name="device">The device.</param>
    public static string Of(IComputeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Handle.Of(HlxValue.Object(("name", device.Name), ("driver", device.Driver), ("behaviour", device.Behaviour.ToValue()))).Text;
    }
}

/// <summary>A device that runs shaders.</summary>
public interface IKernelDevice : IComputeDevice
{
    /// <summary>What launches may ask of it.</summary>
    DeviceCapabilities Capabilities { get; }

    /// <summary>Runs several shaders in one submission and waits for them.</summary>
    /// <param name="sequence">What to run.</param>
    /// <exception cref="Values.HlxException"><see cref="Values.ErrorCode.DeviceMemory"/>, <see cref="Values.ErrorCode.DeviceLost"/>,
    /// <see cref="Values.ErrorCode.DeviceTimeout"/>, <see cref="Values.ErrorCode.DeviceLimit"/>,
    /// <see cref="Values.ErrorCode.SpirvInvalid"/>.</exception>
    SequenceResult Run(KernelSequence sequence);

    /// <summary>Runs several shaders in one submission; no thread waits for them.</summary>
    /// <param name="sequence">What to run.</param>
    /// <param name="cancellation">
    /// Before the submission: nothing runs. After it: the call ends with <see cref="OperationCanceledException"/>, the device finishes
    /// the work, and what it gave is dropped.
    /// </param>
    /// <inheritdoc cref="Run" path="/exception"/>
    Task<SequenceResult> RunAsync(KernelSequence sequence, CancellationToken cancellation = default);

    /// <summary>Records a sequence for many runs on data that stays on the device; its contents are written once, now.</summary>
    /// <param name="sequence">What to record.</param>
    /// <param name="options">How; defaults if null.</param>
    /// <inheritdoc cref="Run" path="/exception"/>
    IKernelProgram Record(KernelSequence sequence, RecordOptions? options = null);
}

/// <summary>How a sequence is recorded.</summary>
/// <param name="Repeats">How often the sequence runs each time, for measurements; each repeat waits for the one before.</param>
/// <param name="Timed">Whether the device writes timestamps, which take time themselves.</param>
public sealed record RecordOptions(int Repeats = 1, bool Timed = true);

/// <summary>
/// A sequence recorded once, whose data stays on the device: each run submits the same commands again. For one thread at a time: a call beside
/// another one ends with <see cref="InvalidOperationException"/>. Several programs may run side by side.
/// </summary>
public interface IKernelProgram : IDisposable
{
    /// <summary>Runs the sequence on what its buffers hold and waits for it.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceLost"/>, <see cref="ErrorCode.DeviceTimeout"/>.</exception>
    void Run();

    /// <summary>Writes the content of a buffer.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="buffer">The buffer, in the order of the stage's launch.</param>
    /// <param name="content">As many bytes as the buffer has.</param>
    /// <exception cref="ArgumentException">It is longer or shorter.</exception>
    void Write(int stage, int buffer, ReadOnlySpan<byte> content);

    /// <summary>Reads an output.</summary>
    /// <param name="output">Which one.</param>
    /// <param name="destination">As many bytes as the buffer has.</param>
    /// <exception cref="ArgumentException">It is longer or shorter.</exception>
    void Read(StageOutput output, Span<byte> destination);

    /// <summary>Reads a buffer.</summary>
    /// <param name="buffer">Which one.</param>
    /// <param name="destination">As many bytes as the buffer has.</param>
    /// <exception cref="ArgumentException">It is longer or shorter.</exception>
    void Read(StageBuffer buffer, Span<byte> destination);
}

/// <summary>What follows from <see cref="IKernelDevice.Run"/>.</summary>
public static class KernelDevices
{
    /// <summary>Runs a shader once and waits for it.</summary>
    /// <param name="device">The device.</param>
    /// <param name="launch">What to run.</param>
    /// <inheritdoc cref="IKernelDevice.Run" path="/exception"/>
    public static KernelResult Run(this IKernelDevice device, KernelLaunch launch)
    {
        ArgumentNullException.ThrowIfNull(device);
        SequenceResult result = device.Run(KernelSequence.Of(launch));
        return new(result.Outputs, result.DeviceTimes[0]);
    }
}
