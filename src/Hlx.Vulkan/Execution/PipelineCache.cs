using System.Diagnostics;
using Hlx.Compute;

namespace Hlx.Vulkan;

/// <summary>The compute pipelines of a device, each made once. Safe for many threads.</summary>
internal sealed class PipelineCache(VulkanDevice device, VulkanTelemetry telemetry) : IDisposable
{
    private readonly Dictionary<string, ComputePipeline> _pipelines = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The pipeline of a launch.</summary>
    public ComputePipeline Get(KernelLaunch launch)
    {
        string key = ComputePipeline.KeyOf(launch);
        lock (_lock)
        {
            if (_pipelines.TryGetValue(key, out ComputePipeline? pipeline)) return pipeline;
            long start = Stopwatch.GetTimestamp();
            pipeline = new ComputePipeline(device, launch);
            _pipelines.Add(key, pipeline);
            telemetry.PipelineCreated(launch.EntryPoint, key, Stopwatch.GetElapsedTime(start));
            return pipeline;
        }
    }

    public void Dispose()
    {
        foreach (ComputePipeline pipeline in _pipelines.Values) pipeline.Dispose();
    }
}
