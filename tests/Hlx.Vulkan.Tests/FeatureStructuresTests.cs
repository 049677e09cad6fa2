using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Vulkan.Tests;

/// <summary>What HLX knows of Vulkan's features is one list: in the tables of policy and in the structures that drivers fill.</summary>
public sealed class FeatureStructuresTests(DeviceFixture drivers)
{
    // Found in properties, not in structures of features.
    private static bool IsProperty(string feature) => feature.StartsWith("subgroup", StringComparison.Ordinal) && feature != "subgroupSizeControl";

    [Fact]
    public void Every_feature_of_an_extension_is_a_member_of_a_structure()
    {
        string[] expected = [.. FeatureTable.ExtensionOf.Keys.Except(FeatureTable.WithoutStructure).Where(feature => !IsProperty(feature)).Order(StringComparer.Ordinal)];
        foreach (string feature in expected)
        {
            FeatureStructures structures = default;
            FeatureStructures.Set(ref structures, [feature]);
            Assert.Equal([feature], FeatureStructures.Names(ref structures));
        }
    }

    [Fact]
    public void Every_feature_that_a_capability_needs_is_read_from_drivers()
    {
        HashSet<string> known = [.. FeatureStructures.Known, .. FeatureTable.WithoutStructure, SpirvCapabilityTable.Vulkan13];
        foreach (string feature in SpirvCapabilityTable.All.SelectMany(row => row.Need.AnyOf))
        {
            bool isFloatControl = feature.Contains("Denorm", StringComparison.Ordinal) || feature.Contains("SignedZero", StringComparison.Ordinal) || feature.Contains("RoundingMode", StringComparison.Ordinal);
            Assert.True(known.Contains(feature) || IsProperty(feature) || isFloatControl, feature);
        }
    }

    [Fact]
    public void A_structure_is_linked_where_its_extension_is_there()
    {
        foreach (IGrouping<string, string> extension in FeatureTable.ExtensionOf.Where(pair => FeatureStructures.Known.Contains(pair.Key)).GroupBy(pair => pair.Value, pair => pair.Key))
        {
            Assert.Equal(4, Linked([]));
            Assert.Equal(5, Linked([extension.Key]));
        }
        Assert.Equal(3, Linked([], "1.2"));
    }

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void Drivers_tell_their_limits_of_descriptors(string device)
    {
        DescriptorLimits least = new(), limits = drivers[device].Capabilities.Limits.Descriptors;
        Assert.NotEqual(least, limits);
        Assert.InRange(limits.MaxBoundDescriptorSets, least.MaxBoundDescriptorSets, uint.MaxValue);
        Assert.InRange(limits.MaxPerStageDescriptorStorageBuffers, least.MaxPerStageDescriptorStorageBuffers, uint.MaxValue);
        Assert.InRange(limits.MaxPerSetDescriptors, least.MaxPerSetDescriptors, uint.MaxValue);
        Assert.InRange(limits.MaxStorageBufferRange, least.MaxStorageBufferRange, uint.MaxValue);
    }

    [Theory]
    [InlineData("behaviour")]
    [InlineData("loop_turns")]
    public void The_self_test_needs_only_what_every_device_has(string shader)
    {
        DeviceLimits least = new(new(128, 128, 64), 128, new(65535, 65535, 65535), 16384, 128, 1 << 27);
        Spirv.SpirvModule module = Spirv.SpirvModule.Parse(Spirv.EmbeddedModule.Load(typeof(VulkanContext).Assembly, shader));
        KernelBuffer[] buffers = [.. module.RequireCompute("main").Bindings.Select(binding => KernelBuffer.Output(binding.Set, binding.Binding, 4))];
        KernelLaunch launch = new(new ShaderCode(module.Bytes), "main", buffers, new(1, 1, 1)) { PushConstants = new byte[module.RequireCompute("main").PushConstantBytes] };
        LaunchLimits.RequirePipeline(launch, new DeviceCapabilities(least, new HashSet<string>(), new Version(1, 5)));
    }

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void A_launch_without_a_plan_is_checked_when_its_pipeline_is_made(string device)
    {
        uint sets = drivers[device].Capabilities.Limits.Descriptors.MaxBoundDescriptorSets;
        byte[] code = ShaderText.Compile($"layout(set={sets}, binding=0) writeonly buffer R {{ float r[]; }};\nvoid main() {{ r[0] = 1; }}");
        KernelLaunch launch = new(new ShaderCode(code), "main", [KernelBuffer.Output(sets, 0, 4)], new(1, 1, 1));
        drivers.On(device, context => Assert.Contains(
            "maxBoundDescriptorSets", HlxAssert.Refuses(ErrorCode.DeviceLimit, () => context.Run(launch)).What, StringComparison.Ordinal));
    }

    private static unsafe int Linked(string[] extensions, string api = "1.3")
    {
        FeatureStructures structures = default;
        FeatureStructures.Link(ref structures, Version.Parse(api), extensions);
        int count = 1;
        for (var next = (Silk.NET.Vulkan.BaseOutStructure*)structures.Core.PNext; next is not null; next = next->PNext) count++;
        return count;
    }
}
