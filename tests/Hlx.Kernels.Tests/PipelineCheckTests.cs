using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>The operators' own kernels keep the limits and need only the features of a recorded H100: every pipeline is checked when it is made.</summary>
public sealed class PipelineCheckTests
{
    // The record is older than the limits of descriptors, of which an H100 has far more than the least that Vulkan guarantees.
    private static readonly DeviceCapabilities H100 = Generous(DevicePlan
        .For(DeviceSnapshot.FromValue(Json.Decode(File.ReadLines(TestData.PathOf("device-snapshots.jsonl")).First())), new DeviceRequest()).Capabilities);

    [Fact]
    public void Products_are_for_the_device()
    {
        (string Name, KernelSequence Sequence)[] all = [.. KernelCatalog.Sequences(H100, DeviceBehaviour.Ieee)];
        Assert.Contains(all, entry => entry.Name.StartsWith("i8", StringComparison.Ordinal));
        foreach ((_, KernelSequence sequence) in all) Check(sequence);
        foreach ((_, KernelSequence sequence) in KernelCatalog.Sequences(H100, new DeviceBehaviour(false, false))) Check(sequence);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Perceptrons_are_for_the_device(int batch)
    {
        MlpModel model = new([new MlpLayer(RandomTensor.Uniform(1, 64, 32), RandomTensor.Uniform(2, 32), GemmActivation.Relu), new MlpLayer(RandomTensor.Uniform(3, 32, 10))]);
        MlpPlan?[] plans =
        [
            MlpPlanner.Single(model, batch, H100, DeviceBehaviour.Ieee), MlpPlanner.Layered(model, batch, H100, DeviceBehaviour.Ieee), MlpPlanner.Emulated(model, batch, H100),
        ];
        Assert.All(plans, plan => Check(Assert.IsType<MlpPlan>(plan).Sequence));
    }

    private static void Check(KernelSequence sequence)
    {
        foreach (KernelLaunch launch in sequence.Stages) LaunchLimits.RequirePipeline(launch, H100);
    }

    private static DeviceCapabilities Generous(DeviceCapabilities recorded) => recorded with
    {
        Limits = recorded.Limits with { Descriptors = new() { MaxPerStageDescriptorStorageBuffers = 64, MaxDescriptorSetStorageBuffers = 64 } },
    };
}
