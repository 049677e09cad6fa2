using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The error of a product against binary64.</summary>
public static class ProductError
{
    private const int Samples = 400;

    /// <summary>‖C − C64‖ / ‖C64‖ (Frobenius) over up to 400 elements spread over C, with C64 summed in binary64.</summary>
    /// <param name="a">A, f32[M,K].</param>
    /// <param name="b">B, f32[K,N].</param>
    /// <param name="c">C, f32[M,N].</param>
    public static double Relative(Tensor a, Tensor b, Tensor c)
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
            double exact = 0;
            for (int k = 0; k < shape.K; k++) exact += (double)left[(row * shape.K) + k] * right[(k * shape.N) + column];
            error += (product[index] - exact) * (product[index] - exact);
            norm += exact * exact;
        }
        return norm == 0 ? 0 : Math.Sqrt(error / norm);
    }
}
