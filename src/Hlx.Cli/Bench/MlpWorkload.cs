using System.Collections.Concurrent;
using Hlx.Kernels;

namespace Hlx.Cli.Bench;

/// <summary>The perceptron that <c>hlx bench batch</c> measures: square layers, ReLU after all but the last. The peers make the same numbers.</summary>
internal static class MlpWorkload
{
    private const float Scale = 1 / 32f;
    private const int CheckedRows = 4;

    public static MlpModel Model(int layers, int width)
    {
        MlpLayer[] made = new MlpLayer[layers];
        Parallel.For(0, layers, i =>
        {
            made[i] = new(
                RandomTensor.Map(RandomTensor.Uniform(10 + (ulong)i, width, width), (_, x) => x * Scale), RandomTensor.Map(RandomTensor.Uniform(100 + (ulong)i, width), (_, x) => x * Scale),
                i < layers - 1 ? GemmActivation.Relu : GemmActivation.None);
        });
        return new(made);
    }

    public static float[] Rows(int batch, int width) => RandomTensor.Uniform(1, batch, width).AsSpan<float>().ToArray();

    /// <summary>The relative Frobenius norm of the first rows against float64.</summary>
    public static double Error(MlpModel model, float[] rows, float[] result)
    {
        int count = Math.Min(CheckedRows, rows.Length / model.Inputs);
        ConcurrentBag<(double Difference, double Norm)> sums = [];
        Parallel.For(0, count, row =>
        {
            double[] x = [.. rows.AsSpan(row * model.Inputs, model.Inputs).ToArray().Select(value => (double)value)];
            foreach (MlpLayer layer in model.Layers) x = Apply(layer, x);
            double difference = 0, norm = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double off = result[(row * x.Length) + i] - x[i];
                difference += off * off;
                norm += x[i] * x[i];
            }
            sums.Add((difference, norm));
        });
        return Math.Sqrt(sums.Sum(sum => sum.Difference) / sums.Sum(sum => sum.Norm));
    }

    private static double[] Apply(MlpLayer layer, double[] x)
    {
        double[] y = new double[layer.Outputs];
        ReadOnlySpan<float> weights = layer.Weights.AsSpan<float>(), bias = layer.Bias!.AsSpan<float>();
        for (int column = 0; column < y.Length; column++) y[column] = bias[column];
        for (int k = 0; k < x.Length; k++)
        {
            ReadOnlySpan<float> row = weights.Slice(k * y.Length, y.Length);
            for (int column = 0; column < y.Length; column++) y[column] += x[k] * row[column];
        }
        if (layer.Activation == GemmActivation.Relu)
        {
            for (int column = 0; column < y.Length; column++) y[column] = Math.Max(y[column], 0);
        }
        return y;
    }
}
