using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Compiled pipelines on disk change no result, and are used where a driver gives something to keep.</summary>
public sealed class PipelineFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Devices))]
    public void A_later_context_takes_what_an_earlier_one_has_compiled(string device)
    {
        PipelineStatistics first = Use(device), second = Use(device);
        Assert.True(first is { Compiled: > 1, FromDisk: 0, Damaged: 0 });
        Assert.Equal(first.Compiled, first.NotKept + Files().Length);
        Assert.Equal(new(first.NotKept, Files().Length, second.Reused, 0, first.NotKept), second);
        Assert.Equal(device == CpuDrivers.Lavapipe || device == CpuDrivers.SwiftShader, Files().Length == 0); // these keep nothing
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_damaged_file_is_passed_over_and_written_anew(string device)
    {
        PipelineStatistics first = Use(device);
        foreach (string file in Files()) File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        PipelineStatistics second = Use(device), third = Use(device);
        Assert.Equal((first.Compiled, Files().Length), (second.Compiled, second.Damaged));
        Assert.Equal((first.NotKept, Files().Length, 0), (third.Compiled, third.FromDisk, third.Damaged));
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_folder_that_cannot_be_written_costs_the_cache_and_nothing_else(string device)
    {
        File.WriteAllText(_folder["file"], "");
        PipelineStatistics used = Use(device, _folder["file"]);
        Assert.Equal(used.Compiled, used.NotKept);
        Assert.Equal("", File.ReadAllText(_folder["file"]));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Warming_tells_where_each_pipeline_was_and_a_dry_run_makes_none(string device)
    {
        KernelSequence sequence = KernelSequence.Of(Sum(10));
        bool isKept;
        using (VulkanContext context = Open(device, _folder.Path))
        {
            long kept = context.Pipelines.NotKept;
            Assert.Equal(PipelinePlace.Missing, Assert.Single(context.Warm([sequence, sequence], dryRun: true)).Place);
            Assert.Equal(PipelinePlace.Missing, Assert.Single(context.Warm([sequence])).Place);
            Assert.Equal(PipelinePlace.Memory, Assert.Single(context.Warm([sequence])).Place);
            isKept = context.Pipelines.NotKept == kept;
        }
        using VulkanContext later = Open(device, _folder.Path);
        Assert.Equal(isKept ? PipelinePlace.Disk : PipelinePlace.Missing, Assert.Single(later.Warm([sequence], dryRun: true)).Place);
    }

    private PipelineStatistics Use(string device, string? folder = null)
    {
        using VulkanContext context = Open(device, folder ?? _folder.Path);
        Assert.Equal(45u, MemoryMarshal.Read<uint>(context.Run(Sum(10)).Outputs[0]));
        return context.Pipelines;
    }

    private static VulkanContext Open(string device, string folder) => VulkanContext.Open(device, new VulkanOptions { PipelineFolder = folder });

    private static KernelLaunch Sum(int count)
    {
        uint[] words = [.. Enumerable.Range(0, count).Select(i => (uint)i)];
        return new(TestCode.Load("reduce"), "main", [KernelBuffer.Input(0, 0, MemoryMarshal.AsBytes(words.AsSpan()).ToArray()), KernelBuffer.Output(0, 1, 4)], new(1, 1, 1))
        {
            PushConstants = BitConverter.GetBytes(count),
        };
    }

    private string[] Files() => [.. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "file")];
}
