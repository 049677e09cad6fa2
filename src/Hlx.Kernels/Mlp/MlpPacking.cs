using System.Runtime.InteropServices;

namespace Hlx.Kernels;

/// <summary>
/// The weights of a model as shaders/mlp.comp and shaders/gemm_skinny.comp both read them: layer after layer in panels of
/// <see cref="Columns"/> columns, a panel row by row; beyond the last column are zeros.
/// </summary>
internal sealed class MlpPacking
{
    /// <summary>The columns of a panel, which are those that a workgroup of shaders/mlp.comp has of each layer.</summary>
    public const int Columns = 8;

    private const int RowsAtOnce = 16; // whose lines stay in the cache until all panels have taken their parts

    private readonly IReadOnlyList<MlpLayer> _layers;

    public MlpPacking(IReadOnlyList<MlpLayer> layers)
    {
        _layers = layers;
        Layers = new (int, int)[layers.Count];
        long weights = 0;
        int biases = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            Layers[i] = ((int)(weights / 4), biases);
            weights += Numbers(layers[i]);
            biases += Whole(layers[i]);
        }
        Biases = new byte[4L * biases];
        for (int i = 0; i < layers.Count; i++) layers[i].Bias?.Data.Span.CopyTo(Biases.AsSpan(4 * Layers[i].Bias));
        if (4 * weights > Array.MaxLength) return;
        Weights = new byte[4 * weights];
        Parallel.For(0, layers.Count, i => Pack(layers[i], Weights.AsSpan(16 * Layers[i].Weights)));
    }

    /// <summary>Where each layer begins: a vector of 4 of <see cref="Weights"/>, and a number of <see cref="Biases"/>.</summary>
    public (int Weights, int Bias)[] Layers { get; }

    /// <summary>All weights; null if they are too many for one array.</summary>
    public byte[]? Weights { get; }

    /// <summary>All biases.</summary>
    public byte[] Biases { get; }

    /// <summary>The weights of one layer alone.</summary>
    public byte[] WeightsOf(int layer)
    {
        byte[] packed = new byte[4 * Numbers(_layers[layer])];
        Pack(_layers[layer], packed);
        return packed;
    }

    private static int Whole(MlpLayer layer) => KernelShaders.Whole(layer.Outputs, Columns);

    private static long Numbers(MlpLayer layer) => (long)layer.Inputs * Whole(layer);

    private static void Pack(MlpLayer layer, Span<byte> target)
    {
        ReadOnlySpan<float> source = layer.Weights.AsSpan<float>();
        Span<float> packed = MemoryMarshal.Cast<byte, float>(target);
        for (int k0 = 0; k0 < layer.Inputs; k0 += RowsAtOnce)
        {
            int k1 = Math.Min(k0 + RowsAtOnce, layer.Inputs);
            for (int column = 0; column < layer.Outputs; column += Columns)
            {
                int columns = Math.Min(Columns, layer.Outputs - column), panel = column * layer.Inputs;
                for (int k = k0; k < k1; k++) source.Slice((k * layer.Outputs) + column, columns).CopyTo(packed[(panel + (k * Columns))..]);
            }
        }
    }
}
