namespace Hlx.Compute;

/// <summary>
/// The SPIR-V extensions of Vulkan's list (specification, appendix "Vulkan Environment for SPIR-V", table "List of SPIR-V Extensions and
/// corresponding Vulkan extensions or core version"), and what a device must have for a module that declares one.
/// </summary>
internal static class SpirvExtensionTable
{
    // Part of Vulkan 1.2, or of no effect on what is computed.
    private static readonly HashSet<string> Always =
    [
        "SPV_KHR_variable_pointers", "SPV_KHR_shader_draw_parameters", "SPV_KHR_8bit_storage", "SPV_KHR_16bit_storage", "SPV_KHR_float_controls",
        "SPV_KHR_storage_buffer_storage_class", "SPV_EXT_descriptor_indexing", "SPV_KHR_vulkan_memory_model", "SPV_KHR_physical_storage_buffer",
        "SPV_KHR_multiview", "SPV_KHR_device_group", "SPV_EXT_shader_viewport_index_layer", "SPV_KHR_no_integer_wrap_decoration",
        "SPV_GOOGLE_hlsl_functionality1", "SPV_GOOGLE_user_type", "SPV_GOOGLE_decorate_string", "SPV_KHR_non_semantic_info", "SPV_KHR_relaxed_extended_instruction",
    ];

    // A feature, or an extension of which any feature will do.
    private static readonly Dictionary<string, string> Needs = new(StringComparer.Ordinal)
    {
        ["SPV_KHR_integer_dot_product"] = "shaderIntegerDotProduct",
        ["SPV_EXT_demote_to_helper_invocation"] = "shaderDemoteToHelperInvocation",
        ["SPV_KHR_terminate_invocation"] = "shaderTerminateInvocation",
        ["SPV_KHR_shader_clock"] = "VK_KHR_shader_clock",
        ["SPV_KHR_shader_ballot"] = "VK_EXT_shader_subgroup_ballot",
        ["SPV_KHR_subgroup_vote"] = "VK_EXT_shader_subgroup_vote",
        ["SPV_NV_shader_subgroup_partitioned"] = "VK_NV_shader_subgroup_partitioned",
        ["SPV_EXT_shader_subgroup_partitioned"] = "VK_NV_shader_subgroup_partitioned",
        ["SPV_AMD_gcn_shader"] = "VK_AMD_gcn_shader",
        ["SPV_AMD_shader_trinary_minmax"] = "VK_AMD_shader_trinary_minmax",
        ["SPV_EXT_shader_image_int64"] = "VK_EXT_shader_image_atomic_int64",
        ["SPV_EXT_shader_atomic_float_add"] = "VK_EXT_shader_atomic_float",
        ["SPV_EXT_shader_atomic_float_min_max"] = "VK_EXT_shader_atomic_float2",
        ["SPV_EXT_shader_atomic_float16_add"] = "VK_EXT_shader_atomic_float2",
        ["SPV_NV_shader_atomic_fp16_vector"] = "VK_NV_shader_atomic_float16_vector",
        ["SPV_KHR_workgroup_memory_explicit_layout"] = "VK_KHR_workgroup_memory_explicit_layout",
        ["SPV_KHR_subgroup_uniform_control_flow"] = "VK_KHR_shader_subgroup_uniform_control_flow",
        ["SPV_KHR_maximal_reconvergence"] = "VK_KHR_shader_maximal_reconvergence",
        ["SPV_KHR_quad_control"] = "VK_KHR_shader_quad_control",
        ["SPV_KHR_subgroup_rotate"] = "VK_KHR_shader_subgroup_rotate",
        ["SPV_KHR_expect_assume"] = "VK_KHR_shader_expect_assume",
        ["SPV_KHR_float_controls2"] = "VK_KHR_shader_float_controls2",
        ["SPV_KHR_fma"] = "VK_KHR_shader_fma",
        ["SPV_KHR_compute_shader_derivatives"] = "VK_KHR_compute_shader_derivatives",
        ["SPV_NV_compute_shader_derivatives"] = "VK_KHR_compute_shader_derivatives",
        ["SPV_EXT_replicated_composites"] = "VK_EXT_shader_replicated_composites",
        ["SPV_KHR_cooperative_matrix"] = "VK_KHR_cooperative_matrix",
        ["SPV_KHR_bfloat16"] = "VK_KHR_shader_bfloat16",
        ["SPV_EXT_float8"] = "VK_EXT_shader_float8",
        ["SPV_VALVE_mixed_float_dot_product"] = "VK_VALVE_shader_mixed_float_dot_product",
        ["SPV_INTEL_shader_integer_functions2"] = "VK_INTEL_shader_integer_functions2",
        ["SPV_NV_shader_sm_builtins"] = "VK_NV_shader_sm_builtins",
    };

    /// <summary>The extensions that HLX runs, by name, with the feature or extension of Vulkan; null for what every device takes.</summary>
    public static IEnumerable<(string Extension, string? Need)> All => Always.Select(name => (name, (string?)null))
        .Concat(Needs.Select(row => (row.Key, (string?)row.Value))).OrderBy(row => row.Item1, StringComparer.Ordinal);

    /// <summary>Whether HLX runs modules that declare an extension, and what a device must have for it; null for nothing.</summary>
    public static bool TryFind(string extension, out string? need)
    {
        need = null;
        return Always.Contains(extension) || Needs.TryGetValue(extension, out need);
    }
}
