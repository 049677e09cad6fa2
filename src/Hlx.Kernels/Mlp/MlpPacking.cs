using System.Runtime.InteropServices;
using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>
/// The weights of a model as shaders/mlp.comp reads them: for each layer and each 8 columns, both chains of each column, padded with
/// zeros to a multiple of <see cref="ChainGranularity"/>; and the table of layers.
/// </summary>
internal sealed class MlpPacking
{
    /// <summary>What the padded length of a chain is a multiple of.</summary>
    public const int ChainGranularity = 64;

    /// <summary>How many columns a workgroup has of each layer.</summary>
    public const int Columns = 8;

    public MlpPacking(IReadOnlyList<MlpLayer> layers)
    {
        Chains = [.. layers.Select(layer => KernelShaders.Whole(NumericsProfile.Fp32IeeeFirstChain(layer.Inputs), ChainGranularity))];
        List<uint> table = [];
        List<float> biases = [];
        Weights = new byte[4L * layers.Select((layer, i) => KernelShaders.Whole(layer.Outputs, Columns) * 2L * Chains[i]).Sum()];
        int[] starts = new int[layers.Count];
        int at = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            MlpLayer layer = layers[i];
            table.AddRange([(uint)layer.Inputs, (uint)NumericsProfile.Fp32IeeeFirstChain(layer.Inputs), (uint)KernelShaders.Whole(layer.Outputs, 4), (uint)Chains[i]]);
            table.AddRange([(uint)(at / 4), (uint)biases.Count, (uint)layer.Activation, 0, (uint)layer.Outputs]);
            float[] bias = new float[KernelShaders.Whole(layer.Outputs, Columns)];
            layer.Bias?.AsSpan<float>().CopyTo(bias);
            biases.AddRange(bias);
            starts[i] = at;
            at += KernelShaders.Whole(layer.Outputs, Columns) * 2 * Chains[i];
        }
        Parallel.For(0, layers.Count, i => Pack(layers[i], Chains[i], MemoryMarshal.Cast<byte, float>(Weights.AsSpan())[starts[i]..]));
        Table = [.. table];
        Biases = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(biases)).ToArray();
    }

    /// <summary>How many words of <see cref="Table"/> a layer has, and which of them is for the least safe magnitude of its results.</summary>
    public const int Words = 9, LeastWord = 7;

    /// <summary>The padded length of a chain of each layer.</summary>
    public int[] Chains { get; }

    /// <summary>The table of layers.</summary>
    public uint[] Table { get; }

    /// <summary>All weights.</summary>
    public byte[] Weights { get; }

    /// <summary>All biases.</summary>
    public byte[] Biases { get; }

    private static void Pack(MlpLayer layer, int chain, Span<float> target)
    {
        ReadOnlySpan<float> source = layer.Weights.AsSpan<float>();
        int first = NumericsProfile.Fp32IeeeFirstChain(layer.Inputs);
        for (int column0 = 0; column0 < layer.Outputs; column0 += Columns)
        {
            int columns = Math.Min(Columns, layer.Outputs - column0);
            for (int k = 0; k < layer.Inputs; k++)
            {
                int at = (column0 * 2 * chain) + (k < first ? k : chain + k - first);
                ReadOnlySpan<float> row = source.Slice((k * layer.Outputs) + column0, columns);
                for (int column = 0; column < row.Length; column++) target[at + (column * 2 * chain)] = row[column];
            }
        }
    }
}
