using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Everything that one launch needs on the device, recorded, submitted and awaited; freed when it is done.</summary>
internal sealed unsafe class LaunchRecorder : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly ComputePipeline _pipeline;
    private readonly KernelLaunch _launch;
    private readonly List<DeviceBuffer> _buffers = []; // what the shader sees, in the order of the launch
    private readonly List<DeviceBuffer> _host = []; // what the processor sees, in the order of the launch
    private DescriptorPool _descriptors;
    private QueryPool _timestamps;
    private CommandBuffer _commands;
    private Fence _fence;

    public LaunchRecorder(VulkanDevice device, ComputePipeline pipeline, KernelLaunch launch)
    {
        _device = device;
        _pipeline = pipeline;
        _launch = launch;
        try
        {
            CreateBuffers();
            DescriptorSet[] sets = CreateDescriptorSets();
            CreateTimestamps();
            Record(sets);
            FenceCreateInfo create = new() { SType = StructureType.FenceCreateInfo };
            Fence fence;
            device.Api.CreateFence(device.Handle, &create, null, &fence).OrThrow("creating a fence");
            _fence = fence;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Submits the commands and waits.</summary>
    /// <returns>Success, Timeout, or what the driver says went wrong.</returns>
    public Result SubmitAndWait(TimeSpan timeout)
    {
        CommandBuffer commands = _commands;
        SubmitInfo submit = new() { SType = StructureType.SubmitInfo, CommandBufferCount = 1, PCommandBuffers = &commands };
        Result result = _device.Api.QueueSubmit(_device.Queue, 1, &submit, _fence);
        if (result != Result.Success) return result;
        Fence fence = _fence;
        return _device.Api.WaitForFences(_device.Handle, 1, &fence, true, (ulong)(timeout.TotalMilliseconds * 1e6));
    }

    /// <summary>The outputs, copied, after a successful wait.</summary>
    public KernelResult Read()
    {
        List<byte[]> outputs = [];
        for (int i = 0; i < _launch.Buffers.Count; i++)
        {
            if (_launch.Buffers[i].IsOutput) outputs.Add(_host[i].Mapped.ToArray());
        }
        return new(outputs, DeviceTime());
    }

    public void Dispose()
    {
        Vk api = _device.Api;
        if (_fence.Handle != 0) api.DestroyFence(_device.Handle, _fence, null);
        if (_commands.Handle != 0)
        {
            CommandBuffer commands = _commands;
            api.FreeCommandBuffers(_device.Handle, _device.Commands, 1, &commands);
        }
        if (_timestamps.Handle != 0) api.DestroyQueryPool(_device.Handle, _timestamps, null);
        if (_descriptors.Handle != 0) api.DestroyDescriptorPool(_device.Handle, _descriptors, null);
        foreach (DeviceBuffer buffer in _buffers.Concat(_host).Distinct()) buffer.Dispose();
    }

    private void CreateBuffers()
    {
        foreach (KernelBuffer buffer in _launch.Buffers)
        {
            DeviceBuffer host = new(_device, buffer.Bytes, buffer.IsOutput ? BufferPlace.ReadBack : BufferPlace.Upload);
            _host.Add(host);
            host.Mapped.Clear();
            buffer.Content.Span.CopyTo(host.Mapped);
            _buffers.Add(_device.NeedsStaging ? new DeviceBuffer(_device, buffer.Bytes, BufferPlace.Device) : host);
        }
    }

    private DescriptorSet[] CreateDescriptorSets()
    {
        int setCount = _pipeline.SetLayouts.Length;
        if (setCount == 0) return [];
        DescriptorPoolSize size = new(DescriptorType.StorageBuffer, (uint)_buffers.Count);
        DescriptorPoolCreateInfo create = new() { SType = StructureType.DescriptorPoolCreateInfo, MaxSets = (uint)setCount, PoolSizeCount = 1, PPoolSizes = &size };
        DescriptorPool pool;
        _device.Api.CreateDescriptorPool(_device.Handle, &create, null, &pool).OrThrow("creating a descriptor pool");
        _descriptors = pool;

        DescriptorSet[] sets = new DescriptorSet[setCount];
        fixed (DescriptorSetLayout* layouts = _pipeline.SetLayouts)
        fixed (DescriptorSet* first = sets)
        {
            DescriptorSetAllocateInfo allocate = new()
            {
                SType = StructureType.DescriptorSetAllocateInfo,
                DescriptorPool = pool,
                DescriptorSetCount = (uint)setCount,
                PSetLayouts = layouts,
            };
            _device.Api.AllocateDescriptorSets(_device.Handle, &allocate, first).OrThrow("allocating descriptor sets");
        }
        for (int i = 0; i < _buffers.Count; i++)
        {
            DescriptorBufferInfo info = new(_buffers[i].Handle, 0, Vk.WholeSize);
            WriteDescriptorSet write = new()
            {
                SType = StructureType.WriteDescriptorSet,
                DstSet = sets[_launch.Buffers[i].Set],
                DstBinding = _launch.Buffers[i].Binding,
                DescriptorCount = 1,
                DescriptorType = DescriptorType.StorageBuffer,
                PBufferInfo = &info,
            };
            _device.Api.UpdateDescriptorSets(_device.Handle, 1, &write, 0, null);
        }
        return sets;
    }

    private void CreateTimestamps()
    {
        if (_device.Family.TimestampBits == 0) return;
        QueryPoolCreateInfo create = new() { SType = StructureType.QueryPoolCreateInfo, QueryType = QueryType.Timestamp, QueryCount = 2 };
        QueryPool pool;
        _device.Api.CreateQueryPool(_device.Handle, &create, null, &pool).OrThrow("creating a query pool");
        _timestamps = pool;
    }

    private void Record(DescriptorSet[] sets)
    {
        Vk api = _device.Api;
        CommandBufferAllocateInfo allocate = new()
        {
            SType = StructureType.CommandBufferAllocateInfo,
            CommandPool = _device.Commands,
            Level = CommandBufferLevel.Primary,
            CommandBufferCount = 1,
        };
        CommandBuffer commands;
        api.AllocateCommandBuffers(_device.Handle, &allocate, &commands).OrThrow("allocating a command buffer");
        _commands = commands;
        CommandBufferBeginInfo begin = new() { SType = StructureType.CommandBufferBeginInfo, Flags = CommandBufferUsageFlags.OneTimeSubmitBit };
        api.BeginCommandBuffer(commands, &begin).OrThrow("beginning a command buffer");

        if (_device.NeedsStaging)
        {
            for (int i = 0; i < _buffers.Count; i++) Copy(_host[i], _buffers[i]);
            Barrier(PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);
        }
        api.CmdBindPipeline(commands, PipelineBindPoint.Compute, _pipeline.Handle);
        fixed (DescriptorSet* first = sets)
        {
            if (sets.Length > 0) api.CmdBindDescriptorSets(commands, PipelineBindPoint.Compute, _pipeline.Layout, 0, (uint)sets.Length, first, 0, null);
        }
        fixed (byte* constants = _launch.PushConstants.Span)
        {
            if (_launch.PushConstants.Length > 0)
                api.CmdPushConstants(commands, _pipeline.Layout, ShaderStageFlags.ComputeBit, 0, (uint)_launch.PushConstants.Length, constants);
        }
        if (_timestamps.Handle != 0)
        {
            api.CmdResetQueryPool(commands, _timestamps, 0, 2);
            api.CmdWriteTimestamp(commands, PipelineStageFlags.ComputeShaderBit, _timestamps, 0);
        }
        api.CmdDispatch(commands, _launch.Workgroups.X, _launch.Workgroups.Y, _launch.Workgroups.Z);
        if (_timestamps.Handle != 0) api.CmdWriteTimestamp(commands, PipelineStageFlags.ComputeShaderBit, _timestamps, 1);

        if (_device.NeedsStaging)
        {
            Barrier(PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit, PipelineStageFlags.TransferBit, AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit);
            for (int i = 0; i < _buffers.Count; i++)
            {
                if (_launch.Buffers[i].IsOutput) Copy(_buffers[i], _host[i]);
            }
        }
        PipelineStageFlags last = _device.NeedsStaging ? PipelineStageFlags.TransferBit : PipelineStageFlags.ComputeShaderBit;
        Barrier(last, _device.NeedsStaging ? AccessFlags.TransferWriteBit : AccessFlags.ShaderWriteBit, PipelineStageFlags.HostBit, AccessFlags.HostReadBit);
        api.EndCommandBuffer(commands).OrThrow("ending a command buffer");
    }

    private void Copy(DeviceBuffer from, DeviceBuffer to)
    {
        if (from.Bytes == 0) return;
        BufferCopy region = new() { Size = (ulong)from.Bytes };
        _device.Api.CmdCopyBuffer(_commands, from.Handle, to.Handle, 1, &region);
    }

    private void Barrier(PipelineStageFlags from, AccessFlags written, PipelineStageFlags to, AccessFlags accessed)
    {
        MemoryBarrier barrier = new() { SType = StructureType.MemoryBarrier, SrcAccessMask = written, DstAccessMask = accessed };
        _device.Api.CmdPipelineBarrier(_commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }

    private TimeSpan? DeviceTime()
    {
        if (_timestamps.Handle == 0) return null;
        ulong* ticks = stackalloc ulong[2];
        Result result = _device.Api.GetQueryPoolResults(
            _device.Handle, _timestamps, 0, 2, 16, ticks, 8, QueryResultFlags.Result64Bit | QueryResultFlags.ResultWaitBit);
        if (result != Result.Success) return null;
        ulong mask = _device.Family.TimestampBits >= 64 ? ulong.MaxValue : (1UL << (int)_device.Family.TimestampBits) - 1;
        return TimeSpan.FromTicks((long)(((ticks[1] - ticks[0]) & mask) * (double)_device.Snapshot.TimestampPeriod / 100));
    }
}
