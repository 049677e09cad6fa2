using Hlx.Spirv;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>The formats of texel buffers in Vulkan's words (Vulkan, "Compatibility Between SPIR-V Image Formats and Vulkan Formats").</summary>
internal static class TexelFormat
{
    /// <summary>The format of Vulkan; undefined if there is none.</summary>
    public static Format Of(ImageFormat format) => format switch
    {
        ImageFormat.Rgba32f => Format.R32G32B32A32Sfloat,
        ImageFormat.Rg32f => Format.R32G32Sfloat,
        ImageFormat.R32f => Format.R32Sfloat,
        ImageFormat.Rgba16f => Format.R16G16B16A16Sfloat,
        ImageFormat.Rg16f => Format.R16G16Sfloat,
        ImageFormat.R16f => Format.R16Sfloat,
        ImageFormat.Rgba32i => Format.R32G32B32A32Sint,
        ImageFormat.Rg32i => Format.R32G32Sint,
        ImageFormat.R32i => Format.R32Sint,
        ImageFormat.Rgba16i => Format.R16G16B16A16Sint,
        ImageFormat.Rg16i => Format.R16G16Sint,
        ImageFormat.R16i => Format.R16Sint,
        ImageFormat.Rgba8i => Format.R8G8B8A8Sint,
        ImageFormat.Rg8i => Format.R8G8Sint,
        ImageFormat.R8i => Format.R8Sint,
        ImageFormat.Rgba32ui => Format.R32G32B32A32Uint,
        ImageFormat.Rg32ui => Format.R32G32Uint,
        ImageFormat.R32ui => Format.R32Uint,
        ImageFormat.Rgba16ui => Format.R16G16B16A16Uint,
        ImageFormat.Rg16ui => Format.R16G16Uint,
        ImageFormat.R16ui => Format.R16Uint,
        ImageFormat.Rgba8ui => Format.R8G8B8A8Uint,
        ImageFormat.Rg8ui => Format.R8G8Uint,
        ImageFormat.R8ui => Format.R8Uint,
        ImageFormat.R64i => Format.R64Sint,
        ImageFormat.R64ui => Format.R64Uint,
        ImageFormat.Rgba16 => Format.R16G16B16A16Unorm,
        ImageFormat.Rg16 => Format.R16G16Unorm,
        ImageFormat.R16 => Format.R16Unorm,
        ImageFormat.Rgba8 => Format.R8G8B8A8Unorm,
        ImageFormat.Rg8 => Format.R8G8Unorm,
        ImageFormat.R8 => Format.R8Unorm,
        ImageFormat.Rgba16Snorm => Format.R16G16B16A16SNorm,
        ImageFormat.Rg16Snorm => Format.R16G16SNorm,
        ImageFormat.R16Snorm => Format.R16SNorm,
        ImageFormat.Rgba8Snorm => Format.R8G8B8A8SNorm,
        ImageFormat.Rg8Snorm => Format.R8G8SNorm,
        ImageFormat.R8Snorm => Format.R8SNorm,
        ImageFormat.Rgb10A2 => Format.A2B10G10R10UnormPack32,
        ImageFormat.Rgb10a2ui => Format.A2B10G10R10UintPack32,
        ImageFormat.R11fG11fB10f => Format.B10G11R11UfloatPack32,
        _ => Format.Undefined,
    };
}
