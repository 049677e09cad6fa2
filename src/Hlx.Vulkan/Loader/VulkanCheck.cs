using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Turns what a driver returns into the one error that HLX shows.</summary>
internal static class VulkanCheck
{
    /// <summary>Throws unless a call succeeded.</summary>
    /// <param name="result">What the driver returned.</param>
    /// <param name="what">What was to be done, as in "… failed".</param>
    public static void OrThrow(this Result result, string what)
    {
        if (result == Result.Success) return;
        throw result switch
        {
            Result.ErrorOutOfDeviceMemory or Result.ErrorOutOfHostMemory => new HlxException(
                ErrorCode.DeviceMemory, $"the device has not enough memory: {what} failed", "Make the tensors smaller or free memory on the device"),
            Result.ErrorDeviceLost => Lost(),
            Result.ErrorIncompatibleDriver => new HlxException(
                ErrorCode.DriverFailure, "no Vulkan driver is installed, or none that works here",
                "Install your GPU's driver, or a CPU driver (Debian, Ubuntu: apt-get install mesa-vulkan-drivers); VK_LOADER_DEBUG=driver shows what the loader finds"),
            _ => new HlxException(ErrorCode.DriverFailure, $"{what} failed ({result})", "Run `hlx doctor`, update the driver, or use another device"),
        };
    }

    /// <summary>The error of a lost device.</summary>
    public static HlxException Lost() => new(
        ErrorCode.DeviceLost, "the device was lost; nothing of the running request was stored", "Open a new context; if it happens again, reset the device or update its driver");
}
