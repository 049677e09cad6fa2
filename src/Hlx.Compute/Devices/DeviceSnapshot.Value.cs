using Hlx.Values;

namespace Hlx.Compute;

public sealed partial record DeviceSnapshot
{
    /// <summary>The snapshot as a value, for <c>--json</c>, bug reports and tests: <see cref="FromValue"/> reads it back.</summary>
    public HlxValue ToValue() => HlxValue.Object(
        ("address", Address),
        ("index", Index),
        ("name", Name),
        ("type", Type.ToString().ToLowerInvariant()),
        ("uuid", Uuid),
        ("api_version", ApiVersion.ToString()),
        ("driver", Driver),
        ("suitable", Unsuitable is null),
        ("unsuitable_because", Unsuitable is string reason ? reason : HlxValue.Null),
        ("device_local_bytes", DeviceLocalBytes),
        ("timestamp_period", float.IsFinite(TimestampPeriod) ? (double)TimestampPeriod : 0.0),
        ("subgroup_size", SubgroupSize),
        ("multiprocessors", Multiprocessors),
        ("features", HlxValue.Array([.. Features.Select(HlxValue.From)])),
        ("cooperative_matrices", HlxValue.Array([.. CooperativeMatrices.Select(shape => HlxValue.Object(
            ("m", shape.M), ("n", shape.N), ("k", shape.K), ("a", shape.A), ("b", shape.B), ("c", shape.C), ("result", shape.Result)))])),
        ("queue_families", HlxValue.Array([.. QueueFamilies.Select(family => HlxValue.Object(
            ("index", family.Index), ("count", family.Count), ("compute", family.Compute), ("graphics", family.Graphics), ("timestamp_bits", family.TimestampBits)))])),
        ("limits", HlxValue.Object([
            ("max_workgroup_size", ContractValues.Extents(Limits.MaxWorkgroupSize)),
            ("max_workgroup_invocations", Limits.MaxWorkgroupInvocations),
            ("max_workgroups", ContractValues.Extents(Limits.MaxWorkgroups)),
            ("max_shared_memory_bytes", Limits.MaxSharedMemoryBytes),
            ("max_push_constant_bytes", Limits.MaxPushConstantBytes),
            ("max_buffer_bytes", Limits.MaxBufferBytes),
            .. Limits.Descriptors == new DescriptorLimits() ? ((string, HlxValue)[])[] : [("descriptors", ValueOf(Limits.Descriptors))], // absent in old records
        ])));

    /// <summary>Reads a snapshot, such as <c>hlx devices --json</c> prints.</summary>
    /// <param name="value">What <see cref="ToValue"/> gave.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> if it is something else.</exception>
    public static DeviceSnapshot FromValue(HlxValue value)
    {
        try
        {
            HlxObject fields = value.AsObject(), limits = fields["limits"].AsObject();
            return new(
                (int)fields["index"].AsInt(),
                fields["name"].AsText(),
                Enum.Parse<DeviceType>(fields["type"].AsText(), ignoreCase: true),
                fields["uuid"].AsText(),
                Version.Parse(fields["api_version"].AsText()),
                fields["driver"].AsText(),
                new DeviceLimits(
                    ContractValues.Extents(limits["max_workgroup_size"]),
                    (uint)limits["max_workgroup_invocations"].AsInt(),
                    ContractValues.Extents(limits["max_workgroups"]),
                    (uint)limits["max_shared_memory_bytes"].AsInt(),
                    (uint)limits["max_push_constant_bytes"].AsInt(),
                    limits["max_buffer_bytes"].AsInt())
                {
                    Descriptors = limits.TryGet("descriptors", out HlxValue descriptors) ? DescriptorsOf(descriptors.AsObject()) : new(),
                },
                [.. fields["queue_families"].AsArray().Select(family => FamilyOf(family.AsObject()))],
                fields["device_local_bytes"].AsInt(),
                (float)fields["timestamp_period"].AsFloat(),
                (uint)fields["subgroup_size"].AsInt(),
                [.. fields["features"].AsArray().Select(feature => feature.AsText())],
                [.. fields["cooperative_matrices"].AsArray().Select(shape => MatrixOf(shape.AsObject()))])
            {
                Multiprocessors = fields.TryGet("multiprocessors", out HlxValue multiprocessors) ? (int)multiprocessors.AsInt() : 0,
            };
        }
        catch (Exception malformed) when (malformed is KeyNotFoundException or ArgumentException or FormatException or OverflowException)
        {
            throw new HlxException(ErrorCode.TypeMismatch, "the value is no device snapshot", "Pass an element of what `hlx devices --json` prints", inner: malformed);
        }
    }

