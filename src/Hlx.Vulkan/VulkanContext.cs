using System.Diagnostics;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Vulkan;

/// <summary>A Vulkan device, opened: it runs shaders. Safe for many threads.</summary>
public sealed partial class VulkanContext : IKernelDevice
{
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(2);

    private readonly VulkanInstance _instance;
    private readonly VulkanDevice _device;
    private readonly VulkanOptions _options;
    private readonly VulkanTelemetry _telemetry;
    private readonly PipelineCache _pipelines;
    private readonly RequestResources _resources;
    private readonly CompletionPump _pump;
    private readonly RequestGate _gate;
    private readonly ResidentBuffers _residents;
    private readonly HashSet<VulkanProgram> _recorded = [];
    private readonly List<IDisposable> _abandoned = []; // what a device that never answered may still use

    private VulkanContext(VulkanInstance instance, DeviceSnapshot snapshot, VulkanOptions options, long start)
    {
        List<(string Step, TimeSpan Time)> steps = [];
        OpeningSteps = steps;
        void Done(string step)
        {
            steps.Add((step, Stopwatch.GetElapsedTime(start)));
            start = Stopwatch.GetTimestamp();
        }
        Done("instance");
        _instance = instance;
        _options = options;
        Plan = DevicePlan.For(snapshot, new DeviceRequest(options.Validation, options.Staging, options.PipelineStatistics));
        _telemetry = new VulkanTelemetry(options.LoggerFactory, snapshot.Name);
        _device = new VulkanDevice(instance, Plan, options.MemoryCapBytes);
        Done("device");
        _pipelines = new PipelineCache(_device, _telemetry, options.PipelineFolder is string folder ? new PipelineFiles(folder, Plan) : null);
        _residents = new ResidentBuffers(_device);
        _resources = new RequestResources(
            new ProgramCache(_device, _pipelines, options.ProgramCacheBytes), new StagingRing(_device, options.StagingRingBytes), new TransferPool(_device), _telemetry);
        _pump = new CompletionPump(_device.Queue);
        _gate = new RequestGate(this);
        try
        {
            Behaviour = BehaviourTest.Run(this);
            Capabilities = Plan.Capabilities with { LoopTurns = Behaviour.LoopTurns };
            Trim();
            Done("behaviour");
        }
        catch
        {
            Dispose();
            throw;
        }
        _telemetry.Opened(snapshot.Driver, string.Join(' ', Plan.Features));
    }

    /// <summary>How long opening took: <c>instance</c> (loader, drivers and what they report), <c>device</c>, <c>behaviour</c> (its self-test).</summary>
    public IReadOnlyList<(string Step, TimeSpan Time)> OpeningSteps { get; }

    /// <summary>How the device was opened.</summary>
    public DevicePlan Plan { get; }

    /// <summary>What the driver reports about the device.</summary>
    public DeviceSnapshot Snapshot => Plan.Snapshot;

    /// <inheritdoc/>
    public string Name => Snapshot.Name;

    /// <inheritdoc/>
    public string Address => Snapshot.Address;

    /// <inheritdoc/>
    public string Driver => Snapshot.Driver;

    /// <inheritdoc/>
    public DeviceBehaviour Behaviour { get; }

    /// <inheritdoc/>
    public DeviceCapabilities Capabilities { get; }

    /// <summary>How the device's memory is used.</summary>
    public MemoryStatistics Memory => _device.Pool.Statistics;

    /// <summary>Where the compiled pipelines came from.</summary>
    public PipelineStatistics Pipelines => _pipelines.Statistics;

    /// <summary>What the validation layer has said; empty without it.</summary>
    public IReadOnlyList<string> ValidationMessages => _instance.ValidationMessages;

    internal FaultInjector Faults => _device.Faults;

    internal SubmissionQueue Queue => _device.Queue;

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
        long start = Stopwatch.GetTimestamp();
        VulkanInstance instance = new(options?.Validation ?? false);
        try
        {
            if (choose(instance.Devices) is { } snapshot) return new VulkanContext(instance, snapshot, options ?? new VulkanOptions(), start);
            instance.Dispose();
            return null;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <summary>Makes the pipelines of sequences, so that no later request has to wait for the driver's compiler.</summary>
    /// <param name="sequences">The sequences; they are not run.</param>
    /// <param name="dryRun">Whether to look only.</param>
    /// <returns>Where each pipeline was before.</returns>
    /// <exception cref="HlxException">As <see cref="Run(KernelSequence)"/>.</exception>
    public IReadOnlyList<PipelineInfo> Warm(IEnumerable<KernelSequence> sequences, bool dryRun = false)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        RequireOpen();
        List<PipelineInfo> found = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (KernelLaunch launch in sequences.SelectMany(sequence => new LoopWatch(sequence, LoopTurns).Sequence.Stages))
        {
            _gate.Enter();
            try
            {
                PipelineInfo info = _pipelines.Find(launch);
                if (!seen.Add(info.Key)) continue;
                found.Add(info);
                if (!dryRun) _pipelines.Get(launch);
            }
            finally
            {
                _gate.Leave();
            }
        }
        return found;
    }

    /// <summary>
    /// Gives back the memory that is kept for later requests: idle programs, staging memory and empty blocks. Nothing else changes.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public void Trim()
    {
        _gate.Enter(evenIfLost: true);
        try
        {
            _resources.Programs.Trim();
            _resources.Ring.Trim();
            _resources.Transfers.Trim();
            _device.Pool.Trim();
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>
    /// Closes the device after the requests that are under way. A device that does not end what it timed out on stays open until the process
    /// ends, with its memory: Vulkan can neither interrupt such work nor close a device that has some.
    /// </summary>
    public void Dispose()
    {
        if (!_gate.Close()) return;
        _pump.Dispose();
        if (_gate.IsLost && !_device.Queue.Ends(ClosingPatience)) return;
        _device.WaitIdle();
        foreach (IDisposable abandoned in _abandoned) abandoned.Dispose();
        lock (_recorded)
        {
            foreach (VulkanProgram program in _recorded) program.Recorded.Dispose();
            _recorded.Clear();
        }
        _resources.Programs.Dispose();
        _resources.Ring.Dispose();
        _resources.Transfers.Dispose();
        _pipelines.Dispose();
        _device.Dispose();
        _instance.Dispose();
    }
}
