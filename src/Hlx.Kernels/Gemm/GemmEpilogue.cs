using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>
/// What follows a product in <c>fp32.ieee</c>, step by step, each correctly rounded: times α, plus β·C (fused), plus bias, activation.
/// The twin of shaders/gemm_epilogue.glsl: it defines the bits.
/// </summary>
public static class GemmEpilogue
{
    private const float TailIsZeroBeyond = 12.8f;

    // −log2 of the upper tail of the normal distribution, interpolated at Chebyshev nodes of [0, 4] and [4, 13.5].
    private static readonly float[] LogTailNear =
        [8.57351381e-07f, -1.33258072e-05f, 4.79904811e-05f, 0.000515996828f, -0.00763671566f, 0.0529658608f, 0.459019274f, 1.15113425f, 0.999999285f];

    private static readonly float[] LogTailFar =
        [3.75380367e-08f, -2.75276193e-06f, 8.79533764e-05f, -0.00161328772f, 0.0189286824f, 0.569201827f, 0.950192034f, 1.16064131f];

    // 2^f, interpolated at Chebyshev nodes of [−1/2, 1/2].
    private static readonly float[] PowerOfTwoNear = [0.000154614449f, 0.00134004280f, 0.00961805694f, 0.0555032715f, 0.240226507f, 0.693147182f, 1];

    /// <summary>Finishes one element.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="product">The element of op(A)·op(B).</param>
    /// <param name="c">The element of C as it was.</param>
    /// <param name="bias">The bias of the column.</param>
    public static float Apply(GemmProblem problem, float product, float c, float bias)
    {
        ArgumentNullException.ThrowIfNull(problem);
        float x = product;
        if (problem.Alpha != 1) x *= problem.Alpha;
        if (problem.Beta != 0) x = MathF.FusedMultiplyAdd(problem.Beta, c, x);
        if (problem.HasBias) x += bias;
        x = problem.Activation switch
        {
            GemmActivation.Relu => Relu(x),
            GemmActivation.Gelu => Gelu(x),
            _ => x,
        };
        return float.IsNaN(x) ? BitConverter.UInt32BitsToSingle(NumericsProfile.CanonicalNaN32) : x;
    }

    /// <summary>max(x, +0); NaN stays NaN.</summary>
    public static float Relu(float x) => float.IsNegative(x) && !float.IsNaN(x) ? 0 : x;

    /// <summary>x·Φ(x), within 10^-5 of its magnitude up to |x| = 12.8, where Φ(−x) ends as zero.</summary>
    public static float Gelu(float x)
    {
        if (float.IsNaN(x)) return x;
        if (float.IsInfinity(x)) return x > 0 ? x : -0f;
        float tail = NormalTail(MathF.Abs(x));
        return float.IsNegative(x) ? x * tail : MathF.FusedMultiplyAdd(-x, tail, x);
    }

    private static float NormalTail(float t)
    {
        if (t > TailIsZeroBeyond) return 0;
        float p = Polynomial(t < 4 ? LogTailNear : LogTailFar, t);
        int n = (int)(p + 0.5f);
        float power = Polynomial(PowerOfTwoNear, n - p);
        return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(power) - (n << 23));
    }

    private static float Polynomial(float[] coefficients, float x)
    {
        float value = coefficients[0];
        for (int i = 1; i < coefficients.Length; i++) value = MathF.FusedMultiplyAdd(value, x, coefficients[i]);
        return value;
    }
}
