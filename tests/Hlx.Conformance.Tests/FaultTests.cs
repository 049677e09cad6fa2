using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;
using Silk.NET.Vulkan;

namespace Hlx.Conformance;

/// <summary>Every call to the driver fails once; the layer would report whatever a way out left behind.</summary>
public sealed class FaultTests
{
    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    public static TheoryData<string, bool, bool> Cases => new(
        from device in TestDevices.Vulkan from staging in (bool[])[false, true] from lasts in (bool[])[false, true] select (device, staging, lasts));

    /// <summary>A single refusal is survived by giving back what is kept for later; one that lasts is an error.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void Out_of_memory_at_any_call_leaves_nothing_and_the_context_works(string device, bool staging, bool lasts)
    {
        int call = 1, refusals = 0;
        using CheckedContext opened = new(device, staging);
        VulkanContext context = opened.Context;
        for (; ; call++)
        {
            context.Faults.Arm(call, Result.ErrorOutOfDeviceMemory, lasts);
            try
            {
                // Another specialization each time, so that the pipeline is made anew.
                Assert.Equal(Expected, context.Run(Launch(call)).Outputs[0]);
                if (context.Faults.IsArmed) break; // the fault lies behind the last call: all of them have failed once
            }
            catch (HlxException refusal)
            {
                Assert.Equal(ErrorCode.DeviceMemory, refusal.Code);
                refusals++;
            }
            Assert.False(context.Faults.IsArmed);
            context.Faults.Disarm();
            context.Trim();
            Assert.Equal((0, 0L), (context.Memory.Buffers, context.Memory.UsedBytes));
            Assert.Equal(Expected, context.Run(Launch(call)).Outputs[0]); // the context still works
        }
        context.Faults.Disarm();
        Assert.InRange(call, 15, 100);
        Assert.Equal(lasts ? call - 1 : 0, refusals);
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
        HlxAssert.Refuses(ErrorCode.DeviceLost, () => context.RunAsync(KernelSequence.Of(Launch(0))).GetAwaiter().GetResult());
        HlxAssert.Refuses(ErrorCode.DeviceLost, () => context.Record(KernelSequence.Of(Launch(0))));
        context.Trim();
        Assert.Equal(0, context.Memory.UsedBytes);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_device_lost_at_any_call_is_lost_for_good(string device)
    {
        for (int call = 1; ; call++)
        {
            using CheckedContext opened = new(device);
            opened.Context.Faults.Arm(call, Result.ErrorDeviceLost);
            try
            {
                opened.Context.Run(Launch(call));
                Assert.True(opened.Context.Faults.IsArmed);
                Assert.InRange(call, 15, 100);
                return;
            }
            catch (HlxException refusal)
            {
                Assert.Equal(ErrorCode.DeviceLost, refusal.Code);
            }
            HlxAssert.Refuses(ErrorCode.DeviceLost, () => opened.Context.Run(Launch(0)));
            opened.Context.Trim();
            Assert.Equal(0, opened.Context.Memory.UsedBytes);
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_device_lost_under_a_recorded_program_is_the_same_error(string device)
    {
        using CheckedContext opened = new(device);
        using VulkanProgram program = opened.Context.Record(KernelSequence.Of(Launch(0)));
        program.Run();
        opened.Context.Faults.Arm(1, Result.ErrorDeviceLost);
        HlxAssert.Refuses(ErrorCode.DeviceLost, program.Run);
        HlxAssert.Refuses(ErrorCode.DeviceLost, program.Run);
        HlxAssert.Refuses(ErrorCode.DeviceLost, () => opened.Context.Run(Launch(0)));
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
            TestCode.Load("fma_exact_test"), "main",
            [Input(0, i => i), Input(1, _ => 1), Input(2, _ => 1), KernelBuffer.Output(0, 3, 400)], new Extent3(2, 1, 1))
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
            Specialization = [new(1000, (uint)salt)], // an id that the shader does not have: ignored, and part of the pipeline's key
        };
    }

    private static KernelBuffer Input(uint binding, Func<int, float> number) =>
        KernelBuffer.Input(0, binding, MemoryMarshal.AsBytes(Enumerable.Range(0, 100).Select(number).ToArray().AsSpan()).ToArray());

    /// <summary>A context whose closing must leave nothing to report.</summary>
    private sealed class CheckedContext(string device, bool staging = false) : IDisposable
    {
        public VulkanContext Context { get; } = VulkanContext.Open(device, new VulkanOptions { Validation = TestDevices.Validation, Staging = staging, StagingRingBytes = 1 << 16 });

        public void Dispose()
        {
            Context.Dispose();
            Assert.Empty(Context.ValidationMessages);
        }
    }
}
