namespace Hlx.Compute;

/// <summary>
/// The features of extensions that HLX reads and switches on, by the names of their members in Vulkan's structures. Those that no
/// extension is named for are of Vulkan 1.0 to 1.3 itself. An extension without a structure is a feature of its own name.
/// </summary>
internal static class FeatureTable
{
    // Whether the validation layer of Debian 12 (1.3.239) knows the extension; what it does not know stays off while it is on.
    private static readonly (string Extension, bool IsKnownToTheLayer, string[] Features)[] OfExtensions =
    [
        ("VK_EXT_robustness2", true, ["robustBufferAccess2"]),
        ("VK_EXT_pipeline_robustness", true, ["pipelineRobustness"]),
        ("VK_KHR_pipeline_executable_properties", true, ["pipelineExecutableInfo"]),
        ("VK_EXT_shader_atomic_float", true,
        [
            "shaderBufferFloat32Atomics", "shaderBufferFloat32AtomicAdd", "shaderBufferFloat64Atomics", "shaderBufferFloat64AtomicAdd", "shaderSharedFloat32Atomics",
            "shaderSharedFloat32AtomicAdd", "shaderSharedFloat64Atomics", "shaderSharedFloat64AtomicAdd", "shaderImageFloat32Atomics", "shaderImageFloat32AtomicAdd",
        ]),
        ("VK_EXT_shader_atomic_float2", true,
        [
            "shaderBufferFloat16Atomics", "shaderBufferFloat16AtomicAdd", "shaderBufferFloat16AtomicMinMax", "shaderBufferFloat32AtomicMinMax",
            "shaderBufferFloat64AtomicMinMax", "shaderSharedFloat16Atomics", "shaderSharedFloat16AtomicAdd", "shaderSharedFloat16AtomicMinMax",
            "shaderSharedFloat32AtomicMinMax", "shaderSharedFloat64AtomicMinMax", "shaderImageFloat32AtomicMinMax",
        ]),
        ("VK_EXT_shader_image_atomic_int64", true, ["shaderImageInt64Atomics"]),
        ("VK_NV_shader_atomic_float16_vector", false, ["shaderFloat16VectorAtomics"]),
        ("VK_KHR_workgroup_memory_explicit_layout", true,
        [
            "workgroupMemoryExplicitLayout", "workgroupMemoryExplicitLayoutScalarBlockLayout", "workgroupMemoryExplicitLayout8BitAccess",
            "workgroupMemoryExplicitLayout16BitAccess",
        ]),
        ("VK_KHR_shader_clock", true, ["shaderSubgroupClock", "shaderDeviceClock"]),
        ("VK_KHR_shader_subgroup_uniform_control_flow", true, ["shaderSubgroupUniformControlFlow"]),
        ("VK_KHR_shader_maximal_reconvergence", false, ["shaderMaximalReconvergence"]),
        ("VK_KHR_shader_quad_control", false, ["shaderQuadControl"]),
        ("VK_KHR_shader_subgroup_rotate", false, ["shaderSubgroupRotate", "shaderSubgroupRotateClustered"]),
        ("VK_KHR_shader_expect_assume", false, ["shaderExpectAssume"]),
        ("VK_KHR_shader_float_controls2", false, ["shaderFloatControls2"]),
        ("VK_KHR_shader_fma", false, ["shaderFmaFloat16", "shaderFmaFloat32", "shaderFmaFloat64"]),
        ("VK_KHR_shader_relaxed_extended_instruction", false, ["shaderRelaxedExtendedInstruction"]),
        ("VK_KHR_compute_shader_derivatives", false, ["computeDerivativeGroupQuads", "computeDerivativeGroupLinear"]),
        ("VK_EXT_shader_replicated_composites", false, ["shaderReplicatedComposites"]),
        ("VK_KHR_cooperative_matrix", false, ["cooperativeMatrix"]),
        ("VK_KHR_shader_bfloat16", false, ["shaderBFloat16Type", "shaderBFloat16DotProduct", "shaderBFloat16CooperativeMatrix"]),
        ("VK_EXT_shader_float8", false, ["shaderFloat8", "shaderFloat8CooperativeMatrix"]),
        ("VK_VALVE_shader_mixed_float_dot_product", false,
        [
            "shaderMixedFloatDotProductFloat16AccFloat32", "shaderMixedFloatDotProductFloat16AccFloat16", "shaderMixedFloatDotProductBFloat16Acc",
            "shaderMixedFloatDotProductFloat8AccFloat32",
        ]),
        ("VK_INTEL_shader_integer_functions2", true, ["shaderIntegerFunctions2"]),
        ("VK_NV_shader_sm_builtins", true, ["shaderSMBuiltins"]),
        ("VK_NV_shader_subgroup_partitioned", true, ["subgroupPartitioned"]),
        ("VK_EXT_shader_subgroup_ballot", true, ["VK_EXT_shader_subgroup_ballot"]),
        ("VK_EXT_shader_subgroup_vote", true, ["VK_EXT_shader_subgroup_vote"]),
        ("VK_AMD_gcn_shader", true, ["VK_AMD_gcn_shader"]),
        ("VK_AMD_shader_trinary_minmax", true, ["VK_AMD_shader_trinary_minmax"]),
    ];

