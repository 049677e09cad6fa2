using System.Collections.Concurrent;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Copies between staging memory and buffers, recorded anew for each request in a command buffer that is used again.</summary>
internal sealed unsafe class TransferCommands : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly CommandPool _pool;
    private readonly CommandBuffer _commands;

    public TransferCommands(VulkanDevice device)
    {
        _device = device;
        (_pool, _commands) = CommandBuffers.Create(device);
    }

    /// <summary>The finished commands; a null handle if nothing is copied.</summary>
    public CommandBuffer Commands { get; private set; }

    public void Begin()
    {
        Commands = default;
        _device.Api.ResetCommandPool(_device.Handle, _pool, 0).OrThrow("resetting a command pool");
        CommandBufferBeginInfo begin = new() { SType = StructureType.CommandBufferBeginInfo, Flags = CommandBufferUsageFlags.OneTimeSubmitBit };
        _device.Api.BeginCommandBuffer(_commands, &begin).OrThrow("beginning a command buffer");
    }

    public void Upload(StagingRange from, DeviceBuffer to) => Copy(from.Buffer, from.Offset, to, 0, from.Bytes);

    public void ReadBack(DeviceBuffer from, StagingRange to) => Copy(from, 0, to.Buffer, to.Offset, to.Bytes);

    /// <summary>Ends the recording; what was copied to staging memory is seen by the processor.</summary>
    public void End()
    {
        MemoryBarrier barrier = new() { SType = StructureType.MemoryBarrier, SrcAccessMask = AccessFlags.TransferWriteBit, DstAccessMask = AccessFlags.HostReadBit };
        _device.Api.CmdPipelineBarrier(_commands, PipelineStageFlags.TransferBit, PipelineStageFlags.HostBit, 0, 1, &barrier, 0, null, 0, null);
        _device.Api.EndCommandBuffer(_commands).OrThrow("ending a command buffer");
        Commands = _commands;
    }

    public void Dispose() => _device.Api.DestroyCommandPool(_device.Handle, _pool, null);

    private void Copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes)
    {
        BufferCopy region = new((ulong)fromOffset, (ulong)toOffset, (ulong)bytes);
        _device.Api.CmdCopyBuffer(_commands, from.Handle, to.Handle, 1, &region);
    }
}

/// <summary>Transfer commands that wait for the next request. Safe for many threads.</summary>
internal sealed class TransferPool(VulkanDevice device) : IDisposable
{
    private readonly ConcurrentBag<TransferCommands> _idle = [];

    public TransferCommands Rent() => _idle.TryTake(out TransferCommands? commands) ? commands : new TransferCommands(device);

    public void Return(TransferCommands commands) => _idle.Add(commands);

    public void Trim()
    {
        while (_idle.TryTake(out TransferCommands? commands)) commands.Dispose();
    }

    public void Dispose() => Trim();
}
