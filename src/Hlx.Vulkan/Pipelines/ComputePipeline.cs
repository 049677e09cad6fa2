using System.Text;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>A compute pipeline with its layouts: what of a launch does not depend on its data.</summary>
internal sealed unsafe class ComputePipeline : IDisposable
{
    private static readonly Version FeedbackVersion = new(1, 3); // from which drivers tell where a pipeline came from

    private readonly VulkanDevice _device;

    /// <param name="device">The device.</param>
    /// <param name="launch">The launch.</param>
    /// <param name="cache">Where the driver finds or leaves the compiled shader; null for nowhere.</param>
    public ComputePipeline(VulkanDevice device, KernelLaunch launch, DriverCache? cache)
    {
        _device = device;
        try
        {
            SetLayouts = CreateSetLayouts(launch);
            Layout = CreateLayout((uint)launch.PushConstants.Length);
            Handle = Create(launch, cache);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The descriptor set layouts, by set number.</summary>
    public DescriptorSetLayout[] SetLayouts { get; private set; } = [];

    public PipelineLayout Layout { get; private set; }

    public Pipeline Handle { get; }

    /// <summary>Whether the driver has taken the compiled shader from the cache, as far as it tells.</summary>
    public bool IsFromCache { get; private set; }

    /// <summary>The key of a launch's pipeline: what it depends on, and not the inputs.</summary>
    public static string KeyOf(KernelLaunch launch) => Values.Handle.Of(HlxValue.Object(
        ("spirv", launch.Code.Handle),
        ("entry_point", launch.EntryPoint),
        ("push_constant_bytes", launch.PushConstants.Length),
        ("bounds_checked", launch.BoundsChecked),
        ("subgroup_size", launch.SubgroupSize),
        ("bindings", HlxValue.Array([.. launch.Buffers.Select(KeyOf)])),
        ("specialization", HlxValue.Array([.. launch.Specialization.Select(constant => HlxValue.Array(constant.Id, constant.Bytes, unchecked((long)constant.Bits)))])))).Text;

    private static HlxValue KeyOf(KernelBuffer buffer) => buffer is { Kind: DescriptorKind.StorageBuffer, Element: 0 }
        ? HlxValue.Array(buffer.Set, buffer.Binding)
        : HlxValue.Array(buffer.Set, buffer.Binding, buffer.Element, buffer.Kind.Name());

    public void Dispose()
    {
        if (Handle.Handle != 0) _device.Api.DestroyPipeline(_device.Handle, Handle, null);
        if (Layout.Handle != 0) _device.Api.DestroyPipelineLayout(_device.Handle, Layout, null);
        foreach (DescriptorSetLayout layout in SetLayouts) _device.Api.DestroyDescriptorSetLayout(_device.Handle, layout, null);
    }

    /// <summary>What the driver tells of the compiled shader, such as registers; empty unless the device was opened for it.</summary>
    public IReadOnlyList<(string Name, double Value)> Statistics()
    {
        var get = (delegate* unmanaged<Device, PipelineExecutableInfoKHR*, uint*, PipelineExecutableStatisticKHR*, Result>)(nint)_device.Api.GetDeviceProcAddr(
            _device.Handle, "vkGetPipelineExecutableStatisticsKHR");
        if (get is null || !_device.Plan.Features.Contains("pipelineExecutableInfo")) return [];
        PipelineExecutableInfoKHR info = new() { SType = StructureType.PipelineExecutableInfoKhr, Pipeline = Handle };
        uint count = 0;
        if (get(_device.Handle, &info, &count, null) != Result.Success) return [];
        PipelineExecutableStatisticKHR[] statistics = new PipelineExecutableStatisticKHR[count];
        for (int i = 0; i < count; i++) statistics[i].SType = StructureType.PipelineExecutableStatisticKhr;
        fixed (PipelineExecutableStatisticKHR* first = statistics)
        {
            if (get(_device.Handle, &info, &count, first) != Result.Success) return [];
        }
        return [.. statistics.Select(statistic => (System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)statistic.Name) ?? "", ValueOf(statistic)))];

        static double ValueOf(PipelineExecutableStatisticKHR statistic) => statistic.Format switch
        {
            PipelineExecutableStatisticFormatKHR.Bool32Khr => statistic.Value.B32 ? 1 : 0,
            PipelineExecutableStatisticFormatKHR.Int64Khr => statistic.Value.I64,
            PipelineExecutableStatisticFormatKHR.Uint64Khr => statistic.Value.U64,
            _ => statistic.Value.F64,
        };
    }

    private DescriptorSetLayout[] CreateSetLayouts(KernelLaunch launch)
    {
        uint sets = launch.Buffers.Count == 0 ? 0 : launch.Buffers.Max(buffer => buffer.Set) + 1;
        List<DescriptorSetLayout> layouts = [];
        for (uint set = 0; set < sets; set++)
        {
            DescriptorSetLayoutBinding[] bindings = Descriptors.LayoutOf(launch, set);
            fixed (DescriptorSetLayoutBinding* first = bindings)
            {
                DescriptorSetLayoutCreateInfo create = new()
                {
                    SType = StructureType.DescriptorSetLayoutCreateInfo,
                    BindingCount = (uint)bindings.Length,
                    PBindings = first,
                };
                DescriptorSetLayout layout;
                _device.Faults.Next().OrThrow("creating a descriptor set layout");
                _device.Api.CreateDescriptorSetLayout(_device.Handle, &create, null, &layout).OrThrow("creating a descriptor set layout");
                layouts.Add(layout);
                SetLayouts = [.. layouts]; // so that a failure further on destroys what exists
            }
        }
        return SetLayouts;
    }

