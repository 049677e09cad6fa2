using System.Globalization;
using System.Text;
using Hlx.Spirv;
using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>The tables of what SPIR-V needs of Vulkan, against Vulkan's registry, and the refusals that follow from them.</summary>
public sealed class CapabilityTableTests
{
    // Newer names of what the registry calls otherwise.
    private static readonly Dictionary<string, Capability> Renamed = new()
    {
        ["CooperativeMatrixReductionsNV"] = Capability.CooperativeMatrixReductionsEXT,
        ["CooperativeMatrixPerElementOperationsNV"] = Capability.CooperativeMatrixPerElementOperationsEXT,
    };

    private static readonly Dictionary<string, string> SubgroupBits = new()
    {
        ["subgroupVote"] = "VK_SUBGROUP_FEATURE_VOTE_BIT",
        ["subgroupArithmetic"] = "VK_SUBGROUP_FEATURE_ARITHMETIC_BIT",
        ["subgroupBallot"] = "VK_SUBGROUP_FEATURE_BALLOT_BIT",
        ["subgroupShuffle"] = "VK_SUBGROUP_FEATURE_SHUFFLE_BIT",
        ["subgroupShuffleRelative"] = "VK_SUBGROUP_FEATURE_SHUFFLE_RELATIVE_BIT",
        ["subgroupClustered"] = "VK_SUBGROUP_FEATURE_CLUSTERED_BIT",
        ["subgroupQuad"] = "VK_SUBGROUP_FEATURE_QUAD_BIT",
        ["subgroupPartitioned"] = "VK_SUBGROUP_FEATURE_PARTITIONED_BIT_NV",
    };

    private static Dictionary<Capability, string[]> Registry { get; } = File.ReadLines(TestData.PathOf("vulkan-spirv-capabilities.txt"))
        .Where(line => !line.StartsWith('#')).Select(line => line.Split(' ')).Where(words => Find(words[0]) is not null)
        .GroupBy(words => Find(words[0])!.Value).ToDictionary(group => group.Key, group => group.SelectMany(words => words[1..]).ToArray());

    [Fact]
    public void Every_capability_of_vulkan_is_in_the_table_and_no_other_is()
    {
        Assert.True(Registry.Count > 190);
        foreach (Capability capability in Enum.GetValues<Capability>())
            Assert.True(Registry.ContainsKey(capability) == SpirvCapabilityTable.Find(capability) is not null, $"{capability}");
    }

    [Fact]
    public void What_a_capability_needs_is_what_the_registry_says()
    {
        foreach ((Capability capability, CapabilityNeed need) in SpirvCapabilityTable.All)
        {
            if (need.NotRunBecause is not null) continue;
            string[] registry = Registry[capability];
            foreach (string feature in need.AnyOf)
            {
                // The clocks are features of an extension that the registry names as a whole.
                string named = SubgroupBits.GetValueOrDefault(feature, capability == Capability.ShaderClockKHR ? FeatureTable.ExtensionOf[feature] : feature);
                Assert.True(registry.Contains(named), $"{capability} needs {feature}, and the registry says {string.Join(' ', registry)}");
            }
            bool isForAll = registry is ["VK_VERSION_1_0" or "VK_VERSION_1_1" or "VK_VERSION_1_2", ..] or ["VK_SUBGROUP_FEATURE_BASIC_BIT"];
            Assert.True(isForAll == (need.AnyOf.Count == 0), $"{capability}");
        }
    }

    [Theory]
    [InlineData(Capability.Kernel, "Kernel (6), which is not among those that Vulkan allows")]
    [InlineData(Capability.RayQueryKHR, "RayQueryKHR (4472), which HLX does not switch on: HLX has no acceleration structures (rayQuery)")]
    [InlineData(Capability.PhysicalStorageBufferAddresses, "HLX gives kernels buffers, not their addresses (bufferDeviceAddress)")]
    [InlineData(Capability.Geometry, "Geometry (2), which HLX does not switch on: it is for stages other than compute")]
    [InlineData(Capability.GroupNonUniformVote, "GroupNonUniformVote (62), and the device does not offer VK_SUBGROUP_FEATURE_VOTE_BIT (supportedOperations)")]
    [InlineData(Capability.Float64, "Float64 (10), and the device does not offer shaderFloat64")]
    [InlineData(Capability.VariablePointers, "VariablePointers (4442), and the device does not offer variablePointers")]
    [InlineData(Capability.AtomicFloat64AddEXT, "does not offer shaderBufferFloat64AtomicAdd (VK_EXT_shader_atomic_float) or shaderSharedFloat64AtomicAdd (VK_EXT_shader_atomic_float)")]
    [InlineData(Capability.GroupNonUniformRotateKHR, "does not offer shaderSubgroupRotate (VK_KHR_shader_subgroup_rotate)")]
    public void A_capability_that_the_device_lacks_is_refused_by_name(Capability capability, string said) =>
        Assert.Contains(said, HlxAssert.Refuses(ErrorCode.DeviceFeature, () => Check(Declaring(capability), [])).What, StringComparison.Ordinal);

