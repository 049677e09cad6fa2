using Hlx.Compute;

namespace Hlx.Vulkan;

/// <summary>
/// A driver that only compiles: it needs no hardware where the driver needs none (such as Mesa's RADV under <c>RADV_FORCE_FAMILY</c>). Nothing is
/// executed, so there is no self-test either.
/// </summary>
internal sealed class DriverCompiler : IDisposable
{
    /// <summary>What counts numbers that did not fit into registers, as Mesa's drivers name it.</summary>
    public static readonly IReadOnlyList<string> SpillStatistics = ["Spilled SGPRs", "Spilled VGPRs", "Scratch size"];

    private readonly VulkanInstance _instance = new();
    private readonly VulkanDevice _device;
    private readonly PipelineCache _pipelines;

    /// <param name="address">The device's address, as for <see cref="VulkanContext.Open(string?, VulkanOptions?)"/>.</param>
    public DriverCompiler(string address)
    {
        try
        {
            Plan = DevicePlan.For(DeviceSelector.ForShaders(_instance.Devices, address), new DeviceRequest(PipelineStatistics: true));
            _device = new VulkanDevice(_instance, Plan, long.MaxValue, forCompilingOnly: true);
            _pipelines = new PipelineCache(_device, new VulkanTelemetry(null, Plan.Snapshot.Name), null);
        }
        catch
        {
            _instance.Dispose();
            throw;
        }
    }

    public DevicePlan Plan { get; }

    /// <summary>Compiles the shader of a launch.</summary>
    /// <returns>What the driver tells of it, such as its registers; empty if it tells nothing.</returns>
    public IReadOnlyList<(string Name, double Value)> Compile(KernelLaunch launch) => _pipelines.Get(launch).Statistics();

    public void Dispose()
    {
        _pipelines.Dispose();
        _device.Dispose();
        _instance.Dispose();
    }
}
