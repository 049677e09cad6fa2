using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Conformance;

/// <summary>Exactly at a limit of the device a kernel runs; beyond it, it is refused by name before the driver sees it.</summary>
public sealed class DescriptorLimitTests
{
    private const uint MostTried = 64;

    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    [Theory, MemberData(nameof(Devices))]
    public void Storage_buffers(string device)
    {
        using Bench bench = new(device);
        uint most = Math.Min(MostTried, bench.Runtime.KernelDevice.Capabilities.Limits.Descriptors.MaxPerStageDescriptorStorageBuffers);
        Assert.Equal((float)most, bench.Runtime.Resolve<Tensor>(Run(bench, most, set: 0)[^1]).AsSpan<float>()[0]);
        if (most == MostTried) return; // more than a shader of a test should have
        HlxException refusal = HlxAssert.Refuses(ErrorCode.DeviceLimit, () => Run(bench, most + 1, set: 0));
        Assert.Contains($"{most + 1} storage buffers, and the device's limit maxPerStageDescriptorStorageBuffers is {most}", refusal.What, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Devices))]
    public void Descriptor_sets(string device)
    {
        using Bench bench = new(device);
        uint most = Math.Min(MostTried, bench.Runtime.KernelDevice.Capabilities.Limits.Descriptors.MaxBoundDescriptorSets);
        Assert.Equal(1f, bench.Runtime.Resolve<Tensor>(Run(bench, 1, most - 1)[^1]).AsSpan<float>()[0]);
        if (most == MostTried) return;
        HlxException refusal = HlxAssert.Refuses(ErrorCode.DeviceLimit, () => Run(bench, 1, most));
        Assert.Contains($"{most + 1} descriptor sets, counted from 0, and the device's limit maxBoundDescriptorSets is {most}", refusal.What, StringComparison.Ordinal);
    }

    // Every buffer gets its number, from 1.
    private static IReadOnlyList<Handle> Run(Bench bench, uint buffers, uint set)
    {
        string declarations = string.Concat(Enumerable.Range(0, (int)buffers).Select(i => $"layout(set={set}, binding={i}) writeonly buffer B{i} {{ float b{i}[]; }};\n"));
        string stores = string.Concat(Enumerable.Range(0, (int)buffers).Select(i => $"b{i}[0] = {i + 1};\n"));
        Handle shader = bench.Runtime.Collapse(VulkanShader.Compute(ShaderText.Compile($"{declarations}void main() {{ {stores} }}")));
        return bench.Runtime.RunKernel(new ComputeKernel("limits", shader, (1, 1, 1))
        {
            Outputs = [.. Enumerable.Range(0, (int)buffers).Select(_ => new OutputSpec(DType.F32, [1]))],
            Dispatch = new(1, 1, 1),
        }).Outputs;
    }
}
