using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// Which tensor each descriptor of an entry point gets. Roles follow from access: what is only read is an input, what is only written is
/// an output, what is both is an output that may start from an input. Where the numbers of inputs and outputs do not fit that, the
/// bindings are taken in their order, inputs first.
/// </summary>
internal sealed class BindingPlan
{
    private readonly IReadOnlyList<DescriptorBinding> _bindings;
    private readonly bool _startsFromInputs;
    private readonly bool _isOrdered;

    private BindingPlan(IReadOnlyList<DescriptorBinding> bindings, bool startsFromInputs, bool isOrdered)
    {
        _bindings = bindings;
        _startsFromInputs = startsFromInputs;
        _isOrdered = isOrdered;
    }

    /// <summary>Finds the roles for a number of inputs and outputs; null if they fit neither way.</summary>
    /// <param name="module">The module.</param>
    /// <param name="entry">Its entry point.</param>
    /// <param name="inputs">How many inputs are given.</param>
    /// <param name="outputs">How many outputs are wanted.</param>
    public static BindingPlan? Find(SpirvModule module, EntryPoint entry, int inputs, int outputs)
    {
        ulong read = Descriptors(entry, ResourceAccess.Read), written = Descriptors(entry, ResourceAccess.Write), both = Descriptors(entry, ResourceAccess.ReadWrite);
        ulong given = (ulong)inputs, wanted = (ulong)outputs;
        if (wanted == written + both && (given == read || given == read + both)) return new(entry.Bindings, given != read, false);
        if (given + wanted == read + written + both) return new(entry.Bindings, false, true);
        // Buffers that this entry point does not name may be given as well.
        return module.Bindings.Count > entry.Bindings.Count && module.Bindings.All(binding => binding is { IsStorageBuffer: true, Count: 1 })
            && inputs + outputs == module.Bindings.Count ? new(module.Bindings, false, true) : null;
    }

    /// <summary>The only binding that becomes an output for a number of inputs; null if there are others, or none.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    public static DescriptorBinding? OnlyOutput(SpirvModule module, EntryPoint entry, int inputs) => Find(module, entry, inputs, 1) switch
    {
        null => null,
        { _isOrdered: true } ordered => ordered._bindings[^1],
        _ => entry.Bindings.FirstOrDefault(binding => binding.Access != ResourceAccess.Read),
    };

    /// <summary>Refuses bindings that are not buffers, for what they are.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.BindingMismatch"/>.</exception>
    public static void RequireBuffers(EntryPoint entry)
    {
        if (entry.Bindings.FirstOrDefault(binding => !binding.Kind.IsBuffer()) is { } other)
            throw Mismatch($"{Describe(other)} is {other.Kind.WithArticle()}; HLX runs kernels on buffers", "Declare the binding as a buffer in the shader");
        if (entry.Bindings.FirstOrDefault(binding => binding.Count == 0) is { } open)
            throw Mismatch($"{Describe(open)} is an array of descriptors without a length", "Give the array a length in the shader");
    }

    /// <summary>Gives every descriptor its buffer, in ascending order of set, binding and place in an array.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.BindingMismatch"/>, <see cref="ErrorCode.ShapeMismatch"/>.</exception>
    public static List<KernelBuffer> Bind(SpirvModule module, EntryPoint entry, KernelOperands operands, IReadOnlyList<OutputSpec> outputs)
    {
        BindingPlan plan = Find(module, entry, operands.Inputs.Count, outputs.Count) ?? throw Mismatch(
            $"{operands.Inputs.Count} inputs and {outputs.Count} outputs are given, and the shader has {Roles(entry)}",
            "Give one input for each descriptor that is only read, and one output for each that is written; what is both may also start from an input");
        return plan.Bind(operands, outputs);
    }

    private static ulong Descriptors(EntryPoint entry, ResourceAccess access) =>
        entry.Bindings.Where(binding => binding.Access == access).Aggregate(0ul, (sum, binding) => sum + binding.Count);

