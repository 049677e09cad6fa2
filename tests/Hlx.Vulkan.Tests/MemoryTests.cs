using System.Runtime.InteropServices;
using CsCheck;
using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Vulkan.Tests;

public sealed class MemoryTests(DeviceFixture drivers)
{
    [Fact]
    public void Ranges_do_not_overlap_are_aligned_and_come_back_whole() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 6], Gen.Int[0, 2]).Array[1, 200].Sample(steps =>
        {
            RangeAllocator ranges = new(4096);
            List<(long Offset, long Length, long Aligned, long Wanted)> taken = [];
            foreach ((int length, int power, int action) in steps)
            {
                if (action == 0 && taken.Count > 0)
                {
                    (long offset, long size, _, _) = taken[length % taken.Count];
                    ranges.Free(offset, size);
                    taken.RemoveAt(length % taken.Count);
                }
                else if (ranges.TryAllocate(length, 1L << power) is (long offset, long size, long aligned))
                {
                    Assert.Equal(0, aligned % (1L << power));
                    Assert.True(aligned >= offset && aligned + length <= offset + size && offset + size <= 4096);
                    Assert.All(taken, other => Assert.True(offset + size <= other.Offset || other.Offset + other.Length <= offset));
                    taken.Add((offset, size, aligned, length));
                }
                Assert.Equal(taken.Sum(range => range.Length), ranges.Used);
            }
            foreach ((long offset, long size, _, _) in taken) ranges.Free(offset, size);
            Assert.Equal((0, 4096L, 0), ranges.TryAllocate(4096, 1)); // one range again
        }, iter: 2_000);

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void Launches_leave_nothing_behind(string device) => drivers.On(device, _ =>
    {
        using VulkanContext context = VulkanContext.Open(device, new VulkanOptions { Validation = true });
        Random random = new(3);
        for (int i = 0; i < 300; i++) context.Run(Copy(random.Next(1, 5000)));
        context.Trim();
        Assert.Equal((0, 0L), (context.Memory.Buffers, context.Memory.UsedBytes));
        Assert.Equal(0, context.Memory.Blocks);
        Assert.InRange(context.Memory.PeakUsedBytes, 1, 1 << 23); // 64 idle programs of at most 80 kB
        Assert.Empty(context.ValidationMessages);
    });

    [Fact]
    public void The_cap_is_kept_and_the_context_works_afterwards()
    {
        using VulkanContext context = VulkanContext.Open(CpuDrivers.Lavapipe, new VulkanOptions { Validation = true, MemoryCapBytes = 1 << 20 });
        Assert.Contains("cap of 1048576", HlxAssert.Refuses(ErrorCode.DeviceMemory, () => context.Run(Copy(1 << 18))).What, StringComparison.Ordinal);
        Assert.Equal(0, context.Memory.UsedBytes);
        Assert.InRange(context.Memory.ReservedBytes, 0, 1 << 20);
        Assert.Equal(4 * 1000, context.Run(Copy(1000)).Outputs[0].Length);
        Assert.Empty(context.ValidationMessages);
    }

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void A_later_stage_reads_what_an_earlier_one_wrote(string device) => drivers.On(device, context =>
    {
        // Each stage adds 1 to all elements: fma(x, 1, 1).
        const int Stages = 20, Count = 1000;
        KernelLaunch first = Add(KernelBuffer.Input(0, 0, Words(Count, i => i)));
        KernelLaunch[] launches = [first, .. Enumerable.Range(0, Stages - 1).Select(stage => Add(KernelBuffer.FromStage(0, 0, 4 * Count, new StageOutput(stage, 0))))];
        SequenceResult result = context.Run(new KernelSequence(launches, [new(Stages - 1, 0), new(3, 0)]));
        Assert.Equal(Words(Count, i => i + Stages), result.Outputs[0]);
        Assert.Equal(Words(Count, i => i + 4), result.Outputs[1]);
        Assert.Equal(Stages, result.DeviceTimes.Count);

        static KernelLaunch Add(KernelBuffer input) => Fma(Count, input, KernelBuffer.Input(0, 1, Words(Count, _ => 1)), KernelBuffer.Input(0, 2, Words(Count, _ => 1)));
    });

    private static KernelLaunch Copy(int count) => Fma(
        count, KernelBuffer.Input(0, 0, Words(count, i => i)), KernelBuffer.Input(0, 1, Words(count, _ => 1)), KernelBuffer.Input(0, 2, Words(count, _ => 0)));

    private static KernelLaunch Fma(int count, params KernelBuffer[] inputs)
    {
        uint[] constants = [(uint)count];
        return new(TestCode.Load("fma_exact_test"), "main", [.. inputs, KernelBuffer.Output(0, 3, 4L * count)], new Extent3((uint)((count + 63) / 64), 1, 1))
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
        };
    }

    private static byte[] Words(int count, Func<int, float> number) =>
        MemoryMarshal.AsBytes(Enumerable.Range(0, count).Select(number).ToArray().AsSpan()).ToArray();
}
