using Hlx.Spirv;
using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>Limits on hand-made devices: exactly at each one a launch is planned, beyond it is refused by the limit's name in Vulkan.</summary>
public sealed class LaunchLimitsTests
{
    private static readonly DeviceLimits Limits = new(new(64, 32, 16), 128, new(1000, 100, 10), 4096, 128, 1L << 31)
    {
        Descriptors = new DescriptorLimits { MaxStorageBufferRange = uint.MaxValue },
    };

    [Theory]
    [InlineData("maxComputeWorkGroupSize[0]", 64, 1, 1)]
    [InlineData("maxComputeWorkGroupSize[1]", 1, 32, 1)]
    [InlineData("maxComputeWorkGroupSize[2]", 1, 1, 16)]
    [InlineData("maxComputeWorkGroupInvocations", 32, 4, 1)]
    public void Workgroup_sizes(string limit, uint x, uint y, uint z)
    {
        _ = PlanExtents(new(x, y, z), new(1, 1, 1));
        bool isAlongX = limit is "maxComputeWorkGroupSize[0]" or "maxComputeWorkGroupInvocations";
        Extent3 beyond = isAlongX ? new(x + 1, y, z) : y > 1 ? new(x, y + 1, z) : new(x, y, z + 1);
        Refuses(limit, () => PlanExtents(beyond, new(1, 1, 1)));
    }

    [Theory]
    [InlineData("maxComputeWorkGroupCount[0]", 1000, 1, 1, 1001, 1, 1)]
    [InlineData("maxComputeWorkGroupCount[1]", 1, 100, 1, 1, 101, 1)]
    [InlineData("maxComputeWorkGroupCount[2]", 1, 1, 10, 1, 1, 11)]
    public void Workgroup_counts(string limit, uint x, uint y, uint z, uint beyondX, uint beyondY, uint beyondZ)
    {
        _ = PlanExtents(new(1, 1, 1), new(x, y, z));
        Refuses(limit, () => PlanExtents(new(1, 1, 1), new(beyondX, beyondY, beyondZ)));
    }

    [Fact]
    public void What_is_counted_in_32_bits()
    {
        DeviceLimits wide = Limits with { MaxWorkgroups = new(uint.MaxValue, uint.MaxValue, uint.MaxValue) };
        _ = PlanExtents(new(1, 1, 1), new(65535, 32769, 2 - 1), wide);
        Refuses("4295032830 workgroups, and the device's limit of counting in 32 bits is 4294967295", () => PlanExtents(new(1, 1, 1), new(65535, 32769, 2), wide));
        _ = PlanExtents(new(64, 1, 1), new((1 << 26) - 1, 1, 1), wide);
        Refuses("4294967296 invocations along x", () => PlanExtents(new(64, 1, 1), new(1 << 26, 1, 1), wide));
        Refuses("4294967296 invocations, ", () => PlanExtents(new(64, 1, 1), new(1 << 13, 1 << 13, 1), wide));
        Refuses(" workgroups, ", () => PlanExtents(new(1, 1, 1), new(uint.MaxValue, uint.MaxValue, uint.MaxValue), wide));
    }

    [Theory]
    [InlineData("shared float s[1024];", "shared float s[1025];", "s[0] = 1", "maxComputeSharedMemorySize", "4100")]
    [InlineData("layout(push_constant) uniform P { float s[32]; };", "layout(push_constant) uniform P { float s[33]; };", "r[1] = s[0]", "maxPushConstantsSize", "132")]
    public void Sizes_that_a_shader_declares(string at, string beyond, string use, string limit, string need)
    {
        _ = Plan(Module($"{at}\nvoid main() {{ {use}; r[0] = 1; }}"));
        Refuses($"{need} bytes", () => Plan(Module($"{beyond}\nvoid main() {{ {use}; r[0] = 1; }}")));
        Refuses(limit, () => Plan(Module($"{beyond}\nvoid main() {{ {use}; r[0] = 1; }}")));
    }

