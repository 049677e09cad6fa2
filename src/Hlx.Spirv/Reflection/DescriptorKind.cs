namespace Hlx.Spirv;

/// <summary>What a descriptor binding holds (Vulkan's VkDescriptorType).</summary>
public enum DescriptorKind
{
    /// <summary>Anything that the others are not.</summary>
    Other,

    /// <summary>A storage buffer, in either of SPIR-V's two ways to write one.</summary>
    StorageBuffer,

    /// <summary>A uniform buffer.</summary>
    UniformBuffer,

    /// <summary>A uniform texel buffer: a buffer that is fetched from through a format.</summary>
    UniformTexelBuffer,

    /// <summary>A storage texel buffer: a buffer that is read and written through a format.</summary>
    StorageTexelBuffer,

    /// <summary>A sampled image.</summary>
    SampledImage,

    /// <summary>A storage image.</summary>
    StorageImage,

    /// <summary>A sampler.</summary>
    Sampler,

    /// <summary>A sampled image with its sampler.</summary>
    CombinedImageSampler,

    /// <summary>An input attachment.</summary>
    InputAttachment,

    /// <summary>An acceleration structure.</summary>
    AccelerationStructure,
}

/// <summary>What an entry point does with a resource.</summary>
[Flags]
public enum ResourceAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It reads.</summary>
    Read = 1,

    /// <summary>It writes.</summary>
    Write = 2,

    /// <summary>It reads and writes, as an atomic operation does.</summary>
    ReadWrite = Read | Write,
}

/// <summary>Names of descriptor kinds.</summary>
public static class DescriptorKinds
{
    /// <summary>The name in Vulkan's words: <c>storage buffer</c>.</summary>
    /// <param name="kind">The kind.</param>
    public static string Name(this DescriptorKind kind) => kind switch
    {
        DescriptorKind.StorageBuffer => "storage buffer",
        DescriptorKind.UniformBuffer => "uniform buffer",
        DescriptorKind.UniformTexelBuffer => "uniform texel buffer",
        DescriptorKind.StorageTexelBuffer => "storage texel buffer",
        DescriptorKind.SampledImage => "sampled image",
        DescriptorKind.StorageImage => "storage image",
        DescriptorKind.Sampler => "sampler",
        DescriptorKind.CombinedImageSampler => "combined image sampler",
        DescriptorKind.InputAttachment => "input attachment",
        DescriptorKind.AccelerationStructure => "acceleration structure",
        _ => "resource of another kind",
    };

    /// <summary>The name with its article: <c>an input attachment</c>.</summary>
    /// <param name="kind">The kind.</param>
    public static string WithArticle(this DescriptorKind kind) =>
        $"{(kind is DescriptorKind.InputAttachment or DescriptorKind.AccelerationStructure ? "an" : "a")} {kind.Name()}";

    /// <summary>Whether a descriptor of this kind is a buffer.</summary>
    /// <param name="kind">The kind.</param>
    public static bool IsBuffer(this DescriptorKind kind) =>
        kind is DescriptorKind.StorageBuffer or DescriptorKind.UniformBuffer or DescriptorKind.UniformTexelBuffer or DescriptorKind.StorageTexelBuffer;
}
