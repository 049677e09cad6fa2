using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>
/// The launches of a sequence with their buffers, recorded once: a replay submits the same commands again. What the buffers hold
/// before is not part of it. One request at a time may use it.
/// </summary>
internal sealed unsafe class RecordedProgram : IDisposable
{
    private const AccessFlags ShaderAccess = AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit;

    private readonly VulkanDevice _device;
    private readonly ComputePipeline[] _pipelines;
    private readonly RecordOptions _options;
    private readonly List<BufferView> _views = [];
    private DescriptorPool _descriptors;
    private QueryPool _timestamps;
    private CommandPool _pool;

    public RecordedProgram(VulkanDevice device, ComputePipeline[] pipelines, KernelSequence sequence, string key, RecordOptions options, ResidentBuffers? residents)
    {
        _device = device;
        _pipelines = pipelines;
        _options = options;
        Sequence = sequence;
        Key = key;
        Buffers = new ProgramBuffers(device, sequence, residents);
        try
        {
            CreateDescriptorPool();
            CreateTimestamps();
            (_pool, Commands) = CommandBuffers.Create(device);
            Record();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What it was recorded from; the content of its buffers is that of the first request.</summary>
    public KernelSequence Sequence { get; }

    public string Key { get; }

    public ProgramBuffers Buffers { get; }

    public CommandBuffer Commands { get; }

    /// <summary>The compiled shader of a stage.</summary>
    public ComputePipeline Pipeline(int stage) => _pipelines[stage];

    /// <summary>How long a stage took on the device in the last run; null where the device has no timestamps.</summary>
    public TimeSpan? DeviceTime(int stage) =>
        Nanoseconds(2 * (uint)stage, 1) is double nanoseconds ? TimeSpan.FromTicks((long)(nanoseconds / 100)) : null;

    /// <summary>
    /// How long all stages took on the device in the last run, from the start of the first to the end of the last, in nanoseconds; the
    /// mean where the sequence is repeated. Null where the device has no timestamps.
    /// </summary>
    public double? DeviceNanoseconds() => Nanoseconds(2 * (uint)Sequence.Stages.Count, _options.Repeats);

    private double? Nanoseconds(uint first, int repeats)
    {
        if (_timestamps.Handle == 0) return null;
        ulong* ticks = stackalloc ulong[2];
        Result result = _device.Api.GetQueryPoolResults(
            _device.Handle, _timestamps, first, 2, 16, ticks, 8, QueryResultFlags.Result64Bit | QueryResultFlags.ResultWaitBit);
        if (result != Result.Success) return null;
        uint bits = _device.Plan.Family.TimestampBits;
        ulong mask = bits >= 64 ? ulong.MaxValue : (1UL << (int)bits) - 1;
        return ((ticks[1] - ticks[0]) & mask) * (double)_device.Snapshot.TimestampPeriod / repeats;
    }

    public void Dispose()
    {
        Vk api = _device.Api;
        if (_pool.Handle != 0) api.DestroyCommandPool(_device.Handle, _pool, null);
        if (_timestamps.Handle != 0) api.DestroyQueryPool(_device.Handle, _timestamps, null);
        if (_descriptors.Handle != 0) api.DestroyDescriptorPool(_device.Handle, _descriptors, null);
        foreach (BufferView view in _views) api.DestroyBufferView(_device.Handle, view, null);
        Buffers.Dispose();
    }

    // Two for each stage of the last repeat, and two for all of it.
    private uint Queries => (2 * (uint)Sequence.Stages.Count) + 2;

    private void CreateDescriptorPool()
    {
        uint sets = (uint)_pipelines.Sum(pipeline => pipeline.SetLayouts.Length);
        if (sets == 0) return;
        DescriptorPoolSize[] sizes = Descriptors.PoolSizes(Sequence);
        fixed (DescriptorPoolSize* first = sizes)
        {
            DescriptorPoolCreateInfo create = new()
            {
                SType = StructureType.DescriptorPoolCreateInfo,
                MaxSets = sets,
                PoolSizeCount = (uint)sizes.Length,
                PPoolSizes = first,
            };
            DescriptorPool pool;
            _device.Faults.Next().OrThrow("creating a descriptor pool");
            _device.Api.CreateDescriptorPool(_device.Handle, &create, null, &pool).OrThrow("creating a descriptor pool");
            _descriptors = pool;
        }
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
        IReadOnlyList<KernelBuffer> buffers = Sequence.Stages[stage].Buffers;
        for (int i = 0; i < buffers.Count; i++)
        {
            DescriptorBufferInfo info = new(Buffers[stage, i].Handle, 0, Vk.WholeSize);
            BufferView view = default;
            if (Descriptors.IsTexel(buffers[i])) _views.Add(view = Descriptors.CreateView(_device, buffers[i], Buffers[stage, i]));
            WriteDescriptorSet write = new()
            {
                SType = StructureType.WriteDescriptorSet,
                DstSet = sets[buffers[i].Set],
                DstBinding = buffers[i].Binding,
                DstArrayElement = buffers[i].Element,
                DescriptorCount = 1,
                DescriptorType = Descriptors.TypeOf(buffers[i]),
                PBufferInfo = &info,
                PTexelBufferView = &view,
            };
            _device.Api.UpdateDescriptorSets(_device.Handle, 1, &write, 0, null);
        }
        return sets;
    }

    private void CreateTimestamps()
    {
        if (_device.Plan.Family.TimestampBits == 0 || !_options.Timed) return;
        QueryPoolCreateInfo create = new()
        {
            SType = StructureType.QueryPoolCreateInfo,
            QueryType = QueryType.Timestamp,
            QueryCount = Queries,
        };
        QueryPool pool;
        _device.Faults.Next().OrThrow("creating a query pool");
        _device.Api.CreateQueryPool(_device.Handle, &create, null, &pool).OrThrow("creating a query pool");
        _timestamps = pool;
    }

    private void Record()
    {
        Vk api = _device.Api;
        CommandBufferBeginInfo begin = new() { SType = StructureType.CommandBufferBeginInfo };
        api.BeginCommandBuffer(Commands, &begin).OrThrow("beginning a command buffer");
        if (_timestamps.Handle != 0) api.CmdResetQueryPool(Commands, _timestamps, 0, Queries);

        // After whatever ran before on these buffers.
        Barrier(
            PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit, AccessFlags.ShaderWriteBit | AccessFlags.TransferWriteBit,
            PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit, ShaderAccess | AccessFlags.TransferWriteBit);
        if (RecordZeros() | RecordCopies(Buffers.Before)) Barrier(PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.ComputeShaderBit, ShaderAccess);
        DescriptorSet[][] sets = [.. Enumerable.Range(0, Sequence.Stages.Count).Select(CreateDescriptorSets)];
        uint whole = 2 * (uint)Sequence.Stages.Count;
        Timestamp(whole);
        for (int repeat = 0; repeat < _options.Repeats; repeat++)
        {
            for (int stage = 0; stage < Sequence.Stages.Count; stage++)
            {
                // Every stage sees all that the earlier ones wrote: never less than the flow of data needs.
                if (stage > 0 || repeat > 0) Barrier(PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit, PipelineStageFlags.ComputeShaderBit, ShaderAccess);
                RecordDispatch(stage, sets[stage], timed: repeat == _options.Repeats - 1);
            }
        }
        Timestamp(whole + 1);
        Barrier(
            PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit, AccessFlags.ShaderWriteBit | AccessFlags.TransferWriteBit,
            PipelineStageFlags.TransferBit | PipelineStageFlags.HostBit, AccessFlags.TransferReadBit | AccessFlags.HostReadBit);
        if (RecordCopies(Buffers.After)) Barrier(PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.HostBit, AccessFlags.HostReadBit);
        api.EndCommandBuffer(Commands).OrThrow("ending a command buffer");
    }

    private bool RecordZeros()
    {
        bool any = false;
        for (int stage = 0; stage < Sequence.Stages.Count; stage++)
        {
            IReadOnlyList<KernelBuffer> buffers = Sequence.Stages[stage].Buffers;
            for (int i = 0; i < buffers.Count; i++)
            {
                bool isWritten = !buffers[i].IsOutput && buffers[i].Access != BufferAccess.Copied; // by whoever uses the program
                if (!buffers[i].Content.IsEmpty || isWritten || buffers[i] is not { From: null, Same: null, IsOverwritten: false }) continue;
                _device.Api.CmdFillBuffer(Commands, Buffers[stage, i].Handle, 0, Vk.WholeSize, 0);
                any = true;
            }
        }
        return any;
    }

    private bool RecordCopies(IReadOnlyList<(DeviceBuffer From, DeviceBuffer To)> copies)
    {
        foreach ((DeviceBuffer from, DeviceBuffer to) in copies)
        {
            if (from.Bytes == 0) continue;
            BufferCopy region = new(0, 0, (ulong)from.Bytes);
            _device.Api.CmdCopyBuffer(Commands, from.Handle, to.Handle, 1, &region);
        }
        return copies.Count > 0;
    }

    private void Timestamp(uint query)
    {
        if (_timestamps.Handle != 0) _device.Api.CmdWriteTimestamp(Commands, PipelineStageFlags.ComputeShaderBit, _timestamps, query);
    }

    private void RecordDispatch(int stage, DescriptorSet[] sets, bool timed)
    {
        Vk api = _device.Api;
        KernelLaunch launch = Sequence.Stages[stage];
        ComputePipeline pipeline = _pipelines[stage];
        api.CmdBindPipeline(Commands, PipelineBindPoint.Compute, pipeline.Handle);
        fixed (DescriptorSet* first = sets)
        {
            if (sets.Length > 0) api.CmdBindDescriptorSets(Commands, PipelineBindPoint.Compute, pipeline.Layout, 0, (uint)sets.Length, first, 0, null);
        }
        fixed (byte* constants = launch.PushConstants.Span)
        {
            if (launch.PushConstants.Length > 0)
                api.CmdPushConstants(Commands, pipeline.Layout, ShaderStageFlags.ComputeBit, 0, (uint)launch.PushConstants.Length, constants);
        }
        uint query = 2 * (uint)stage;
        if (timed) Timestamp(query);
        api.CmdDispatch(Commands, launch.Workgroups.X, launch.Workgroups.Y, launch.Workgroups.Z);
        if (timed) Timestamp(query + 1);
    }

    private void Barrier(PipelineStageFlags from, AccessFlags written, PipelineStageFlags to, AccessFlags accessed)
    {
        MemoryBarrier barrier = new() { SType = StructureType.MemoryBarrier, SrcAccessMask = written, DstAccessMask = accessed };
        _device.Api.CmdPipelineBarrier(Commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }
}