    private List<KernelBuffer> Bind(KernelOperands operands, IReadOnlyList<OutputSpec> outputs)
    {
        IReadOnlyList<KernelOperand> inputs = operands.Inputs;
        List<KernelBuffer> buffers = [];
        int input = 0, output = 0;
        foreach (DescriptorBinding binding in _bindings)
        {
            for (uint element = 0; element < binding.Count; element++)
            {
                bool isInput = _isOrdered ? input < inputs.Count : binding.Access == ResourceAccess.Read;
                if (_isOrdered && (isInput ? binding.IsWriteOnly : binding.IsReadOnly || !CanWrite(binding)))
                {
                    throw Mismatch(
                        $"{Describe(binding)} is {(isInput ? "write-only and gets an input" : "read-only and is an output")}",
                        "Give one input for each descriptor that is only read, and one output for each that is written");
                }
                KernelBuffer buffer = isInput ? Input(binding, inputs[input++]) : Output(binding, outputs[output++], operands.Initial);
                if (!isInput && _startsFromInputs && binding.Access == ResourceAccess.ReadWrite) buffer = Started(binding, buffer, outputs[output - 1], inputs[input++]);
                buffers.Add(buffer with { Element = element });
            }
        }
        return buffers;
    }

    private static bool CanWrite(DescriptorBinding binding) => binding.Kind is DescriptorKind.StorageBuffer or DescriptorKind.StorageTexelBuffer;

    private static KernelBuffer Input(DescriptorBinding binding, KernelOperand operand)
    {
        KernelBuffer form = FormOf(binding, operand.Spec);
        if (operand.Stage is not StageOutput stage) return form with { Bytes = operand.Content.Length, Content = operand.Content };
        // Memory of an earlier stage: whoever writes to it would change that stage's result.
        return binding.Access == ResourceAccess.Read ? form with { From = stage } : throw OfEarlierStage(binding, stage);
    }

    private static KernelBuffer Output(DescriptorBinding binding, OutputSpec output, IReadOnlyDictionary<Handle, Tensor> initials)
    {
        KernelBuffer buffer = FormOf(binding, output) with { IsOutput = true };
        if (output.Initial is not Handle handle) return buffer;
        Tensor initial = initials[handle];
        return SameForm(output, new OutputSpec(initial.Type, initial.Shape.ToArray())) ? buffer with { Content = initial.Data } : throw StartsFromAnother(output, initial.ToString());
    }

    private static KernelBuffer Started(DescriptorBinding binding, KernelBuffer buffer, OutputSpec output, KernelOperand start)
    {
        if (start.Stage is StageOutput stage) throw OfEarlierStage(binding, stage);
        if (output.Initial is not null) throw Mismatch($"{Describe(binding)} starts from an input, and its output names an initial content", "Give one of the two");
        return SameForm(output, start.Spec) ? buffer with { Content = start.Content } : throw StartsFromAnother(output, Tensor.Describe(start.Spec.Type, start.Spec.Shape.ToArray()));
    }

    private static KernelBuffer FormOf(DescriptorBinding binding, OutputSpec tensor)
    {
        KernelBuffer buffer = new(binding.Set, binding.Binding, tensor.Bytes, default, false) { Kind = binding.Kind };
        switch (binding.Kind)
        {
            case DescriptorKind.UniformBuffer:
                UniformBlock.Require(binding, tensor);
                return buffer;
            case DescriptorKind.UniformTexelBuffer or DescriptorKind.StorageTexelBuffer:
                return buffer with { Format = TexelFormats.For(binding, tensor) };
            default:
                ElementCheck.Require(binding, tensor.Type);
                return buffer;
        }
    }

    private static bool SameForm(OutputSpec output, OutputSpec other) => output.Type == other.Type && output.Shape.SequenceEqual(other.Shape);

    private static string Roles(EntryPoint entry)
    {
        if (entry.Bindings.Count == 0) return "no buffers";
        return string.Join(", ", entry.Bindings.Select(binding => $"{Describe(binding)}{(binding.Count == 1 ? "" : $" × {binding.Count}")} {RoleOf(binding)}"));
    }

    private static string RoleOf(DescriptorBinding binding) => binding.Access switch
    {
        ResourceAccess.Read => "as input",
        ResourceAccess.Write => "as output",
        _ => "as output that may start from an input",
    };

    internal static string Describe(DescriptorBinding binding) => $"binding {binding.Set}.{binding.Binding} ({binding.Name})";

    private static HlxException OfEarlierStage(DescriptorBinding binding, StageOutput stage) => Mismatch(
        $"{Describe(binding)} can write, and its input is the output {stage} of an earlier stage", "Declare the binding readonly in the shader");

    private static HlxException StartsFromAnother(OutputSpec output, string initial) => new(
        ErrorCode.ShapeMismatch, $"the initial content of an output is {initial} where the output is {Tensor.Describe(output.Type, output.Shape.ToArray())}",
        "Give a tensor of the output's type and shape");

    private static HlxException Mismatch(string what, string remedy) => new(ErrorCode.BindingMismatch, what, remedy);
}