    private static HlxValue ValueOf(DescriptorLimits limits) => HlxValue.Object(
        ("max_bound_descriptor_sets", limits.MaxBoundDescriptorSets),
        ("max_per_stage_descriptor_storage_buffers", limits.MaxPerStageDescriptorStorageBuffers),
        ("max_per_stage_descriptor_uniform_buffers", limits.MaxPerStageDescriptorUniformBuffers),
        ("max_per_stage_descriptor_sampled_images", limits.MaxPerStageDescriptorSampledImages),
        ("max_per_stage_descriptor_storage_images", limits.MaxPerStageDescriptorStorageImages),
        ("max_per_stage_resources", limits.MaxPerStageResources),
        ("max_descriptor_set_storage_buffers", limits.MaxDescriptorSetStorageBuffers),
        ("max_descriptor_set_uniform_buffers", limits.MaxDescriptorSetUniformBuffers),
        ("max_descriptor_set_sampled_images", limits.MaxDescriptorSetSampledImages),
        ("max_descriptor_set_storage_images", limits.MaxDescriptorSetStorageImages),
        ("max_uniform_buffer_range", limits.MaxUniformBufferRange),
        ("max_texel_buffer_elements", limits.MaxTexelBufferElements),
        ("max_per_set_descriptors", limits.MaxPerSetDescriptors),
        ("max_storage_buffer_range", limits.MaxStorageBufferRange));

    private static DescriptorLimits DescriptorsOf(HlxObject limits) => new()
    {
        MaxBoundDescriptorSets = (uint)limits["max_bound_descriptor_sets"].AsInt(),
        MaxPerStageDescriptorStorageBuffers = (uint)limits["max_per_stage_descriptor_storage_buffers"].AsInt(),
        MaxPerStageDescriptorUniformBuffers = (uint)limits["max_per_stage_descriptor_uniform_buffers"].AsInt(),
        MaxPerStageDescriptorSampledImages = (uint)limits["max_per_stage_descriptor_sampled_images"].AsInt(),
        MaxPerStageDescriptorStorageImages = (uint)limits["max_per_stage_descriptor_storage_images"].AsInt(),
        MaxPerStageResources = (uint)limits["max_per_stage_resources"].AsInt(),
        MaxDescriptorSetStorageBuffers = (uint)limits["max_descriptor_set_storage_buffers"].AsInt(),
        MaxDescriptorSetUniformBuffers = (uint)limits["max_descriptor_set_uniform_buffers"].AsInt(),
        MaxDescriptorSetSampledImages = (uint)limits["max_descriptor_set_sampled_images"].AsInt(),
        MaxDescriptorSetStorageImages = (uint)limits["max_descriptor_set_storage_images"].AsInt(),
        MaxUniformBufferRange = (uint)limits["max_uniform_buffer_range"].AsInt(),
        MaxTexelBufferElements = (uint)limits["max_texel_buffer_elements"].AsInt(),
        MaxPerSetDescriptors = (uint)limits["max_per_set_descriptors"].AsInt(),
        MaxStorageBufferRange = (uint)limits["max_storage_buffer_range"].AsInt(),
    };

    private static CooperativeMatrixShape MatrixOf(HlxObject shape) => new(
        (uint)shape["m"].AsInt(), (uint)shape["n"].AsInt(), (uint)shape["k"].AsInt(), shape["a"].AsText(), shape["b"].AsText(), shape["c"].AsText(), shape["result"].AsText());

    private static QueueFamily FamilyOf(HlxObject family) => new(
        (uint)family["index"].AsInt(), (uint)family["count"].AsInt(), family["compute"].AsBool(), family["graphics"].AsBool(), (uint)family["timestamp_bits"].AsInt());
}
