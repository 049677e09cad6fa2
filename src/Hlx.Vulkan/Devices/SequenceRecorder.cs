using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Everything that one submission needs on the device, recorded, submitted and awaited; freed when it is done.</summary>
internal sealed unsafe class SequenceRecorder : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly IReadOnlyList<ComputePipeline> _pipelines;
    private readonly KernelSequence _sequence;
    private readonly SequenceBuffers _buffers;
    private DescriptorPool _descriptors;
    private QueryPool _timestamps;
    private CommandBuffer _commands;
    private Fence _fence;

    public SequenceRecorder(VulkanDevice device, IReadOnlyList<ComputePipeline> pipelines, KernelSequence sequence)
    {
        _device = device;
        _pipelines = pipelines;
        _sequence = sequence;
        _buffers = new SequenceBuffers(device, sequence);
        try
        {
            CreateDescriptorPool();
            CreateTimestamps();
            Record();
            FenceCreateInfo create = new() { SType = StructureType.FenceCreateInfo };
            Fence fence;
            device.Faults.Next().OrThrow("creating a fence");
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
        Result result = _device.Faults.Next();
        if (result == Result.Success) result = _device.Api.QueueSubmit(_device.Queue, 1, &submit, _fence);
        if (result != Result.Success) return result;
        Fence fence = _fence;
        return _device.Api.WaitForFences(_device.Handle, 1, &fence, true, (ulong)(timeout.TotalMilliseconds * 1e6));
    }

    /// <summary>The outputs, copied, after a successful wait.</summary>
    public SequenceResult Read() => new(
        [.. _sequence.Returns.Select(output => _buffers.ReadBack(output).Mapped.ToArray())],
        [.. Enumerable.Range(0, _sequence.Stages.Count).Select(DeviceTime)]);

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
        _buffers.Dispose();
    }

    private void CreateDescriptorPool()
    {
        uint sets = (uint)_pipelines.Sum(pipeline => pipeline.SetLayouts.Length);
        if (sets == 0) return;
        DescriptorPoolSize size = new(DescriptorType.StorageBuffer, (uint)Math.Max(1, _sequence.Stages.Sum(stage => stage.Buffers.Count)));
        DescriptorPoolCreateInfo create = new() { SType = StructureType.DescriptorPoolCreateInfo, MaxSets = sets, PoolSizeCount = 1, PPoolSizes = &size };
        DescriptorPool pool;
        _device.Faults.Next().OrThrow("creating a descriptor pool");
        _device.Api.CreateDescriptorPool(_device.Handle, &create, null, &pool).OrThrow("creating a descriptor pool");
        _descriptors = pool;
    }

    private DescriptorSet[] CreateDescriptorSets(int stage)
    {
        DescriptorSet[] sets = new DescriptorSet[_pipelines[stage].SetLayouts.Length];
        if (sets.Length == 0) return sets;
        fixed (DescriptorSetLayout* layouts = _pipelines[stage].SetLayouts)
        fixed (DescriptorSet* first = sets)
        {
            DescriptorSetAllocateInfo allocate = new()
            {
                SType = StructureType.DescriptorSetAllocateInfo,
                DescriptorPool = _descriptors,
                DescriptorSetCount = (uint)sets.Length,
                PSetLayouts = layouts,
            };
            _device.Faults.Next().OrThrow("allocating descriptor sets");
            _device.Api.AllocateDescriptorSets(_device.Handle, &allocate, first).OrThrow("allocating descriptor sets");
        }
        IReadOnlyList<KernelBuffer> buffers = _sequence.Stages[stage].Buffers;
        for (int i = 0; i < buffers.Count; i++)
        {
            DescriptorBufferInfo info = new(_buffers.OnDevice(stage, i).Handle, 0, Vk.WholeSize);
            WriteDescriptorSet write = new()
            {
                SType = StructureType.WriteDescriptorSet,
                DstSet = sets[buffers[i].Set],
                DstBinding = buffers[i].Binding,
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
        QueryPoolCreateInfo create = new()
        {
            SType = StructureType.QueryPoolCreateInfo,
            QueryType = QueryType.Timestamp,
            QueryCount = 2 * (uint)_sequence.Stages.Count,
        };
        QueryPool pool;
        _device.Faults.Next().OrThrow("creating a query pool");
        _device.Api.CreateQueryPool(_device.Handle, &create, null, &pool).OrThrow("creating a query pool");
        _timestamps = pool;
    }

    private void Record()
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
        _device.Faults.Next().OrThrow("allocating a command buffer");
        api.AllocateCommandBuffers(_device.Handle, &allocate, &commands).OrThrow("allocating a command buffer");
        _commands = commands;
        CommandBufferBeginInfo begin = new() { SType = StructureType.CommandBufferBeginInfo, Flags = CommandBufferUsageFlags.OneTimeSubmitBit };
        api.BeginCommandBuffer(commands, &begin).OrThrow("beginning a command buffer");
        if (_timestamps.Handle != 0) api.CmdResetQueryPool(commands, _timestamps, 0, 2 * (uint)_sequence.Stages.Count);

        const AccessFlags ShaderAccess = AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit;
        if (_buffers.RecordUploads(commands)) Barrier(PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.ComputeShaderBit, ShaderAccess);
        for (int stage = 0; stage < _sequence.Stages.Count; stage++)
        {
            // Every stage sees all that the earlier ones wrote: never less than the flow of data needs.
            if (stage > 0) Barrier(PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit, PipelineStageFlags.ComputeShaderBit, ShaderAccess);
            Dispatch(stage);
        }
        Barrier(
            PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit,
            PipelineStageFlags.TransferBit | PipelineStageFlags.HostBit, AccessFlags.TransferReadBit | AccessFlags.HostReadBit);
        if (_buffers.RecordReadBacks(commands)) Barrier(PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.HostBit, AccessFlags.HostReadBit);
        api.EndCommandBuffer(commands).OrThrow("ending a command buffer");
    }

    private void Dispatch(int stage)
    {
        Vk api = _device.Api;
        KernelLaunch launch = _sequence.Stages[stage];
        ComputePipeline pipeline = _pipelines[stage];
        DescriptorSet[] sets = CreateDescriptorSets(stage);
        api.CmdBindPipeline(_commands, PipelineBindPoint.Compute, pipeline.Handle);
        fixed (DescriptorSet* first = sets)
        {
            if (sets.Length > 0) api.CmdBindDescriptorSets(_commands, PipelineBindPoint.Compute, pipeline.Layout, 0, (uint)sets.Length, first, 0, null);
        }
        fixed (byte* constants = launch.PushConstants.Span)
        {
            if (launch.PushConstants.Length > 0)
                api.CmdPushConstants(_commands, pipeline.Layout, ShaderStageFlags.ComputeBit, 0, (uint)launch.PushConstants.Length, constants);
        }
        uint query = 2 * (uint)stage;
        if (_timestamps.Handle != 0) api.CmdWriteTimestamp(_commands, PipelineStageFlags.ComputeShaderBit, _timestamps, query);
        api.CmdDispatch(_commands, launch.Workgroups.X, launch.Workgroups.Y, launch.Workgroups.Z);
        if (_timestamps.Handle != 0) api.CmdWriteTimestamp(_commands, PipelineStageFlags.ComputeShaderBit, _timestamps, query + 1);
    }

    private void Barrier(PipelineStageFlags from, AccessFlags written, PipelineStageFlags to, AccessFlags accessed)
    {
        MemoryBarrier barrier = new() { SType = StructureType.MemoryBarrier, SrcAccessMask = written, DstAccessMask = accessed };
        _device.Api.CmdPipelineBarrier(_commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }

    private TimeSpan? DeviceTime(int stage)
    {
        if (_timestamps.Handle == 0) return null;
        ulong* ticks = stackalloc ulong[2];
        Result result = _device.Api.GetQueryPoolResults(
            _device.Handle, _timestamps, 2 * (uint)stage, 2, 16, ticks, 8, QueryResultFlags.Result64Bit | QueryResultFlags.ResultWaitBit);
        if (result != Result.Success) return null;
        ulong mask = _device.Family.TimestampBits >= 64 ? ulong.MaxValue : (1UL << (int)_device.Family.TimestampBits) - 1;
        return TimeSpan.FromTicks((long)(((ticks[1] - ticks[0]) & mask) * (double)_device.Snapshot.TimestampPeriod / 100));
    }
}
