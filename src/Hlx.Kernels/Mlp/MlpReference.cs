using System.Runtime.InteropServices;

namespace Hlx.Kernels;

/// <summary>The readable twin that defines the bits of an <see cref="MlpModel"/>: one <see cref="GemmReference"/> after the other.</summary>
public static class MlpReference
{
    /// <summary>Computes the result of a batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">How many rows.</param>
    /// <param name="input">The rows, little-endian f32.</param>
    public static byte[] Compute(MlpModel model, int batch, ReadOnlyMemory<byte> input)
    {
        ArgumentNullException.ThrowIfNull(model);
        for (int i = 0; i < model.Layers.Count; i++)
        {
            MlpLayer layer = model.Layers[i];
            byte[] output = new byte[4L * batch * layer.Outputs];
            GemmReference.Compute(model.Problem(i, batch), new(input, layer.Weights.Data) { Bias = layer.Bias?.Data ?? default }, MemoryMarshal.Cast<byte, float>(output.AsSpan()));
            input = output;
        }
        return input.ToArray();
    }
}
