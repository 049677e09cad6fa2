using Silk.NET.Vulkan;
using VkPipelineCache = Silk.NET.Vulkan.PipelineCache;

namespace Hlx.Vulkan;

/// <summary>The driver's form of a compiled pipeline (VkPipelineCache): what goes to and comes from disk.</summary>
internal sealed unsafe class DriverCache : IDisposable
{
    private const int HeaderBytes = 32; // VkPipelineCacheHeaderVersionOne

    private readonly VulkanDevice _device;

    /// <param name="device">The device.</param>
    /// <param name="data">What the driver gave for this pipeline before; null if it never did.</param>
    public DriverCache(VulkanDevice device, byte[]? data)
    {
        _device = device;
        HasData = data is not null;
        fixed (byte* first = data ?? [])
        {
            PipelineCacheCreateInfo create = new() { SType = StructureType.PipelineCacheCreateInfo, InitialDataSize = (nuint)(data?.Length ?? 0), PInitialData = first };
            VkPipelineCache cache;
            device.Faults.Next().OrThrow("creating a pipeline cache");
            device.Api.CreatePipelineCache(device.Handle, &create, null, &cache).OrThrow("creating a pipeline cache");
            Handle = cache;
        }
    }

    public VkPipelineCache Handle { get; }

    public bool HasData { get; }

    /// <summary>The data to keep; empty if the driver gives none but the header that Vulkan asks for.</summary>
    public byte[] Data()
    {
        nuint size = 0;
        if (_device.Api.GetPipelineCacheData(_device.Handle, Handle, &size, null) != Result.Success) return [];
        byte[] data = new byte[size];
        fixed (byte* first = data)
        {
            if (_device.Api.GetPipelineCacheData(_device.Handle, Handle, &size, first) != Result.Success) return [];
        }
        return size > HeaderBytes ? data[..(int)size] : [];
    }

    public void Dispose() => _device.Api.DestroyPipelineCache(_device.Handle, Handle, null);
}
