using Hlx.Store;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>The element type and shape of an output.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The extents, outermost first.</param>
public sealed record OutputSpec(DType Type, IReadOnlyList<int> Shape)
{
    /// <summary>What the buffer holds before the shader runs: the handle of a tensor of this type and shape; zeros if null.</summary>
    public Handle? Initial { get; init; }

    /// <summary>The size in bytes.</summary>
    public long Bytes => Tensor.CountElements(Shape.ToArray()) * Type.Size();
}

/// <summary>A run of a shader on inputs (CONTRACT_901), as data.</summary>
/// <param name="Name">A name for people.</param>
/// <param name="Shader">The handle of a CONTRACT_900.</param>
/// <param name="WorkgroupSize">The size of a workgroup in invocations; must be the shader's, or one that it can be specialized to.</param>
public sealed record ComputeKernel(string Name, Handle Shader, Extent3 WorkgroupSize) : IContract
{
    /// <summary>The contract number.</summary>
    public const int ContractId = 901;

    /// <summary>The size of a workgroup in invocations, each extent at least 1.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ContractFieldValue"/> if an extent is 0.</exception>
    public Extent3 WorkgroupSize { get; init => field = NotEmpty(value); } = NotEmpty(WorkgroupSize);

    /// <summary>Creates a kernel with a workgroup size.</summary>
    /// <param name="name">A name for people.</param>
    /// <param name="shader">The handle of a CONTRACT_900.</param>
    /// <param name="workgroupSize">The size of a workgroup in invocations.</param>
    public ComputeKernel(string name, Handle shader, (uint X, uint Y, uint Z) workgroupSize)
        : this(name, shader, (Extent3)workgroupSize)
    {
    }

    /// <summary>Bytes of shared memory that the shader declares; 0 if not stated.</summary>
    public long SharedMemoryBytes { get; init; }

    /// <summary>The layout of the push constants, such as <c>2×int32 + 1×float32</c>; empty to take the shader's own.</summary>
    public string PushConstantsLayout { get; init; } = "";

    /// <summary>
    /// The inputs, in the order of the shader's bindings that are read: handles of tensors or nested arrays, or in a pipeline outputs of earlier stages.
    /// </summary>
    public IReadOnlyList<KernelInput> Inputs { get; init; } = [];

    /// <summary>The outputs; null to infer one from two matrices.</summary>
    public IReadOnlyList<OutputSpec>? Outputs { get; init; }

    /// <summary>The number of workgroups; null to infer it from the output.</summary>
    public Extent3? Dispatch { get; init; }

    /// <summary>
    /// The values of the push constants, one for each number of the block in the order of its declaration (matrices by columns); null to
    /// infer M, N and K. The texts <c>inf</c>, <c>-inf</c>, <c>nan</c> and <c>-0</c> stand for what values have no numbers for.
    /// </summary>
    public IReadOnlyList<HlxValue>? PushConstants { get; init; }

    /// <summary>The push-constant block as it lies in memory, instead of <see cref="PushConstants"/>; null to take those.</summary>
    public ReadOnlyMemory<byte>? PushConstantBytes { get; init; }

    /// <summary>Values of specialization constants by id.</summary>
    public IReadOnlyDictionary<uint, HlxValue> Specialization { get; init; } = new Dictionary<uint, HlxValue>();

    /// <summary>The numerics profile that is asked for; empty for whatever the shader does.</summary>
    public string Numerics { get; init; } = "";

    /// <summary>The determinism level that is asked for; empty for none.</summary>
    public string Determinism { get; init; } = "";

