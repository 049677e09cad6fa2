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
    private readonly List<LaunchRecorder> _abandoned = [];
    private readonly Lock _lock = new();
    private bool _disposed;
    private bool _lost;

    private VulkanContext(VulkanInstance instance, DeviceSnapshot snapshot, VulkanOptions options)
    {
        _instance = instance;
        _options = options;
        Snapshot = snapshot;
        _device = new VulkanDevice(instance, snapshot);
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

    /// <inheritdoc/>
    public DeviceLimits Limits => Snapshot.Limits;

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
    public KernelResult Run(KernelLaunch launch) => Run(launch, _options.Timeout);

    internal KernelResult Run(KernelLaunch launch, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(launch);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_lost) throw VulkanCheck.Lost();
            if (launch.Workgroups.Count == 0) return new([.. launch.Buffers.Where(buffer => buffer.IsOutput).Select(buffer => new byte[buffer.Bytes])], TimeSpan.Zero);
            try
            {
                return RunOnDevice(launch, timeout);
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
            foreach (LaunchRecorder recorder in _abandoned) recorder.Dispose();
            foreach (ComputePipeline pipeline in _pipelines.Values) pipeline.Dispose();
            _device.Dispose();
            _instance.Dispose();
        }
    }

    private KernelResult RunOnDevice(KernelLaunch launch, TimeSpan timeout)
    {
        string key = ComputePipeline.KeyOf(launch);
        if (!_pipelines.TryGetValue(key, out ComputePipeline? pipeline))
        {
            pipeline = new ComputePipeline(_device, launch);
            _pipelines.Add(key, pipeline);
        }
        LaunchRecorder recorder = new(_device, pipeline, launch);
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
}
