using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The error of a product against binary64.</summary>
public static class ProductError
{
    private const int Samples = 400;

    /// <summary>‖C − C64‖ / ‖C64‖ (Frobenius) over up to 400 elements spread over C, with C64 summed in binary64.</summary>
    /// <remarks>
    /// With <paramref name="perElement"/>, each element counts in units of the sum of its products' magnitudes, so that rows and
    /// columns of different scale count alike.
    /// </remarks>
    /// <param name="a">A, f32[M,K].</param>
    /// <param name="b">B, f32[K,N].</param>
    /// <param name="c">C, f32[M,N].</param>
    /// <param name="perElement">Whether each element counts in its own unit.</param>
    public static double Relative(Tensor a, Tensor b, Tensor c, bool perElement = false)
    {
        GemmShape shape = GemmShape.Of(a, b);
        ReadOnlySpan<float> left = a.AsSpan<float>(), right = b.AsSpan<float>(), product = c.AsSpan<float>();
        double error = 0, norm = 0;
        int count = Math.Min(Samples, product.Length);
        for (int sample = 0; sample < count; sample++)
        {
            // Steps by the golden ratio reach all rows and columns evenly.
            int index = (int)((sample * 0.6180339887498949 % 1) * product.Length);
            int row = index / shape.N, column = index % shape.N;
            double exact = 0, magnitude = 0;
            for (int k = 0; k < shape.K; k++)
            {
                double term = (double)left[(row * shape.K) + k] * right[(k * shape.N) + column];
                exact += term;
                magnitude += Math.Abs(term);
            }
            double unit = perElement && magnitude > 0 ? 1 / magnitude : 1;
            error += (product[index] - exact) * (product[index] - exact) * unit * unit;
            norm += exact * exact * unit * unit;
        }
        return norm == 0 ? 0 : Math.Sqrt(error / norm);
    }
}
