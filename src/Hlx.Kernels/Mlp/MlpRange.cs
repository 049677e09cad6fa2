using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>From which numbers no denormal can arise in a layer, so that a device that flushes them has the right bits.</summary>
internal static class MlpRange
{
    private const int MinNormalExponent = -126, MaxExponent = 127, FractionBits = 23;

    /// <summary>
    /// For each layer the least magnitude of its inputs that is safe, less one, as bits. Numbers from 2^e on are multiples of 2^(e−23),
    /// so products and their rounded sums are multiples of 2^(e−23) times the lowest bit of the weights (<see cref="DenormalPlan"/>).
    /// </summary>
    /// <returns>Null where no input would do.</returns>
    public static uint[]? Least(IReadOnlyList<MlpLayer> layers)
    {
        uint?[] least = new uint?[layers.Count];
        Parallel.For(0, layers.Count, i => least[i] = Least(layers[i]));
        return least.Contains(null) ? null : [.. least.Select(word => word!.Value)];
    }

    private static uint? Least(MlpLayer layer)
    {
        FloatRange weights = FloatRange.Of(layer.Weights.AsSpan<float>());
        FloatRange bias = layer.Bias is Tensor tensor ? FloatRange.Of(tensor.AsSpan<float>()) : FloatRange.Empty;
        if (weights.HasDenormals || bias.HasDenormals || bias.LowestBit < MinNormalExponent) return null;
        int exponent = weights.IsEmpty ? MinNormalExponent : Math.Max(MinNormalExponent, MinNormalExponent + FractionBits - weights.LowestBit);
        return exponent > MaxExponent ? null : ((uint)(exponent + MaxExponent) << FractionBits) - 1;
    }
}
