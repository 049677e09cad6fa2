using Hlx.Spirv;
using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>How devices are opened, on hand-made snapshots: no driver is needed.</summary>
public sealed class DevicePlanTests
{
    private static readonly DeviceSnapshot Discrete = new(
        0, "A GPU", DeviceType.Discrete, $"{1:x32}", new Version(1, 3, 0), "driver 1",
        new DeviceLimits(new(1024, 1024, 64), 1024, new(65535, 65535, 65535), 49152, 256, 1L << 31),
        [new(0, 16, true, true, 64), new(1, 2, false, false, 0), new(2, 8, true, false, 64)], 1L << 30, 1, 32,
        ["cooperativeMatrix", "robustBufferAccess", "robustBufferAccess2", "shaderFloat16", "shaderInt8", "subgroupArithmetic", "timelineSemaphore"], []);

    [Fact]
    public void Everything_that_is_offered_is_switched_on_with_its_extensions()
    {
        DevicePlan plan = DevicePlan.For(Discrete, new DeviceRequest());
        Assert.Equal(Discrete.Features, plan.Features);
        Assert.Equal(["VK_EXT_robustness2", "VK_KHR_cooperative_matrix"], plan.Extensions);
        Assert.Equal(2u, plan.Family.Index);
        Assert.Contains("shaderFloat16", plan.Capabilities.Features);
    }

    [Fact]
    public void With_the_layer_on_what_it_does_not_know_stays_off()
    {
        DevicePlan plan = DevicePlan.For(Discrete, new DeviceRequest(Validation: true));
        Assert.DoesNotContain("cooperativeMatrix", plan.Features);
        Assert.Equal(["VK_EXT_robustness2"], plan.Extensions);
    }

    [Fact]
    public void Robust_access_2_needs_robust_access() =>
        Assert.Empty(DevicePlan.For(Discrete with { Features = ["robustBufferAccess2", "timelineSemaphore"] }, new DeviceRequest()).Extensions);

    [Fact]
    public void A_device_that_offers_little_is_opened_with_little()
    {
        DevicePlan plan = DevicePlan.For(Discrete with { Features = ["timelineSemaphore"] }, new DeviceRequest());
        Assert.Equal(["timelineSemaphore"], plan.Features);
        Assert.Empty(plan.Extensions);
    }

    [Theory]
    [InlineData(DeviceType.Discrete, null, true)]
    [InlineData(DeviceType.Integrated, null, false)]
    [InlineData(DeviceType.Cpu, null, false)]
    [InlineData(DeviceType.Discrete, false, false)]
    [InlineData(DeviceType.Cpu, true, true)]
    public void Data_is_staged_for_memory_of_the_devices_own_unless_asked_otherwise(DeviceType type, bool? asked, bool staged) =>
        Assert.Equal(staged, DevicePlan.For(Discrete with { Type = type }, new DeviceRequest(Staging: asked)).Staging);

    [Theory]
    [InlineData(1, 2, "1.5")]
    [InlineData(1, 3, "1.6")]
    [InlineData(1, 4, "1.6")]
    public void The_spirv_version_follows_from_the_vulkan_version(int major, int minor, string spirv) =>
        Assert.Equal(Version.Parse(spirv), DevicePlan.For(Discrete with { ApiVersion = new(major, minor, 0) }, new DeviceRequest()).Capabilities.SpirvVersion);

