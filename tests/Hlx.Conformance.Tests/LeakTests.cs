using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Long use leaves nothing behind.</summary>
public sealed class LeakTests
{
    public static TheoryData<string, bool> DevicesAndStaging => new(from device in TestDevices.Vulkan from staging in (bool[])[false, true] select (device, staging));

    [Theory, MemberData(nameof(DevicesAndStaging))]
    public async Task Ten_thousand_executions_of_changing_shapes_end_where_they_began(string device, bool staging)
    {
        using VulkanContext context = VulkanContext.Open(device, new VulkanOptions { Validation = TestDevices.Validation, Staging = staging, StagingRingBytes = 1 << 18 });
        ShaderCode code = TestCode.Load("reduce");
        Random random = new(7);
        uint[] words = new uint[5000];
        random.NextBytes(MemoryMarshal.AsBytes(words.AsSpan()));
        for (int i = 0; i < 100; i++) // what is opened once, and for the largest request, is open then
        {
            context.Run(Sum(code, words, words.Length - i));
            await context.RunAsync(KernelSequence.Of(Sum(code, words, i + 1)));
        }
        context.Trim();
        (int Buffers, long Used, long Reserved, int Blocks) start = Statistics();
        List<string> files = OpenFiles();
        for (int i = 0; i < 10_000; i++)
        {
            int count = random.Next(1, words.Length);
            KernelLaunch launch = Sum(code, words, count);
            byte[] output = i % 3 == 0 ? (await context.RunAsync(KernelSequence.Of(launch))).Outputs[0] : context.Run(launch).Outputs[0];
            if (i % 100 == 0) Assert.Equal(words.AsSpan(0, Math.Min(count, 256)).ToArray().Aggregate(0u, (sum, word) => unchecked(sum + word)), MemoryMarshal.Read<uint>(output));
        }
        context.Trim();
        Assert.Equal(start, Statistics());
        Assert.Empty(OpenFiles().Except(files));
        context.Dispose(); // objects of the driver that are left are what the layer reports here
        Assert.Empty(context.ValidationMessages);

        (int, long, long, int) Statistics() => (context.Memory.Buffers, context.Memory.UsedBytes, context.Memory.ReservedBytes, context.Memory.Blocks);
    }

    // Without the assemblies that the runtime loads when they are first needed, and without the listing itself.
    private static List<string> OpenFiles() =>
    [
        .. from file in Directory.GetFileSystemEntries("/proc/self/fd")
           let target = new FileInfo(file).LinkTarget
           where target is not null && !target.EndsWith(".dll", StringComparison.Ordinal)
           select $"{file} -> {target}",
    ];

    private static KernelLaunch Sum(ShaderCode code, uint[] words, int count)
    {
        uint[] constants = [(uint)count];
        int groups = (count + 255) / 256;
        return new(
            code, "main", [KernelBuffer.Input(0, 0, MemoryMarshal.AsBytes(words.AsSpan(0, count)).ToArray()), KernelBuffer.Output(0, 1, 4 * groups)], new Extent3((uint)groups, 1, 1))
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
        };
    }
}
