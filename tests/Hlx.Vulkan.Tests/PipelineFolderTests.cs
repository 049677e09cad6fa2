using Hlx.Testing;

namespace Hlx.Vulkan.Tests;

/// <summary>Compiled pipelines on disk: used again, and never trusted.</summary>
public sealed class PipelineFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("grow")]
    [InlineData("text")]
    [InlineData("another pipeline's")]
    [InlineData("another device's")]
    public void A_file_that_is_not_what_was_written_is_damaged(string damage)
    {
        using VulkanContext lavapipe = VulkanContext.Open(CpuDrivers.Lavapipe), swiftShader = VulkanContext.Open(CpuDrivers.SwiftShader);
        PipelineFiles files = new(_folder.Path, lavapipe.Plan), foreign = new(_folder.Path, swiftShader.Plan);
        string key = Handle.Of("key").Text, other = Handle.Of("other").Text;
        byte[] data = [1, 2, 3, 10, 4];
        foreach (PipelineFiles some in (PipelineFiles[])[files, foreign])
        {
            Assert.True(some.Write(key, data));
            Assert.True(some.Write(other, data));
        }
        string path = Directory.GetFiles(files.Folder).Single(file => key.EndsWith(Path.GetFileName(file), StringComparison.Ordinal));
        byte[] sound = File.ReadAllBytes(path), flipped = [.. sound];
        flipped[^1] ^= 1;
        File.WriteAllBytes(path, damage switch
        {
            "flip" => flipped,
            "cut" => sound[..^1],
            "empty" => [],
            "grow" => [.. sound, 0],
            "text" => "no pipeline"u8.ToArray(),
            "another pipeline's" => File.ReadAllBytes(path.Replace(Path.GetFileName(path), other[(other.LastIndexOf('_') + 1)..], StringComparison.Ordinal)),
            _ => File.ReadAllBytes(Path.Combine(foreign.Folder, Path.GetFileName(path))),
        });
        Assert.Null(files.Read(key, out bool isDamaged));
        Assert.True(isDamaged);
        Assert.Equal(data, files.Read(other, out _));
        Assert.True(files.Write(key, data));
        Assert.Equal(data, files.Read(key, out isDamaged));
        Assert.False(isDamaged);
    }

    [Fact]
    public void What_was_never_written_is_missing_and_not_damaged()
    {
        using VulkanContext context = VulkanContext.Open(CpuDrivers.Lavapipe);
        Assert.Null(new PipelineFiles(_folder.Path, context.Plan).Read(Handle.Of("key").Text, out bool isDamaged));
        Assert.False(isDamaged);
    }

    [Fact]
    public void Whoever_reads_while_others_write_sees_whole_files()
    {
        using VulkanContext context = VulkanContext.Open(CpuDrivers.Lavapipe);
        PipelineFiles files = new(_folder.Path, context.Plan);
        byte[] data = new byte[100_000];
        new Random(1).NextBytes(data);
        string key = Handle.Of("key").Text;
        bool[] damaged = new bool[8];
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            for (int i = 0; i < 30; i++)
            {
                Assert.True(files.Write(key, data));
                Assert.Equal(data, files.Read(key, out bool isDamaged));
                damaged[thread] |= isDamaged;
            }
        });
        Assert.DoesNotContain(true, damaged);
        Assert.Single(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }
}
