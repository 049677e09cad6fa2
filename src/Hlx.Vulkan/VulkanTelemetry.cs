using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hlx.Vulkan;

/// <summary>
/// What a device tells the outside: an <see cref="ILogger"/>, an <see cref="ActivitySource"/> and a <see cref="Meter"/>, all named
/// <c>Hlx.Vulkan</c>. Nobody listening costs next to nothing.
/// </summary>
internal sealed partial class VulkanTelemetry(ILoggerFactory? loggers, string device)
{
    public const string Name = "Hlx.Vulkan";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("hlx.vulkan.requests", "{request}", "Requests that were submitted");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("hlx.vulkan.failures", "{request}", "Requests that failed");
    private static readonly Counter<long> Uploaded = Meter.CreateCounter<long>("hlx.vulkan.uploaded", "By", "Bytes sent to devices");
    private static readonly Counter<long> Downloaded = Meter.CreateCounter<long>("hlx.vulkan.downloaded", "By", "Bytes read back from devices");
    private static readonly Histogram<double> Pipelines = Meter.CreateHistogram<double>("hlx.vulkan.pipeline.duration", "s", "How long making a pipeline took");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("hlx.vulkan.request.duration", "s", "From submission to the last byte");

    private readonly ILogger _log = loggers?.CreateLogger(Name) ?? NullLogger.Instance;

    public Activity? StartRequest(int stages)
    {
        Activity? activity = Activities.StartActivity("hlx.vulkan.request");
        activity?.SetTag("hlx.device", device).SetTag("hlx.stages", stages);
        return activity;
    }

    public void Submitted(long bytes)
    {
        Requests.Add(1, Tag);
        Uploaded.Add(bytes, Tag);
    }

    public void Finished(long bytes, TimeSpan duration)
    {
        Downloaded.Add(bytes, Tag);
        Durations.Record(duration.TotalSeconds, Tag);
    }

    public void PipelineCreated(string entryPoint, string key, bool isFromDisk, TimeSpan duration)
    {
        Pipelines.Record(duration.TotalSeconds, Tag, new("hlx.from_disk", isFromDisk));
        LogPipeline(_log, entryPoint, key, isFromDisk ? "read" : "compiled", duration.TotalMilliseconds);
    }

    public void Opened(string driver, string features) => LogOpened(_log, device, driver, features);

    public void Failed(Exception failure)
    {
        Failures.Add(1, Tag);
        LogFailure(_log, device, failure.Message);
    }

    private KeyValuePair<string, object?> Tag => new("hlx.device", device);

    [LoggerMessage(1, LogLevel.Information, "opened {Device}, {Driver}, with {Features}")]
    private static partial void LogOpened(ILogger log, string device, string driver, string features);

    [LoggerMessage(2, LogLevel.Debug, "made the pipeline {Key} of {EntryPoint}, {How} in {Milliseconds} ms")]
    private static partial void LogPipeline(ILogger log, string entryPoint, string key, string how, double milliseconds);

    [LoggerMessage(3, LogLevel.Error, "a request on {Device} failed: {Message}")]
    private static partial void LogFailure(ILogger log, string device, string message);
}
