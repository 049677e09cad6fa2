using Hlx.Compute;

namespace Hlx.Tests;

public sealed class RuntimeDevicesTests
{
    private static readonly HlxException TooLarge = new(ErrorCode.DeviceLimit, "the product exceeds the device's buffers", "Use cpu://");

    [Fact]
    public void What_is_too_large_for_a_device_that_nobody_named_is_for_the_cpu()
    {
        using RuntimeDevices devices = new(new HlxOptions { Device = "" });
        Assert.IsType<CpuDevice>(devices.InsteadOf(TooLarge));
        Assert.Same(devices.InsteadOf(TooLarge), devices.InsteadOf(TooLarge));
        Assert.Equal(TooLarge.What, devices.FallbackReason);
    }

    [Fact]
    public void A_named_device_is_not_replaced_and_neither_is_one_that_failed()
    {
        using RuntimeDevices named = new(new HlxOptions { Device = "vulkan://0" }), open = new(new HlxOptions { Device = "" });
        Assert.Null(named.InsteadOf(TooLarge));
        Assert.Null(open.InsteadOf(new HlxException(ErrorCode.DeviceLost, "the device was lost", "Try again")));
        Assert.Null(named.FallbackReason);
        Assert.Null(open.FallbackReason);
    }
}
