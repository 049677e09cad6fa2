using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan.Tests;

/// <summary>Every call to the driver fails once; the layer would report whatever a way out left behind.</summary>
public sealed class FaultTests
{
    public static TheoryData<string> Devices => [CpuDrivers.Lavapipe, CpuDrivers.SwiftShader];

    [Theory, MemberData(nameof(Devices))]
    public void Out_of_memory_at_any_call_is_one_error_and_leaves_nothing(string device)
    {
        int call = 1;
        using CheckedContext opened = new(device);
        VulkanContext context = opened.Context;
        for (; ; call++)
        {
            context.Faults.Arm(call, Result.ErrorOutOfDeviceMemory);
            try
            {
                // Another specialization each time, so that the pipeline is made anew.
                Assert.Equal(Expected, context.Run(Launch(call)).Outputs[0]);
                if (context.Faults.IsArmed) break; // the fault lies behind the last call: all of them have failed once
            }
            catch (HlxException refusal)
            {
                Assert.Equal(ErrorCode.DeviceMemory, refusal.Code);
            }
            Assert.False(context.Faults.IsArmed);
            Assert.Equal((0, 0L), (context.Memory.Buffers, context.Memory.UsedBytes));
            Assert.Equal(Expected, context.Run(Launch(call)).Outputs[0]); // the context still works
        }
        context.Faults.Disarm();
        Assert.InRange(call, 15, 100);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_lost_device_is_one_error_and_then_the_same_on_every_call(string device)
    {
        using CheckedContext opened = new(device);
        VulkanContext context = opened.Context;
        context.Run(Launch(0));
        context.Faults.Arm(CallsOfAWarmLaunch(context), Result.ErrorDeviceLost); // the last call is the submission
        HlxAssert.Refuses(ErrorCode.DeviceLost, () => context.Run(Launch(0)));
        for (int again = 0; again < 3; again++) HlxAssert.Refuses(ErrorCode.DeviceLost, () => context.Run(Launch(0)));
        Assert.Equal(0, context.Memory.UsedBytes);
    }

    private static int CallsOfAWarmLaunch(VulkanContext context)
    {
        const int Many = 1000;
        context.Faults.Arm(Many, Result.Success);
        context.Run(Launch(0));
        int calls = Many - context.Faults.Remaining;
        context.Faults.Disarm();
        return calls;
    }

    private static byte[] Expected => MemoryMarshal.AsBytes(Enumerable.Range(0, 100).Select(i => i + 1f).ToArray().AsSpan()).ToArray();

    private static KernelLaunch Launch(int salt)
    {
        uint[] constants = [100];
        return new(
            TestShader.Load("fma_exact_test"), "main",
            [Input(0, i => i), Input(1, _ => 1), Input(2, _ => 1), KernelBuffer.Output(0, 3, 400)], new Extent3(2, 1, 1))
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
            Specialization = [new(1000, (uint)salt)], // an id that the shader does not have: ignored, and part of the pipeline's key
        };
    }

    private static KernelBuffer Input(uint binding, Func<int, float> number) =>
        KernelBuffer.Input(0, binding, MemoryMarshal.AsBytes(Enumerable.Range(0, 100).Select(number).ToArray().AsSpan()).ToArray());

    /// <summary>A context whose closing must leave nothing to report.</summary>
    private sealed class CheckedContext(string device) : IDisposable
    {
        public VulkanContext Context { get; } = VulkanContext.Open(device, new VulkanOptions { Validation = true });

        public void Dispose()
        {
            Context.Dispose();
            Assert.Empty(Context.ValidationMessages);
        }
    }
}
