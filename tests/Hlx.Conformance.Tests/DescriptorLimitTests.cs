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

    [Theory, MemberData(nameof(Devices))]
    public void Uniform_buffers(string device)
    {
        using Bench bench = new(device);
        uint most = Math.Min(MostTried, bench.Runtime.KernelDevice.Capabilities.Limits.Descriptors.MaxPerStageDescriptorUniformBuffers);
        Assert.Equal((float)most, Read(bench, most));
        if (most == MostTried) return;
        Refuses($"{most + 1} uniform buffers, and the device's limit maxPerStageDescriptorUniformBuffers is {most}", () => Read(bench, most + 1));

        static float Read(Bench bench, uint count) => First(bench,
            string.Concat(Enumerable.Range(0, (int)count).Select(i => $"layout(binding={i + 1}) uniform U{i} {{ float u{i}; }};\n")),
            $"r[0] = {string.Join(" + ", Enumerable.Range(0, (int)count).Select(i => $"u{i}"))}", inputs: (int)count);
    }

    [Theory, MemberData(nameof(Devices))]
    public void Push_constants(string device)
    {
        using Bench bench = new(device);
        uint most = bench.Runtime.KernelDevice.Capabilities.Limits.MaxPushConstantBytes / 4;
        Assert.Equal(most, Read(bench, most));
        Refuses($"{4 * (most + 1)} bytes of push constants, and the device's limit maxPushConstantsSize is {4 * most}", () => Read(bench, most + 1));

        static float Read(Bench bench, uint count) => First(
            bench, $"layout(push_constant) uniform P {{ float p[{count}]; }};", $"r[0] = p[{count - 1}]", constants: [.. Enumerable.Range(1, (int)count).Select(i => HlxValue.From((double)i))]);
    }

    [Theory, MemberData(nameof(Devices))]
    public void Shared_memory(string device)
    {
        using Bench bench = new(device);
        uint most = bench.Runtime.KernelDevice.Capabilities.Limits.MaxSharedMemoryBytes / 4;
        Assert.Equal(7, Read(bench, most));
        Refuses($"{4 * (most + 1)} bytes of shared memory, and the device's limit maxComputeSharedMemorySize is {4 * most}", () => Read(bench, most + 1));

        static float Read(Bench bench, uint count) => First(bench, $"shared float s[{count}];", $"s[{count - 1}] = 7; r[0] = s[{count - 1}]");
    }

    [Theory, MemberData(nameof(Devices))]
    public void Workgroup_sizes(string device)
    {
        using Bench bench = new(device);
        uint most = bench.Runtime.KernelDevice.Capabilities.Limits.MaxWorkgroupInvocations;
        Assert.Equal(1, First(bench, "", "r[gl_LocalInvocationIndex == 0 ? 0 : 1] = 1", size: most));
        Refuses("the device's limit maxComputeWorkGroup", () => First(bench, "", "r[0] = 1", size: most + 1));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Atomics_on_shared_floats_run_or_are_refused_by_their_feature(string device)
    {
        using Bench bench = new(device);
        float Sum() => First(
            bench, "#extension GL_EXT_shader_atomic_float : require\nshared float s;",
            "if (gl_LocalInvocationIndex == 0) s = 0; barrier(); atomicAdd(s, 0.5); barrier(); if (gl_LocalInvocationIndex == 0) r[0] = s", size: 32);
        if (bench.Runtime.KernelDevice.Capabilities.Features.Contains("shaderSharedFloat32AtomicAdd")) Assert.Equal(16, Sum());
        else Refuses("OpAtomicFAddEXT on shared memory, and the device does not offer shaderSharedFloat32AtomicAdd", () => Sum(), ErrorCode.DeviceFeature);
    }

    private static void Refuses(string said, Action run, string code = ErrorCode.DeviceLimit) => Assert.Contains(said, HlxAssert.Refuses(code, run).What, StringComparison.Ordinal);

    private static float First(Bench bench, string declarations, string code, int inputs = 0, HlxValue[]? constants = null, uint size = 1)
    {
        Handle shader = bench.Runtime.Collapse(VulkanShader.Compute(ShaderText.Compile(
            $"{declarations}\nlayout(local_size_x_id=9) in;\nlayout(binding=0) writeonly buffer R {{ float r[]; }};\nvoid main() {{ {code}; }}")));
        KernelRun run = bench.Runtime.RunKernel(new ComputeKernel("limits", shader, (size, 1, 1))
        {
            Inputs = [.. Enumerable.Repeat(KernelInput.From(bench.Store<float>(DType.F32, [1])), inputs)],
            Outputs = [new OutputSpec(DType.F32, [2])],
            Dispatch = new(1, 1, 1),
            PushConstants = constants,
        });
        return bench.Resolve(run).AsSpan<float>()[0];
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
