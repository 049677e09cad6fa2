using Hlx.Compute;

namespace Hlx.Kernels.Tests;

/// <summary>The operators' own kernels keep the limits and need only the features of a recorded H100: every pipeline is checked when it is made.</summary>
public sealed class PipelineCheckTests
{
    private static readonly DeviceCapabilities H100 = RecordedH100.Capabilities;

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
        Assert.Equal(batch == 1 ? 3 : 2, plans.OfType<MlpPlan>().Count()); // a large batch does not fit into one dispatch
        foreach (MlpPlan plan in plans.OfType<MlpPlan>()) Check(plan.Sequence);
    }

    private static void Check(KernelSequence sequence)
    {
        foreach (KernelLaunch launch in sequence.Stages) LaunchLimits.RequirePipeline(launch, H100);
    }
}