    [Fact]
    public void A_capability_of_no_specification_is_refused_with_its_number() => Assert.Contains(
        "unknown Capability 9999", HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => Declaring((Capability)9999)).What, StringComparison.Ordinal);

    [Fact]
    public void Every_capability_that_hlx_runs_is_allowed_with_any_of_its_features()
    {
        foreach ((Capability capability, CapabilityNeed need) in SpirvCapabilityTable.All)
        {
            if (need.NotRunBecause is not null) continue;
            if (need.AnyOf.Count == 0) Check(Declaring(capability), []);
            foreach (string feature in need.AnyOf.Where(feature => feature != SpirvCapabilityTable.Vulkan13)) Check(Declaring(capability), [feature]);
        }
    }

    [Theory]
    [InlineData("SPV_KHR_storage_buffer_storage_class", "", null)]
    [InlineData("SPV_GOOGLE_user_type", "", null)]
    [InlineData("SPV_EXT_shader_atomic_float_add", "shaderSharedFloat64Atomics", "does not offer VK_EXT_shader_atomic_float")]
    [InlineData("SPV_KHR_integer_dot_product", "shaderIntegerDotProduct", "does not offer shaderIntegerDotProduct")]
    [InlineData("SPV_KHR_subgroup_vote", "VK_EXT_shader_subgroup_vote", "does not offer VK_EXT_shader_subgroup_vote")]
    [InlineData("SPV_INTEL_inline_assembly", null, "the extension SPV_INTEL_inline_assembly, which HLX does not switch on")]
    public void Extensions_follow_the_table(string extension, string? feature, string? refusal)
    {
        ModuleBuilder builder = new();
        builder.Require(extension);
        builder.ComputeEntryPoint("main", (1, 1, 1));
        SpirvModule module = SpirvModule.Parse(builder.Build());
        if (feature is not null) Check(module, [feature]);
        if (refusal is not null) Assert.Contains(refusal, HlxAssert.Refuses(ErrorCode.DeviceFeature, () => Check(module, [])).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Formats_may_be_left_open_from_vulkan_1_3_on()
    {
        SpirvModule module = Declaring(Capability.StorageImageReadWithoutFormat);
        Check(module, [], new Version(1, 6));
        HlxAssert.Refuses(ErrorCode.DeviceFeature, () => Check(module, [], new Version(1, 5)));
        Check(module, ["shaderStorageImageReadWithoutFormat"], new Version(1, 5));
    }

    /// <summary>HLX_UPDATE_DOCS=1 writes docs/VULKAN_FEATURES.md anew.</summary>
    [Fact]
    public void The_document_shows_the_tables()
    {
        string file = Path.Combine(TestData.Root, "docs", "VULKAN_FEATURES.md"), document = Document();
        if (Environment.GetEnvironmentVariable("HLX_UPDATE_DOCS") == "1") File.WriteAllText(file, document);
        Assert.True(File.ReadAllText(file) == document, $"{file} is not what the tables say; run this test with HLX_UPDATE_DOCS=1 and commit the file");
    }

    private static string Document()
    {
        StringBuilder text = new();
        text.Append("# What SPIR-V modules need of a device\n\nA module runs where the device offers what it declares and uses; a refusal, `E_DEVICE_FEATURE`, names the feature. HLX switches on\neverything of these tables that a device offers when it is opened. The lists are those of the Vulkan specification's appendix\n\"Vulkan Environment for SPIR-V\". Limits are checked likewise (`E_DEVICE_LIMIT`).\n\n## Capabilities\n\n| capability | needs |\n|---|---|\n");
        foreach ((Capability capability, CapabilityNeed need) in SpirvCapabilityTable.All)
        {
            string needs = need.NotRunBecause is string reason ? $"not run: {reason}" : need.AnyOf.Count == 0 ? "nothing" : string.Join(" or ", need.AnyOf.Select(feature => $"`{FeatureTable.InVulkan(feature)}`"));
            text.Append(CultureInfo.InvariantCulture, $"| {capability} | {needs} |\n");
        }
        text.Append("\nOthers are not for Vulkan. Where it depends on the use of a capability (where the memory of an atomic operation is, the types of subgroup operations,\nthe scopes of clocks, layouts of blocks, initial values of shared memory, `LocalSizeId`), the use is checked.\n\n## SPIR-V extensions\n\n| extension | needs |\n|---|---|\n");
        foreach ((string extension, string? need) in SpirvExtensionTable.All) text.Append(CultureInfo.InvariantCulture, $"| {extension} | {(need is null ? "nothing" : $"`{need}`")} |\n");
        return text.ToString();
    }

    private static Capability? Find(string name) =>
        Renamed.TryGetValue(name, out Capability renamed) ? renamed : Enum.TryParse(name, out Capability capability) ? capability : null;

    private static SpirvModule Declaring(Capability capability)
    {
        ModuleBuilder builder = new();
        builder.Require(capability);
        builder.ComputeEntryPoint("main", (1, 1, 1));
        return SpirvModule.Parse(builder.Build());
    }

    private static void Check(SpirvModule module, HashSet<string> features, Version? spirv = null) =>
        FeatureCheck.Require(module, new DeviceCapabilities(new DeviceLimits(new(1, 1, 1), 1, new(1, 1, 1), 0, 0, 0), features, spirv ?? new Version(1, 6)));
}
