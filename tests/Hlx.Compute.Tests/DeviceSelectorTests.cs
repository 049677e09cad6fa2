using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>Which device a request runs on, on hand-made snapshots.</summary>
public sealed class DeviceSelectorTests
{
    private static readonly DeviceSnapshot Integrated = Make(0, "Integrated Graphics", DeviceType.Integrated);
    private static readonly DeviceSnapshot Discrete = Make(1, "NVIDIA H100 80GB HBM3", DeviceType.Discrete);
    private static readonly DeviceSnapshot Second = Make(2, "NVIDIA H100 80GB HBM3", DeviceType.Discrete);
    private static readonly DeviceSnapshot Lavapipe = Make(3, "llvmpipe (LLVM 15.0.6, 256 bits)", DeviceType.Cpu);
    private static readonly DeviceSnapshot Old = Make(4, "Old GPU", DeviceType.Discrete) with { ApiVersion = new(1, 0, 5) };
    private static readonly DeviceSnapshot Display = Make(5, "Display only", DeviceType.Discrete) with { QueueFamilies = [new(0, 1, false, true, 64)] };
    private static readonly DeviceSnapshot Untimed = Make(6, "No timelines", DeviceType.Discrete) with { Features = [] };
    private static readonly DeviceSnapshot[] All = [Integrated, Discrete, Second, Lavapipe, Old, Display, Untimed];

    [Fact]
    public void The_best_device_is_the_first_discrete_gpu() => Assert.Same(Discrete, DeviceSelector.ForOperators(All, null));

    [Fact]
    public void Without_a_discrete_gpu_it_is_another_gpu() => Assert.Same(Integrated, DeviceSelector.ForOperators([Lavapipe, Integrated], ""));

    [Fact]
    public void Operators_prefer_the_cpu_to_a_cpu_driver_and_shaders_take_it()
    {
        Assert.Null(DeviceSelector.ForOperators([Lavapipe], null));
        Assert.Null(DeviceSelector.ForOperators([], null));
        Assert.Same(Lavapipe, DeviceSelector.ForShaders([Lavapipe], null));
    }

    [Fact]
    public void Unsuitable_devices_are_passed_over()
    {
        Assert.Null(DeviceSelector.ForOperators([Old, Display], null));
        Assert.Same(Lavapipe, DeviceSelector.ForShaders([Old, Display, Lavapipe], null));
    }

    [Theory]
    [InlineData("vulkan://1", 1)]
    [InlineData("vulkan://0", 0)]
    [InlineData("vulkan://00000000000000000000000000000002", 2)]
    [InlineData("vulkan://00000000-0000-0000-0000-000000000002", 2)]
    [InlineData("vulkan://h100", 1)]
    [InlineData("vulkan://LLVM", 3)]
    [InlineData("vulkan://", 1)]
    public void A_device_is_found_by_index_uuid_and_part_of_its_name(string address, int index)
    {
        Assert.Equal(index, DeviceSelector.ForOperators(All, address)!.Index);
        Assert.Equal(index, DeviceSelector.ForShaders(All, address).Index);
    }

    [Theory]
    [InlineData("cpu://")]
    [InlineData("cpu")]
    public void The_cpu_can_be_named_for_operators_only(string address)
    {
        Assert.Null(DeviceSelector.ForOperators(All, address));
        HlxAssert.Refuses(ErrorCode.DeviceUnsuitable, () => DeviceSelector.ForShaders(All, address));
    }

    [Theory]
    [InlineData("vulkan://9")]
    [InlineData("vulkan://radeon")]
    [InlineData("cuda://0")]
    [InlineData("H100")]
    public void Not_found_is_an_error_of_its_own(string address) => HlxAssert.Refuses(ErrorCode.DeviceNotFound, () => DeviceSelector.ForOperators(All, address));

    [Theory]
    [InlineData("vulkan://4", "Vulkan 1.0.5")]
    [InlineData("vulkan://5", "no compute queue")]
    [InlineData("vulkan://6", "timelineSemaphore")]
    public void Found_but_unsuitable_says_why(string address, string reason) =>
        Assert.Contains(reason, HlxAssert.Refuses(ErrorCode.DeviceUnsuitable, () => DeviceSelector.ForOperators(All, address)).What, StringComparison.Ordinal);

    [Fact]
    public void A_queue_for_compute_alone_is_preferred()
    {
        DeviceSnapshot device = Discrete with { QueueFamilies = [new(0, 16, true, true, 64), new(1, 2, false, false, 64), new(2, 8, true, false, 64)] };
        Assert.Equal(2u, device.ComputeFamily!.Index);
    }

    [Fact]
    public void A_snapshot_is_a_value() => Assert.Equal("vulkan://00000000000000000000000000000001", Discrete.ToValue().AsObject()["address"].AsText());

    private static DeviceSnapshot Make(int index, string name, DeviceType type) => new(
        index, name, type, $"{index:x32}", new Version(1, 3, 0), "driver 1",
        new DeviceLimits(new(1024, 1024, 64), 1024, new(65535, 65535, 65535), 49152, 256, 1L << 31),
        [new(0, 1, true, true, 64)], 1L << 30, 1, 32, ["timelineSemaphore"], []);
}
