using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Vulkan.Tests;

public sealed class VulkanContextTests(DeviceFixture drivers)
{
    [Theory]
    [InlineData(CpuDrivers.Lavapipe, true)]
    [InlineData(CpuDrivers.SwiftShader, false)]
    public void The_behaviour_test_finds_what_the_drivers_do(string device, bool keepsDenormals)
    {
        DeviceBehaviour found = drivers[device].Behaviour;
        // Debian 12's lavapipe (Mesa 22) ends an invocation's loops, Debian 13's (25) does not.
        int? loopTurns = CpuDrivers.MesaVersion(drivers[device].Driver) < 25 ? 65_535 : null;
        Assert.Equal((false, keepsDenormals, loopTurns), (found.FusedFma, found.KeepsDenormals, found.LoopTurns));
        Assert.Equal(loopTurns, drivers[device].Capabilities.LoopTurns);
    }

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void A_device_has_a_name_a_driver_and_a_lasting_address(string device)
    {
        VulkanContext context = drivers[device];
        Assert.Equal(DeviceType.Cpu, context.Snapshot.Type);
        Assert.NotEmpty(context.Name);
        Assert.Matches("^vulkan://[0-9a-f]{32}$", context.Address);
        using VulkanContext again = VulkanContext.Open(context.Address);
        Assert.Equal(context.Snapshot.Name, again.Snapshot.Name);
        Assert.True(context.Capabilities.Limits.MaxWorkgroupInvocations >= 128);
    }

    [Fact]
    public void Both_drivers_are_listed()
    {
        using VulkanInstance instance = new();
        Assert.Equal(2, instance.Devices.Count);
        Assert.Equal(instance.Devices.Count, instance.Devices.Select(device => device.Uuid).Distinct().Count());
    }

    [Fact]
    public void An_absent_device_is_not_found() =>
        HlxAssert.Refuses(ErrorCode.DeviceNotFound, () => VulkanContext.Open("vulkan://no such device"));

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void Buffers_of_any_size_come_back_whole(string device) => drivers.On(device, context =>
    {
        foreach (int count in (int[])[1, 3, 64, 65, 1000, 100_000])
        {
            uint[] x = [.. Enumerable.Range(0, count).Select(i => BitConverter.SingleToUInt32Bits(i))];
            uint[] one = [.. Enumerable.Repeat(BitConverter.SingleToUInt32Bits(1), count)];
            byte[] output = context.Run(FmaLaunch(x, one, new uint[count])).Outputs[0];
            Assert.Equal(x, MemoryMarshal.Cast<byte, uint>(output).ToArray());
        }
    });

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void A_launch_without_workgroups_gives_zeros(string device) => drivers.On(device, context =>
    {
        KernelResult result = context.Run(FmaLaunch([1], [1], [1]) with { Workgroups = new(0, 1, 1) });
        Assert.Equal(new byte[4], result.Outputs[0]);
    });

    // Both drivers would run 65,534 of them.
    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void A_dispatch_of_more_workgroups_than_drivers_count_is_refused(string device) => drivers.On(device, context =>
    {
        HlxException error = HlxAssert.Refuses(ErrorCode.DeviceLimit, () => context.Run(FmaLaunch([1], [1], [1]) with { Workgroups = new(65_535, 32_769, 2) }));
        Assert.Contains("4295032830", error.Message, StringComparison.Ordinal);
        HlxAssert.Refuses(ErrorCode.DeviceLimit, () => context.Record(KernelSequence.Of(FmaLaunch([1], [1], [1]) with { Workgroups = new(65_535, 32_769, 1) })));
    });

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void Many_threads_may_run_launches(string device) => drivers.On(device, context => Parallel.For(0, 40, i =>
    {
        uint bits = BitConverter.SingleToUInt32Bits(i);
        Assert.Equal(bits, MemoryMarshal.Read<uint>(context.Run(FmaLaunch([bits], [0x3f800000], [0])).Outputs[0]));
    }));

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void The_device_time_is_measured(string device) => drivers.On(device, context =>
        Assert.NotNull(context.Run(FmaLaunch([1], [1], [1])).DeviceTime));

    [Fact]
    public void A_closed_context_refuses()
    {
        VulkanContext context = VulkanContext.Open(CpuDrivers.Lavapipe);
        context.Dispose();
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.Run(FmaLaunch([1], [1], [1])));
    }

    [Fact]
    public void A_launch_that_takes_too_long_is_a_timeout_and_then_the_device_counts_as_lost()
    {
        using VulkanContext context = VulkanContext.Open(CpuDrivers.Lavapipe, new VulkanOptions { Timeout = TimeSpan.FromTicks(1) });
        uint[] many = new uint[1 << 20];
        HlxAssert.Refuses(ErrorCode.DeviceTimeout, () => context.Run(FmaLaunch(many, many, many)));
        HlxAssert.Refuses(ErrorCode.DeviceLost, () => context.Run(FmaLaunch([1], [1], [1])));
    }

    [Fact]
    public void A_program_that_two_threads_use_at_the_same_time_refuses_one_of_them() => drivers.On(CpuDrivers.Lavapipe, context =>
    {
        uint[] many = new uint[1 << 20];
        using VulkanProgram program = context.Record(KernelSequence.Of(FmaLaunch(many, many, many)));
        int refused = 0;
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            for (int i = 0; i < 50 && Volatile.Read(ref refused) == 0; i++)
            {
                try
                {
                    program.Run();
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        });
        Assert.NotEqual(0, refused);
        program.Run(); // and is usable again
    });

    private static KernelLaunch FmaLaunch(uint[] x, uint[] y, uint[] z)
    {
        uint[] constants = [(uint)x.Length];
        return new(
            TestCode.Load("fma_exact_test"),
            "main",
            [Input(0, x), Input(1, y), Input(2, z), KernelBuffer.Output(0, 3, 4L * x.Length)],
            new Extent3((uint)((x.Length + 63) / 64), 1, 1))
        { PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray() };
    }

    private static KernelBuffer Input(uint binding, uint[] words) => KernelBuffer.Input(0, binding, MemoryMarshal.AsBytes(words.AsSpan()).ToArray());
}
