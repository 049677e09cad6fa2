using Hlx.Values;

namespace Hlx.Store;

/// <summary>The contracts that HLX knows: literals (14–22), kernels (900–902) and tensors (950).</summary>
public static class ContractSchemas
{

    /// <summary>All schemas by number.</summary>
    public static IReadOnlyDictionary<int, ContractSchema> ById { get; } = new ContractSchema[]
    {
        Literal(14, "INT_LITERAL", FieldType.Int),
        Literal(15, "FLOAT_LITERAL", FieldType.Float),
        Literal(16, "TEXT_LITERAL", FieldType.Text),
        Literal(17, "BYTES_LITERAL", FieldType.Bytes),
        Literal(18, "ARRAY", FieldType.Array),
        Literal(19, "OBJECT", FieldType.Object),
        Literal(20, "HANDLE_REF", FieldType.Handle),
        new(21, "NULL", false, []),
        Literal(22, "BOOL", FieldType.Bool),
        new(900, "VULKAN_SHADER", true,
        [
            new("spirv_binary", FieldType.Bytes),
            new("entry_point", FieldType.Text),
            new("shader_stage", FieldType.Text, Check: FieldChecks.ShaderStage),
            new("descriptor_bindings", FieldType.Array, false, FieldChecks.Each(FieldChecks.IsHandle)),
        ]),
        new(901, "COMPUTE_KERNEL", true,
        [
            new("kernel_name", FieldType.Text),
            new("shader_handle", FieldType.Handle),
            new("workgroup_size", FieldType.Array, Check: FieldChecks.Extents(3)),
            new("shared_memory_bytes", FieldType.Int, false, FieldChecks.NotNegative),
            new("push_constants_layout", FieldType.Text, false),
            new("inputs", FieldType.Array, false, FieldChecks.Each(FieldChecks.IsInput)),
            new("outputs", FieldType.Array, false, FieldChecks.Each(FieldChecks.OutputSpec)),
            new("dispatch", FieldType.Array, false, FieldChecks.Extents(3)),
            new("push_constants", FieldType.ArrayOrBytes, false, FieldChecks.PushConstants),
            new("specialization", FieldType.Object, false, FieldChecks.Specialization),
            new("numerics", FieldType.Text, false),
            new("determinism", FieldType.Text, false, FieldChecks.Determinism),
        ]),
        new(902, "PIPELINE_CONFIG", true,
        [
            new("pipeline_id", FieldType.Text),
            new("stages", FieldType.Array, Check: FieldChecks.Each(FieldChecks.IsHandle)),
            new("sync_barriers", FieldType.Array, false, FieldChecks.Each(FieldChecks.Barrier)),
            new("output_image", FieldType.TextOrHandle, false, FieldChecks.OutputTemplate),
        ]),
        new(Tensor.ContractId, "TENSOR", true,
        [
            new("dtype", FieldType.Text, Check: FieldChecks.DTypeName),
            new("shape", FieldType.Array, Check: FieldChecks.Shape(Tensor.MaxRank)),
            new("data", FieldType.Handle),
        ]),
    }.ToDictionary(schema => schema.Id);

    private static ContractSchema Literal(int id, string name, FieldType type) => new(id, name, false, [new("@0", type)]);
}
