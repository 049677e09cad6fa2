using System.Diagnostics;
using Hlx.Compute;

namespace Hlx.Vulkan;

/// <summary>Where the pipelines of a context came from.</summary>
/// <param name="Compiled">How many the driver has compiled.</param>
/// <param name="FromDisk">How many it took from the folder.</param>
/// <param name="Reused">How often a pipeline was there already.</param>
/// <param name="Damaged">How many files were damaged, of another device, or refused by the driver; each was written anew.</param>
/// <param name="NotKept">How many are not in the folder: it cannot be written, or the driver gives nothing to keep (Mesa's and SwiftShader's for CPUs).</param>
public sealed record PipelineStatistics(long Compiled, long FromDisk, long Reused, long Damaged, long NotKept);

/// <summary>Where a pipeline is.</summary>
public enum PipelinePlace
{
    /// <summary>Nowhere: the driver has to compile it.</summary>
    Missing,

    /// <summary>In the folder of <see cref="VulkanOptions.PipelineFolder"/>.</summary>
    Disk,

    /// <summary>In this context.</summary>
    Memory,
}

/// <summary>What <see cref="VulkanContext.Warm"/> found of a pipeline.</summary>
/// <param name="Key">Its key: the handle of what it depends on.</param>
/// <param name="Place">Where it was.</param>
public sealed record PipelineInfo(string Key, PipelinePlace Place);

/// <summary>The compute pipelines of a device, each made once. Safe for many threads.</summary>
internal sealed class PipelineCache(VulkanDevice device, VulkanTelemetry telemetry, PipelineFiles? files) : IDisposable
{
    private readonly Dictionary<string, ComputePipeline> _pipelines = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _compiled, _fromDisk, _reused, _damaged, _notKept;

    public PipelineStatistics Statistics
    {
        get
        {
            lock (_lock) return new(_compiled, _fromDisk, _reused, _damaged, _notKept);
        }
    }

    /// <summary>The pipeline of a launch.</summary>
    public ComputePipeline Get(KernelLaunch launch)
    {
        string key = ComputePipeline.KeyOf(launch);
        lock (_lock)
        {
            if (_pipelines.TryGetValue(key, out ComputePipeline? pipeline))
            {
                _reused++;
                return pipeline;
            }
            long start = Stopwatch.GetTimestamp();
            if (!launch.IsOfSelfTest) LaunchLimits.RequirePipeline(launch, device.Plan.Capabilities);
            pipeline = Make(launch, key);
            _pipelines.Add(key, pipeline);
            telemetry.PipelineCreated(launch.EntryPoint, key, pipeline.IsFromCache, Stopwatch.GetElapsedTime(start));
            return pipeline;
        }
    }

    /// <summary>Where the pipeline of a launch is.</summary>
    public PipelineInfo Find(KernelLaunch launch)
    {
        string key = ComputePipeline.KeyOf(launch);
        lock (_lock)
        {
            if (_pipelines.ContainsKey(key)) return new(key, PipelinePlace.Memory);
        }
        return new(key, files?.Read(key, out _) is null ? PipelinePlace.Missing : PipelinePlace.Disk);
    }

    public void Dispose()
    {
        foreach (ComputePipeline pipeline in _pipelines.Values) pipeline.Dispose();
    }

    private ComputePipeline Make(KernelLaunch launch, string key)
    {
        if (files is null)
        {
            _compiled++;
            return new ComputePipeline(device, launch, null);
        }
        byte[]? known = files.Read(key, out bool isDamaged);
        using DriverCache cache = new(device, known);
        ComputePipeline pipeline = new(device, launch, cache);
        if (known is not null && pipeline.IsFromCache)
        {
            _fromDisk++;
            return pipeline;
        }
        _compiled++;
        if (isDamaged || known is not null) _damaged++;
        byte[] data = cache.Data();
        if (data.Length == 0 || !files.Write(key, data)) _notKept++;
        return pipeline;
    }
}
