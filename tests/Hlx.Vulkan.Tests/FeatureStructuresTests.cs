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

    private static unsafe int Linked(string[] extensions, string api = "1.3")
    {
        FeatureStructures structures = default;
        FeatureStructures.Link(ref structures, Version.Parse(api), extensions);
        int count = 1;
        for (var next = (Silk.NET.Vulkan.BaseOutStructure*)structures.Core.PNext; next is not null; next = next->PNext) count++;
        return count;
    }
}