    private PipelineLayout CreateLayout(uint pushConstantBytes)
    {
        PushConstantRange range = new() { StageFlags = ShaderStageFlags.ComputeBit, Size = pushConstantBytes };
        fixed (DescriptorSetLayout* sets = SetLayouts)
        {
            PipelineLayoutCreateInfo create = new()
            {
                SType = StructureType.PipelineLayoutCreateInfo,
                SetLayoutCount = (uint)SetLayouts.Length,
                PSetLayouts = sets,
                PushConstantRangeCount = pushConstantBytes > 0 ? 1u : 0,
                PPushConstantRanges = &range,
            };
            PipelineLayout layout;
            _device.Faults.Next().OrThrow("creating a pipeline layout");
            _device.Api.CreatePipelineLayout(_device.Handle, &create, null, &layout).OrThrow("creating a pipeline layout");
            return layout;
        }
    }

    private Pipeline Create(KernelLaunch launch, DriverCache? cache)
    {
        ShaderModule module = CreateModule(launch.Code.Spirv.Span);
        SpecializationMapEntry[] entries = [.. launch.Specialization.Select((constant, i) => new SpecializationMapEntry(constant.Id, (uint)(8 * i), (nuint)constant.Bytes))];
        ulong[] values = [.. launch.Specialization.Select(constant => constant.Bits)];
        try
        {
            fixed (byte* name = Encoding.UTF8.GetBytes(launch.EntryPoint + '\0'))
            fixed (SpecializationMapEntry* map = entries)
            fixed (ulong* data = values)
            {
                SpecializationInfo specialization = new() { MapEntryCount = (uint)entries.Length, PMapEntries = map, DataSize = (nuint)(8 * values.Length), PData = data };
                PipelineShaderStageRequiredSubgroupSizeCreateInfo subgroup = new()
                {
                    SType = StructureType.PipelineShaderStageRequiredSubgroupSizeCreateInfo,
                    RequiredSubgroupSize = launch.SubgroupSize,
                };
                PipelineRobustnessCreateInfoEXT unchecked_ = new()
                {
                    SType = StructureType.PipelineRobustnessCreateInfoExt,
                    StorageBuffers = PipelineRobustnessBufferBehavior.Disabled,
                    UniformBuffers = PipelineRobustnessBufferBehavior.Disabled,
                };
                IReadOnlyList<string> features = _device.Plan.Features;
                PipelineCreationFeedback feedback = default, stageFeedback = default;
                PipelineCreationFeedbackCreateInfo feedbacks = new()
                {
                    SType = StructureType.PipelineCreationFeedbackCreateInfo,
                    PPipelineCreationFeedback = &feedback,
                    PipelineStageCreationFeedbackCount = 1,
                    PPipelineStageCreationFeedbacks = &stageFeedback,
                    PNext = !launch.BoundsChecked && features.Contains("pipelineRobustness") ? &unchecked_ : null,
                };
                bool tells = cache is not null && _device.Snapshot.ApiVersion >= FeedbackVersion;
                bool sizes = launch.SubgroupSize > 0 && features.Contains("subgroupSizeControl") && features.Contains("computeFullSubgroups");
                ComputePipelineCreateInfo create = new()
                {
                    SType = StructureType.ComputePipelineCreateInfo,
                    PNext = tells ? &feedbacks : feedbacks.PNext,
                    Flags = features.Contains("pipelineExecutableInfo") ? PipelineCreateFlags.CreateCaptureStatisticsBitKhr : 0,
                    Layout = Layout,
                    Stage = new PipelineShaderStageCreateInfo
                    {
                        SType = StructureType.PipelineShaderStageCreateInfo,
                        PNext = sizes ? &subgroup : null,
                        Flags = sizes ? PipelineShaderStageCreateFlags.RequireFullSubgroupsBit : 0,
                        Stage = ShaderStageFlags.ComputeBit,
                        Module = module,
                        PName = name,
                        PSpecializationInfo = &specialization,
                    },
                };
                Pipeline pipeline = default;
                _device.Faults.Next().OrThrow("compiling the shader");
                nint info = (nint)(&create), result = (nint)(&pipeline);
                DeepStack.Run(() => _device.Api.CreateComputePipelines(_device.Handle, cache?.Handle ?? default, 1, (ComputePipelineCreateInfo*)info, null, (Pipeline*)result)).OrThrow("compiling the shader");
                IsFromCache = cache is { HasData: true } && (!feedback.Flags.HasFlag(PipelineCreationFeedbackFlags.ValidBit)
                    || feedback.Flags.HasFlag(PipelineCreationFeedbackFlags.ApplicationPipelineCacheHitBit));
                return pipeline;
            }
        }
        finally
        {
            _device.Api.DestroyShaderModule(_device.Handle, module, null);
        }
    }

    private ShaderModule CreateModule(ReadOnlySpan<byte> spirv)
    {
        fixed (byte* code = spirv)
        {
            ShaderModuleCreateInfo create = new() { SType = StructureType.ShaderModuleCreateInfo, CodeSize = (nuint)spirv.Length, PCode = (uint*)code };
            ShaderModule module;
            _device.Faults.Next().OrThrow("loading the SPIR-V module");
            _device.Api.CreateShaderModule(_device.Handle, &create, null, &module).OrThrow("loading the SPIR-V module");
            return module;
        }
    }
}
