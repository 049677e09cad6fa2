using Hlx.Values;

namespace Hlx.Compute;

/// <summary>An input of a kernel as its plan needs it: a type and shape, and where its content is.</summary>
/// <param name="Spec">The element type and shape.</param>
/// <param name="Content">The content; empty for the output of an earlier stage.</param>
/// <param name="Stage">The output of an earlier stage, whose content is on the device; null for a stored tensor.</param>
public sealed record KernelOperand(OutputSpec Spec, ReadOnlyMemory<byte> Content, StageOutput? Stage = null)
{
    /// <summary>A stored tensor.</summary>
    public static KernelOperand Of(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(new OutputSpec(tensor.Type, tensor.Shape.ToArray()), tensor.Data);
    }
}

/// <summary>What a kernel works on, resolved.</summary>
/// <param name="Inputs">Its inputs, in order.</param>
public sealed record KernelOperands(IReadOnlyList<KernelOperand> Inputs)
{
    /// <summary>The tensors that outputs start from, by handle.</summary>
    public IReadOnlyDictionary<Handle, Tensor> Initial { get; init; } = new Dictionary<Handle, Tensor>();

    /// <summary>Stored tensors.</summary>
    public static KernelOperands Of(params IEnumerable<Tensor> tensors) => new([.. tensors.Select(KernelOperand.Of)]);
}
