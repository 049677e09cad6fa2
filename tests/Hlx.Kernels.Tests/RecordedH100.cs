using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>What an H100 offers, for plans without one.</summary>
internal static class RecordedH100
{
    // The record is older than what HLX reads now: an H100 has more descriptors than the least that Vulkan guarantees, and bfloat16.
    public static DeviceCapabilities Capabilities { get; } = WithRest(DevicePlan
        .For(DeviceSnapshot.FromValue(Json.Decode(File.ReadLines(TestData.PathOf("device-snapshots.jsonl")).First())), new DeviceRequest()).Capabilities);

    private static DeviceCapabilities WithRest(DeviceCapabilities recorded) => recorded with
    {
        Limits = recorded.Limits with { Descriptors = new() { MaxPerStageDescriptorStorageBuffers = 64, MaxDescriptorSetStorageBuffers = 64 } },
        Features = recorded.Features.Concat(["shaderBFloat16Type", "shaderBFloat16CooperativeMatrix"]).ToHashSet(StringComparer.Ordinal),
    };
}
