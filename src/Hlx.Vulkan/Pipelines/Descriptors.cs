using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>What Vulkan calls the descriptors, formats and uses of a launch's buffers.</summary>
internal static class Descriptors
{
    /// <summary>The type of a buffer's descriptor.</summary>
    public static DescriptorType TypeOf(KernelBuffer buffer) => buffer.Kind switch
    {
        DescriptorKind.StorageBuffer => DescriptorType.StorageBuffer,
        DescriptorKind.UniformBuffer => DescriptorType.UniformBuffer,
        DescriptorKind.UniformTexelBuffer => DescriptorType.UniformTexelBuffer,
        DescriptorKind.StorageTexelBuffer => DescriptorType.StorageTexelBuffer,
        _ => throw new ArgumentException($"a {buffer.Kind.Name()} is not a buffer", nameof(buffer)),
    };

    /// <summary>Whether a descriptor needs a view of its buffer.</summary>
    public static bool IsTexel(KernelBuffer buffer) => buffer.Kind is DescriptorKind.UniformTexelBuffer or DescriptorKind.StorageTexelBuffer;

    /// <summary>What the buffers of a sequence are used as: any may be another's memory.</summary>
    public static BufferUsageFlags UsageOf(KernelSequence sequence)
    {
        BufferUsageFlags usage = BufferUsageFlags.StorageBufferBit;
        foreach (KernelBuffer buffer in sequence.Stages.SelectMany(stage => stage.Buffers))
        {
            usage |= buffer.Kind switch
            {
                DescriptorKind.UniformBuffer => BufferUsageFlags.UniformBufferBit,
                DescriptorKind.UniformTexelBuffer => BufferUsageFlags.UniformTexelBufferBit,
                DescriptorKind.StorageTexelBuffer => BufferUsageFlags.StorageTexelBufferBit,
                _ => 0,
            };
        }
        return usage;
    }

    /// <summary>The bindings of a set, arrays as one each.</summary>
    public static DescriptorSetLayoutBinding[] LayoutOf(KernelLaunch launch, uint set) =>
    [
        .. launch.Buffers.Where(buffer => buffer.Set == set).GroupBy(buffer => buffer.Binding).Select(binding => new DescriptorSetLayoutBinding
        {
            Binding = binding.Key,
            DescriptorType = TypeOf(binding.First()),
            DescriptorCount = binding.Max(buffer => buffer.Element) + 1,
            StageFlags = ShaderStageFlags.ComputeBit,
        }),
    ];

    /// <summary>How many descriptors of each type a sequence has.</summary>
    public static DescriptorPoolSize[] PoolSizes(KernelSequence sequence)
    {
        DescriptorPoolSize[] sizes =
        [
            .. sequence.Stages.SelectMany(stage => stage.Buffers).GroupBy(TypeOf).Select(group => new DescriptorPoolSize(group.Key, (uint)group.Count())),
        ];
        return sizes.Length > 0 ? sizes : [new DescriptorPoolSize(DescriptorType.StorageBuffer, 1)];
    }

    /// <summary>A view of a texel buffer.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceFeature"/> for a format that the device has not for such buffers.</exception>
    public static unsafe BufferView CreateView(VulkanDevice device, KernelBuffer buffer, DeviceBuffer memory)
    {
        Format format = TexelFormat.Of(buffer.Format);
        FormatProperties properties;
        device.Api.GetPhysicalDeviceFormatProperties(device.Physical, format, &properties);
        FormatFeatureFlags needed = buffer.Kind == DescriptorKind.UniformTexelBuffer ? FormatFeatureFlags.UniformTexelBufferBit : FormatFeatureFlags.StorageTexelBufferBit;
        if (format == Format.Undefined || !properties.BufferFeatures.HasFlag(needed))
        {
            throw new HlxException(
                ErrorCode.DeviceFeature, $"binding {buffer.Set}.{buffer.Binding} is a {buffer.Kind.Name()} of the format {buffer.Format}, and the device does not offer that",
                "Use another format, or choose another device with --device");
        }
        BufferViewCreateInfo create = new()
        {
            SType = StructureType.BufferViewCreateInfo,
            Buffer = memory.Handle,
            Format = format,
            Range = memory.Bytes > 0 ? (ulong)memory.Bytes : Vk.WholeSize,
        };
        BufferView view;
        device.Faults.Next().OrThrow("creating a view of a texel buffer");
        device.Api.CreateBufferView(device.Handle, &create, null, &view).OrThrow("creating a view of a texel buffer");
        return view;
    }
}