    [Fact]
    public void A_device_without_a_compute_queue_or_of_an_old_version_is_refused()
    {
        Refuses(Discrete with { QueueFamilies = [new(0, 1, false, true, 64)] }, "no compute queue");
        Refuses(Discrete with { QueueFamilies = [] }, "no compute queue");
        Refuses(Discrete with { ApiVersion = new(1, 1, 200) }, "1.2 is needed");
        Refuses(Discrete with { Features = [] }, "timelineSemaphore");

        static void Refuses(DeviceSnapshot snapshot, string reason) => Assert.Contains(
            reason, HlxAssert.Refuses(ErrorCode.DeviceUnsuitable, () => DevicePlan.For(snapshot, new DeviceRequest())).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graphics_queue_will_do_where_there_is_no_other() =>
        Assert.Equal(0u, DevicePlan.For(Discrete with { QueueFamilies = [new(0, 1, true, true, 0)] }, new DeviceRequest()).Family.Index);

    [Theory]
    [InlineData(16, "shaderDenormPreserveFloat16")]
    [InlineData(32, "shaderDenormPreserveFloat32")]
    [InlineData(64, "shaderDenormPreserveFloat64")]
    public void Float_controls_are_needed_for_the_width_that_a_shader_states(uint width, string feature)
    {
        ModuleBuilder module = new();
        module.Require(Capability.DenormPreserve);
        module.Require("SPV_KHR_float_controls");
        module.AddExecutionMode(module.ComputeEntryPoint("main", (1, 1, 1)), ExecutionMode.DenormPreserve, width);
        VulkanShader shader = VulkanShader.Compute(module.Build());
        ComputeKernel kernel = new("nothing", Handle.Of(shader.ToValue()), (1, 1, 1)) { Dispatch = new(1, 1, 1), Outputs = [] };

        Assert.NotNull(Plan([feature]));
        string[] others = [.. ((uint[])[16, 32, 64]).Where(other => other != width).Select(other => $"shaderDenormPreserveFloat{other}")];
        Assert.Contains($"{width}-bit", HlxAssert.Refuses(ErrorCode.DeviceFeature, () => Plan(others)).What, StringComparison.Ordinal);

        KernelPlan Plan(string[] features) => KernelPlan.For(
            kernel, shader, KernelOperands.Of(), DevicePlan.For(Discrete with { Features = [.. features, "timelineSemaphore"] }, new DeviceRequest()).Capabilities);
    }

    [Fact]
    public void Tiny_limits_refuse_what_exceeds_them()
    {
        VulkanShader gemm = VulkanShader.Compute(TestShader.Load("gemm"));
        ComputeKernel kernel = new("gemm", Handle.Of(gemm.ToValue()), (16, 16, 1));
        KernelOperands operands = KernelOperands.Of(FloatSamples.Unit(1, 40, 40), FloatSamples.Unit(2, 40, 40));
        DeviceLimits limits = Discrete.Limits;
        Assert.Equal(new Extent3(3, 3, 1), KernelPlan.For(kernel, gemm, operands, Capabilities(limits)).Launch.Workgroups);
        foreach ((DeviceLimits tiny, string said) in ((DeviceLimits, string)[])
        [
            (limits with { MaxWorkgroupInvocations = 255 }, "256 invocations"),
            (limits with { MaxWorkgroupSize = new(15, 1024, 64) }, "16 invocations along x in a workgroup, and the device's limit maxComputeWorkGroupSize[0] is 15"),
            (limits with { MaxWorkgroups = new(2, 2, 2) }, "3 workgroups along x, and the device's limit maxComputeWorkGroupCount[0] is 2"),
            (limits with { MaxSharedMemoryBytes = 100 }, "shared memory"),
            (limits with { MaxPushConstantBytes = 8 }, "push constants"),
            (limits with { Descriptors = new() { MaxPerStageDescriptorStorageBuffers = 2 } }, "3 storage buffers, and the device's limit maxPerStageDescriptorStorageBuffers is 2"),
            (limits with { Descriptors = new() { MaxDescriptorSetStorageBuffers = 2 } }, "maxDescriptorSetStorageBuffers is 2"),
            (limits with { Descriptors = new() { MaxPerStageResources = 2 } }, "maxPerStageResources is 2"),
            (limits with { Descriptors = new() { MaxBoundDescriptorSets = 0 } }, "maxBoundDescriptorSets is 0"),
            (limits with { MaxBufferBytes = 6399 }, "6400 bytes in a buffer"),
        ])
        {
            Assert.Contains(said, HlxAssert.Refuses(ErrorCode.DeviceLimit, () => KernelPlan.For(kernel, gemm, operands, Capabilities(tiny))).What, StringComparison.Ordinal);
        }

        static DeviceCapabilities Capabilities(DeviceLimits limits) => DevicePlan.For(Discrete with { Limits = limits }, new DeviceRequest()).Capabilities;
    }
}