    [Theory]
    [InlineData("writeonly buffer B{0} { float b{0}[]; };", "b{0}[0] = 1", 4, "maxPerStageDescriptorStorageBuffers")]
    [InlineData("uniform B{0} { float b{0}; };", "r[0] = b{0}", 12, "maxPerStageDescriptorUniformBuffers")]
    [InlineData("uniform samplerBuffer b{0};", "r[0] = texelFetch(b{0}, 0).x", 16, "maxPerStageDescriptorSampledImages")]
    [InlineData("writeonly uniform imageBuffer b{0};", "imageStore(b{0}, 0, vec4(1))", 4, "maxPerStageDescriptorStorageImages", "r32f, ")]
    public void Descriptors_of_each_kind(string declaration, string use, int most, string limit, string format = "")
    {
        _ = Plan(Many(most));
        Refuses($"the device's limit {limit} is {most}", () => Plan(Many(most + 1)));

        byte[] Many(int count) => ShaderText.Compile(
            string.Concat(Enumerable.Range(0, count).Select(i => $"layout({format}binding={i + 100}) {Numbered(declaration, i)}\n"))
            + (use.StartsWith("r[", StringComparison.Ordinal) ? "layout(binding=0) writeonly buffer R { float r[]; };\n" : "")
            + $"void main() {{ {string.Concat(Enumerable.Range(0, count).Select(i => $"{Numbered(use, i)};"))} }}");

        static string Numbered(string text, int i) => text.Replace("{0}", $"{i}", StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_of_sets_and_of_all_descriptors()
    {
        DescriptorLimits many = new() { MaxPerStageDescriptorStorageBuffers = 1000, MaxDescriptorSetStorageBuffers = 1000, MaxBoundDescriptorSets = 8 };
        byte[] module = ShaderText.Compile("layout(set=7, binding=3) writeonly buffer R { float r[]; } b[20];\nvoid main() { b[19].r[0] = 1; }");
        foreach ((DescriptorLimits at, DescriptorLimits beyond, string limit) in ((DescriptorLimits, DescriptorLimits, string)[])
        [
            (many, many with { MaxBoundDescriptorSets = 7 }, "maxBoundDescriptorSets is 7"),
            (many with { MaxPerStageResources = 20 }, many with { MaxPerStageResources = 19 }, "maxPerStageResources is 19"),
            (many with { MaxPerSetDescriptors = 20 }, many with { MaxPerSetDescriptors = 19 }, "maxPerSetDescriptors is 19"),
            (many with { MaxDescriptorSetStorageBuffers = 20 }, many with { MaxDescriptorSetStorageBuffers = 19 }, "maxDescriptorSetStorageBuffers is 19"),
        ])
        {
            _ = Plan(module, limits: Limits with { Descriptors = at });
            Refuses(limit, () => Plan(module, limits: Limits with { Descriptors = beyond }));
        }
    }

    [Theory]
    [InlineData("layout(binding=0) writeonly buffer R { float r[]; };", "r[0] = 1", 256, "maxStorageBufferRange")]
    [InlineData("layout(r32f, binding=0) writeonly uniform imageBuffer r;", "imageStore(r, 0, vec4(1))", 64, "maxTexelBufferElements")]
    public void Sizes_of_buffers(string declaration, string use, int elements, string limit)
    {
        byte[] module = ShaderText.Compile($"{declaration}\nvoid main() {{ {use}; }}");
        DeviceLimits small = Limits with { MaxBufferBytes = 1024, Descriptors = new() { MaxTexelBufferElements = 64, MaxStorageBufferRange = 1024 } };
        _ = Plan(module, elements: elements, limits: small);
        Refuses(limit, () => Plan(module, elements: elements + 1, limits: small));
    }

    [Fact]
    public void A_buffer_that_memory_does_not_allow_is_refused_for_that() => Refuses(
        "maxMemoryAllocationSize is 1024", () => Plan(Module("void main() { r[0] = 1; }"), elements: 257, limits: Limits with { MaxBufferBytes = 1024 }));

    [Fact]
    public void A_device_recorded_without_descriptor_limits_has_what_vulkan_guarantees_and_others_read_back()
    {
        HlxValue recorded = Json.Decode(File.ReadLines(TestData.PathOf("device-snapshots.jsonl")).First());
        DeviceSnapshot old = DeviceSnapshot.FromValue(recorded);
        Assert.Equal(new DescriptorLimits(), old.Limits.Descriptors);
        Assert.Equal((4u, 4u, 128u), (old.Limits.Descriptors.MaxBoundDescriptorSets, old.Limits.Descriptors.MaxPerStageDescriptorStorageBuffers, old.Limits.Descriptors.MaxPerStageResources));
        DescriptorLimits other = new() { MaxPerSetDescriptors = 5000, MaxStorageBufferRange = uint.MaxValue, MaxTexelBufferElements = 7 };
        DeviceSnapshot read = DeviceSnapshot.FromValue(Json.Decode(Json.Encode((old with { Limits = old.Limits with { Descriptors = other } }).ToValue())));
        Assert.Equal(other, read.Limits.Descriptors);
    }

    private static byte[] Module(string code) => ShaderText.Compile($"layout(binding=0) writeonly buffer R {{ float r[]; }};\n{code}");

    private static KernelPlan PlanExtents(Extent3 size, Extent3 workgroups, DeviceLimits? limits = null)
    {
        ModuleBuilder builder = new();
        builder.ComputeEntryPoint("main", (size.X, size.Y, size.Z));
        VulkanShader shader = VulkanShader.Compute(builder.Build());
        ComputeKernel kernel = new("k", Handle.Of(shader.ToValue()), size) { Outputs = [], Dispatch = workgroups };
        return KernelPlan.For(kernel, shader, KernelOperands.Of(), new DeviceCapabilities(limits ?? Limits, new HashSet<string>(), new Version(1, 6)));
    }

    private static KernelPlan Plan(byte[] module, int elements = 1, DeviceLimits? limits = null)
    {
        VulkanShader shader = VulkanShader.Compute(module);
        IReadOnlyList<DescriptorBinding> bindings = shader.Code.Module.RequireCompute("main").Bindings;
        int inputs = bindings.Count(binding => binding.Access == ResourceAccess.Read), outputs = (int)bindings.Sum(binding => (long)binding.Count) - inputs;
        ComputeKernel kernel = new("k", Handle.Of(shader.ToValue()), (1, 1, 1))
        {
            Outputs = [.. Enumerable.Repeat(new OutputSpec(DType.F32, [elements]), outputs)],
            Dispatch = new(1, 1, 1),
            PushConstants = [.. Enumerable.Repeat(HlxValue.From(1.0), (int)(shader.Code.Module.RequireCompute("main").PushConstantBytes / 4))],
        };
        HashSet<string> features = ["shaderStorageBufferArrayDynamicIndexing"];
        return KernelPlan.For(
            kernel, shader, KernelOperands.Of([.. Enumerable.Repeat(Tensor.From([1f]), inputs)]), new DeviceCapabilities(limits ?? Limits, features, new Version(1, 6)));
    }

    private static void Refuses(string said, Action plan) =>
        Assert.Contains(said, HlxAssert.Refuses(ErrorCode.DeviceLimit, plan).What, StringComparison.Ordinal);
}
