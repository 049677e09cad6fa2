using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>VkPhysicalDeviceShaderMixedFloatDotProductFeaturesVALVE, which the binding does not have.</summary>
internal unsafe struct MixedFloatDotProductFeatures
{
    /// <summary>VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_MIXED_FLOAT_DOT_PRODUCT_FEATURES_VALVE.</summary>
    public const StructureType Type = (StructureType)1000673000;

    public StructureType SType;
    public void* PNext;
    public Bool32 ShaderMixedFloatDotProductFloat16AccFloat32;
    public Bool32 ShaderMixedFloatDotProductFloat16AccFloat16;
    public Bool32 ShaderMixedFloatDotProductBFloat16Acc;
    public Bool32 ShaderMixedFloatDotProductFloat8AccFloat32;
}
