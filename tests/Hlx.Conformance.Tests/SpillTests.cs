using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Drivers keep what kernels compute on in registers.</summary>
public sealed class SpillTests
{
    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    // Without the layer, which does not know cooperative matrices.
    [Theory, MemberData(nameof(Devices))]
    public void No_kernel_spills_registers_where_the_driver_tells(string device)
    {
        using VulkanContext context = VulkanContext.Open(device, new VulkanOptions { PipelineStatistics = true });
        if (!context.Plan.Features.Contains("pipelineExecutableInfo"))
        {
            Assert.Equal(DeviceType.Cpu, context.Snapshot.Type); // GPU drivers of today tell
            return;
        }
        List<string> spilling = [];
        int told = 0;
        foreach ((string name, KernelSequence sequence) in KernelCatalog.Sequences(context.Capabilities, context.Behaviour))
        {
            using VulkanProgram program = context.Record(sequence);
            for (int stage = 0; stage < sequence.Stages.Count; stage++)
            {
                // Beside its 32 bits of local memory the driver of an H100 reports something else.
                foreach ((string statistic, double value) in program.Statistics(stage).Where(entry => entry.Name == "Local Memory Size"))
                {
                    told++;
                    if (((ulong)value & uint.MaxValue) != 0) spilling.Add($"{name}, stage {stage}: {value}");
                }
            }
        }
        Assert.Empty(spilling);
        Assert.NotEqual(0, told);
    }
}
