using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>A layer: activation(x·W + bias).</summary>
/// <param name="Weights">W, f32[inputs,outputs].</param>
/// <param name="Bias">f32[outputs]; null for none.</param>
/// <param name="Activation">What is done to each output.</param>
public sealed record MlpLayer(Tensor Weights, Tensor? Bias = null, GemmActivation Activation = GemmActivation.None)
{
    /// <summary>How many numbers it takes for each row of a batch.</summary>
    public int Inputs => Weights.Shape[0];

    /// <summary>How many numbers it gives.</summary>
    public int Outputs => Weights.Shape[1];
}

/// <summary>
/// A multi-layer perceptron in <c>fp32.ieee</c>: each layer is the product of that profile and its epilogue, so that a row has the same
/// bits on every device, alone, in any batch and at any position.
/// </summary>
public sealed class MlpModel
{
    private readonly Lazy<(Handle Name, MlpPacking Packed, uint[]? Least)> _prepared;

    /// <summary>Takes layers, of which each takes what the one before gives.</summary>
    /// <param name="layers">The layers, at least one.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>.</exception>
    public MlpModel(IReadOnlyList<MlpLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw Wrong("the model has no layers", "Give at least one");
        for (int i = 0; i < layers.Count; i++)
        {
            (Tensor weights, Tensor? bias) = (layers[i].Weights, layers[i].Bias);
            if (weights.Type != DType.F32 || weights.Shape.Length != 2 || weights.Count == 0) throw Wrong($"the weights of layer {i} are {weights}", "Give f32[inputs,outputs]");
            if (bias is not null && (bias.Type != DType.F32 || bias.Shape.Length != 1 || bias.Count != layers[i].Outputs))
                throw Wrong($"the bias of layer {i} is {bias}, and the layer has {layers[i].Outputs} outputs", $"Give f32[{layers[i].Outputs}]");
            if (i > 0 && layers[i].Inputs != layers[i - 1].Outputs)
                throw Wrong($"layer {i} takes {layers[i].Inputs} numbers, and layer {i - 1} gives {layers[i - 1].Outputs}", "Give each layer as many inputs as the one before has outputs");
        }
        Layers = [.. layers];
        _prepared = new(Prepare);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<MlpLayer> Layers { get; }

    /// <summary>How many numbers a row of a batch has.</summary>
    public int Inputs => Layers[0].Inputs;

    /// <summary>How many numbers a row of the result has.</summary>
    public int Outputs => Layers[^1].Outputs;

    /// <summary>The model as a value: its name is a function of its weights, biases and activations alone.</summary>
    public HlxValue ToValue() => HlxValue.Object(
        ("operator", "mlp"),
        ("numerics", NumericsProfile.Fp32Ieee),
        ("layers", HlxValue.Array([.. Layers.Select(layer => HlxValue.Object(
            ("weights", layer.Weights.ToContract()),
            ("bias", layer.Bias?.ToContract() ?? HlxValue.Null),
            ("activation", layer.Activation.ToString().ToLowerInvariant())))])));

    /// <summary>The handle of the model's value.</summary>
    internal Handle Name => _prepared.Value.Name;

    internal MlpPacking Packed => _prepared.Value.Packed;

    /// <summary>As <see cref="MlpRange.Least(IReadOnlyList{MlpLayer})"/>.</summary>
    internal uint[]? Least => _prepared.Value.Least;

    internal GemmProblem Problem(int layer, int batch) => new(new GemmShape(batch, Layers[layer].Outputs, Layers[layer].Inputs))
    {
        HasBias = Layers[layer].Bias is not null,
        Activation = Layers[layer].Activation,
    };

    // What the first request waits for, so on all cores.
    private (Handle Name, MlpPacking Packed, uint[]? Least) Prepare()
    {
        MlpPacking? packed = null;
        uint[]? least = null;
        Parallel.Invoke(
            () => Parallel.ForEach(Layers, layer => _ = layer.Weights.DataHandle), // computed once, and kept by the tensor
            () => packed = new MlpPacking(Layers),
            () => least = MlpRange.Least(Layers));
        return (Handle.Of(ToValue()), packed!, least);
    }

    private static HlxException Wrong(string what, string remedy) => new(ErrorCode.ShapeMismatch, what, remedy);
}