    /// <inheritdoc/>
    public HlxValue ToValue()
    {
        List<(string, HlxValue)> fields =
        [
            ("kernel_name", Name),
            ("shader_handle", Shader),
            ("workgroup_size", ContractValues.Extents(WorkgroupSize)),
        ];
        if (SharedMemoryBytes != 0) fields.Add(("shared_memory_bytes", SharedMemoryBytes));
        if (PushConstantsLayout.Length > 0) fields.Add(("push_constants_layout", PushConstantsLayout));
        if (Inputs.Count > 0) fields.Add(("inputs", HlxValue.Array([.. Inputs.Select(input => input.ToValue())])));
        if (Outputs is not null) fields.Add(("outputs", HlxValue.Array([.. Outputs.Select(ToValue)])));
        if (Dispatch is Extent3 dispatch) fields.Add(("dispatch", ContractValues.Extents(dispatch)));
        if (PushConstantBytes is ReadOnlyMemory<byte> block) fields.Add(("push_constants", HlxValue.Bytes(block.Span)));
        else if (PushConstants is not null) fields.Add(("push_constants", HlxValue.Array([.. PushConstants])));
        if (Specialization.Count > 0) fields.Add(("specialization", HlxValue.Object([.. Specialization.Select(entry => ($"{entry.Key}", entry.Value))])));
        if (Numerics.Length > 0) fields.Add(("numerics", Numerics));
        if (Determinism.Length > 0) fields.Add(("determinism", Determinism));
        return ContractValues.Wrap(ContractId, fields);
    }

    /// <summary>Reads a contract.</summary>
    /// <param name="value">A CONTRACT_901 value.</param>
    /// <exception cref="HlxException">As <see cref="ContractValidator.Validate"/>.</exception>
    public static ComputeKernel FromValue(HlxValue value)
    {
        HlxObject fields = ContractValues.Unwrap(ContractId, value);
        return new(fields["kernel_name"].AsText(), fields["shader_handle"].AsHandle(), ContractValues.Extents(fields["workgroup_size"]))
        {
            SharedMemoryBytes = fields.TryGet("shared_memory_bytes", out HlxValue shared) ? shared.AsInt() : 0,
            PushConstantsLayout = ContractValues.Text(fields, "push_constants_layout"),
            Inputs = fields.TryGet("inputs", out HlxValue inputs) ? [.. inputs.AsArray().Select(KernelInput.FromValue)] : [],
            Outputs = fields.TryGet("outputs", out HlxValue outputs) ? [.. outputs.AsArray().ToArray().Select(ToOutput)] : null,
            Dispatch = fields.TryGet("dispatch", out HlxValue dispatch) ? ContractValues.Extents(dispatch) : null,
            PushConstants = fields.TryGet("push_constants", out HlxValue constants) && constants.Kind == HlxKind.Array ? constants.AsArray().ToArray() : null,
            PushConstantBytes = fields.TryGet("push_constants", out HlxValue block) && block.Kind == HlxKind.Bytes ? block.AsBytes() : (ReadOnlyMemory<byte>?)null,
            Specialization = fields.TryGet("specialization", out HlxValue special)
                ? special.AsObject().ToDictionary(entry => uint.Parse(entry.Key, System.Globalization.CultureInfo.InvariantCulture), entry => entry.Value)
                : new Dictionary<uint, HlxValue>(),
            Numerics = ContractValues.Text(fields, "numerics"),
            Determinism = ContractValues.Text(fields, "determinism"),
        };
    }

    private static HlxValue ToValue(OutputSpec output)
    {
        (string, HlxValue)[] fields = [("dtype", output.Type.Name()), ("shape", HlxValue.Array([.. output.Shape.Select(extent => HlxValue.From(extent))]))];
        return HlxValue.Object(output.Initial is Handle initial ? [.. fields, ("initial", initial)] : fields);
    }

    private static OutputSpec ToOutput(HlxValue value) => new(
        DTypes.Parse(value.AsObject()["dtype"].AsText()),
        [.. value.AsObject()["shape"].AsArray().Select(extent => (int)extent.AsInt())])
    {
        Initial = value.AsObject().TryGet("initial", out HlxValue initial) ? initial.AsHandle() : null,
    };

    private static Extent3 NotEmpty(Extent3 size) => size is { X: > 0, Y: > 0, Z: > 0 } ? size : throw new HlxException(
        ErrorCode.ContractFieldValue, $"workgroup_size is {size}, which holds no invocation", "Give extents of at least 1");
}
