using Hlx.Compute;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>A Vulkan device, opened: it runs shaders. Safe for many threads, one launch at a time.</summary>
public sealed class VulkanContext : IKernelDevice
{
    private readonly VulkanInstance _instance;
    private readonly VulkanDevice _device;
    private readonly VulkanOptions _options;
    private readonly Dictionary<string, ComputePipeline> _pipelines = new(StringComparer.Ordinal);
    private readonly List<SequenceRecorder> _abandoned = [];
    private readonly Lock _lock = new();
    private bool _disposed;
    private bool _lost;

    private VulkanContext(VulkanInstance instance, DeviceSnapshot snapshot, VulkanOptions options)
    {
        _instance = instance;
        _options = options;
        Snapshot = snapshot;
        _device = new VulkanDevice(instance, snapshot, options.MemoryCapBytes);
        try
        {
            Behaviour = BehaviourTest.Run(this);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the driver reports about the device.</summary>
    public DeviceSnapshot Snapshot { get; }

    /// <inheritdoc/>
    public string Name => Snapshot.Name;

    /// <inheritdoc/>
    public string Address => Snapshot.Address;

    /// <inheritdoc/>
    public string Driver => Snapshot.Driver;

    /// <inheritdoc/>
    public DeviceBehaviour Behaviour { get; }

    internal FaultInjector Faults => _device.Faults;

    /// <inheritdoc/>
    public DeviceLimits Limits => Snapshot.Limits;

    /// <summary>How the device's memory is used.</summary>
    public MemoryStatistics Memory
    {
        get
        {
            lock (_lock) return _device.Pool.Statistics;
        }
    }

    /// <summary>What the validation layer has said; empty without it.</summary>
    public IReadOnlyList<string> ValidationMessages => _instance.ValidationMessages;

    /// <summary>Opens a device for shaders.</summary>
    /// <param name="address">As for <see cref="DeviceSelector.ForShaders"/>; null or empty for the best Vulkan device.</param>
    /// <param name="options">How to open and use it; defaults if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.VulkanLoaderMissing"/>, <see cref="ErrorCode.DeviceNotFound"/>,
    /// <see cref="ErrorCode.DeviceUnsuitable"/>, <see cref="ErrorCode.DriverFailure"/>.</exception>
    public static VulkanContext Open(string? address = null, VulkanOptions? options = null) =>
        Open(devices => DeviceSelector.ForShaders(devices, address), options)!;

    /// <summary>Opens the device that a policy chooses.</summary>
    /// <param name="choose">The policy: null for none of them.</param>
    /// <param name="options">How to open and use it; defaults if null.</param>
    /// <returns>The device, or null if the policy chose none.</returns>
    /// <inheritdoc cref="Open(string?, VulkanOptions?)"/>
    public static VulkanContext? Open(Func<IReadOnlyList<DeviceSnapshot>, DeviceSnapshot?> choose, VulkanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(choose);
        VulkanInstance instance = new(options?.Validation ?? false);
        try
        {
            if (choose(instance.Devices) is { } snapshot) return new VulkanContext(instance, snapshot, options ?? new VulkanOptions());
            instance.Dispose();
            return null;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SequenceResult Run(KernelSequence sequence) => Run(sequence, _options.Timeout);

    internal SequenceResult Run(KernelSequence sequence, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_lost) throw VulkanCheck.Lost();
            try
            {
                return RunOnDevice(sequence, timeout);
            }
            catch (HlxException failure) when (failure.Code is ErrorCode.DeviceLost or ErrorCode.DeviceTimeout)
            {
                _lost = true; // work that may still be running owns the memory; nothing on this device can be trusted any more
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            _device.WaitIdle();
            foreach (SequenceRecorder recorder in _abandoned) recorder.Dispose();
            foreach (ComputePipeline pipeline in _pipelines.Values) pipeline.Dispose();
            _device.Dispose();
            _instance.Dispose();
        }
    }

    private SequenceResult RunOnDevice(KernelSequence sequence, TimeSpan timeout)
    {
        SequenceRecorder recorder = new(_device, [.. sequence.Stages.Select(PipelineOf)], sequence);
        Result result = recorder.SubmitAndWait(timeout);
        if (result == Result.Timeout)
        {
            _abandoned.Add(recorder); // still running: its memory must stay
            throw new HlxException(
                ErrorCode.DeviceTimeout, $"the device did not finish within {timeout.TotalSeconds:0.###} s", "Make the request smaller or raise VulkanOptions.Timeout");
        }
        using (recorder)
        {
            result.OrThrow("running the shader");
            return recorder.Read();
        }
    }

    private ComputePipeline PipelineOf(KernelLaunch launch)
    {
        string key = ComputePipeline.KeyOf(launch);
        if (!_pipelines.TryGetValue(key, out ComputePipeline? pipeline)) _pipelines.Add(key, pipeline = new ComputePipeline(_device, launch));
        return pipeline;
    }
}