    // A feature that Vulkan allows only where another one is switched on too.
    private static readonly Dictionary<string, string> Needs = new()
    {
        ["robustBufferAccess2"] = "robustBufferAccess",
        ["variablePointers"] = "variablePointersStorageBuffer",
        ["shaderQuadControl"] = "shaderMaximalReconvergence",
    };

    // What HLX calls the operations of subgroups, and their bits in VkSubgroupFeatureFlagBits.
    private static readonly Dictionary<string, string> SubgroupBits = new()
    {
        ["subgroupBasic"] = "BASIC_BIT",
        ["subgroupVote"] = "VOTE_BIT",
        ["subgroupArithmetic"] = "ARITHMETIC_BIT",
        ["subgroupBallot"] = "BALLOT_BIT",
        ["subgroupShuffle"] = "SHUFFLE_BIT",
        ["subgroupShuffleRelative"] = "SHUFFLE_RELATIVE_BIT",
        ["subgroupClustered"] = "CLUSTERED_BIT",
        ["subgroupQuad"] = "QUAD_BIT",
        ["subgroupPartitioned"] = "PARTITIONED_BIT_NV",
    };

    private static readonly Dictionary<string, string> Extensions = OfExtensions
        .SelectMany(row => row.Features.Select(feature => (feature, row.Extension))).ToDictionary(pair => pair.feature, pair => pair.Extension, StringComparer.Ordinal);

    private static readonly HashSet<string> UnknownToTheLayer =
        OfExtensions.Where(row => !row.IsKnownToTheLayer).SelectMany(row => row.Features).ToHashSet(StringComparer.Ordinal);

    /// <summary>The features of extensions, each with its extension.</summary>
    public static IReadOnlyDictionary<string, string> ExtensionOf => Extensions;

    /// <summary>The extensions that have no structure of features.</summary>
    public static IEnumerable<string> WithoutStructure => Extensions.Keys.Where(feature => feature == Extensions[feature]);

    /// <summary>Whether a device that offers some features can be opened with one of them.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="offered">What the device offers.</param>
    /// <param name="validation">Whether the validation layer is on.</param>
    public static bool CanBeOn(string feature, IReadOnlyList<string> offered, bool validation) =>
        !(validation && UnknownToTheLayer.Contains(feature)) && (!Needs.TryGetValue(feature, out string? other) || (offered.Contains(other) && CanBeOn(other, offered, validation)));

    /// <summary>Whether any feature of an extension is on.</summary>
    public static bool IsOn(string extension, IReadOnlySet<string> features) =>
        OfExtensions.Any(row => row.Extension == extension && row.Features.Any(features.Contains));

    /// <summary>A feature in the words of Vulkan's specification.</summary>
    public static string InVulkan(string feature)
    {
        if (SubgroupBits.TryGetValue(feature, out string? bit)) return $"VK_SUBGROUP_FEATURE_{bit} (supportedOperations)";
        return Extensions.TryGetValue(feature, out string? extension) && extension != feature ? $"{feature} ({extension})" : feature;
    }
}
