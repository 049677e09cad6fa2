using Hlx.Compute;
using Hlx.Values;
using Hlx.Vulkan;

namespace Hlx;

/// <summary>The devices of a runtime, opened at their first use.</summary>
internal sealed class RuntimeDevices(HlxOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private IComputeDevice? _operators;
    private VulkanContext? _vulkan;
    private CpuDevice? _instead;
    private bool _isDisposed;

    /// <summary>Why the CPU computes although no device was named, or null.</summary>
    public string? FallbackReason { get; private set; }

    /// <summary>The device that operators run on.</summary>
    public IComputeDevice ForOperators()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(HlxRuntime));
            return _operators ??= OpenForOperators();
        }
    }

    /// <summary>The device that shaders run on.</summary>
    public VulkanContext ForShaders()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(HlxRuntime));
            return _vulkan ??= OpenForShaders();
        }
    }

    /// <summary>The CPU for what the device refuses as more than it takes; null where the device was named, as that is never replaced.</summary>
    /// <param name="refusal">What the device said.</param>
    public IComputeDevice? InsteadOf(HlxException refusal)
    {
        if (!string.IsNullOrEmpty(options.EffectiveDevice) || refusal.Code != ErrorCode.DeviceLimit) return null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(HlxRuntime));
            FallbackReason = refusal.What;
            return _instead ??= Cpu();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _instead?.Dispose();
            _operators?.Dispose();
            _vulkan?.Dispose();
        }
    }

    private VulkanOptions Vulkan => new()
    {
        Validation = options.Validation,
        LoggerFactory = options.LoggerFactory,
        Timeout = options.EffectiveTimeout,
        PipelineFolder = options.KeepPipelines ? HlxOptions.CacheFolder : null,
    };

    private VulkanContext OpenForShaders()
    {
        // Unlike operators, shaders run on a CPU driver where there is no GPU, so that is tried too.
        Check(string.IsNullOrEmpty(options.EffectiveDevice) ? DeviceSelector.VulkanScheme : options.EffectiveDevice);
        return VulkanContext.Open(options.EffectiveDevice, Vulkan);
    }

    private void Check(string? address)
    {
        if (_vulkan is null && options.DriverCheck?.Invoke(string.IsNullOrEmpty(address) ? null : address) is string reason)
            throw new HlxException(ErrorCode.DriverFailure, reason, "Run `hlx doctor`; name another device, such as cpu://, or update the driver");
    }

    private IComputeDevice OpenForOperators()
    {
        string? address = options.EffectiveDevice;
        if (address is CpuDevice.CpuAddress or "cpu") return Cpu();
        try
        {
            Check(address);
            _vulkan ??= VulkanContext.Open(devices => DeviceSelector.ForOperators(devices, address), Vulkan);
            if (_vulkan is not null) return _vulkan;
            FallbackReason = "there is no GPU with a Vulkan driver";
        }
        catch (HlxException failure) when (string.IsNullOrEmpty(address) && failure.Code is ErrorCode.VulkanLoaderMissing or ErrorCode.DriverFailure or ErrorCode.DeviceUnsuitable)
        {
            FallbackReason = failure.What;
        }
        return Cpu();
    }

    private CpuDevice Cpu()
    {
        if (options.Progress is not { } progress) return new CpuDevice();
        string name = "";
        CpuDevice cpu = new() { Progress = new Parts(part => progress.Report(new(name, part))) };
        name = cpu.Name;
        return cpu;
    }

    // Progress<T> of .NET posts to another thread, and would come late.
    private sealed class Parts(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
