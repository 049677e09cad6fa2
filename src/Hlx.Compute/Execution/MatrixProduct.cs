using Hlx.Values;

namespace Hlx.Compute;

/// <summary>What follows from two matrices f32[M,K] and f32[K,N]: the output, the dispatch and the constants M, N and K.</summary>
/// <param name="Outputs">One output, f32[M,N].</param>
/// <param name="Workgroups">One workgroup for each tile of the workgroup's size, columns along x.</param>
/// <param name="Constants">M, N and K by name.</param>
internal sealed record MatrixProduct(IReadOnlyList<OutputSpec> Outputs, Extent3? Workgroups, IReadOnlyDictionary<string, HlxValue> Constants)
{
    /// <summary>Infers a product, or gives null where the inputs are not two matrices or the kernel names its outputs.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/> for two matrices that do not fit.</exception>
    public static MatrixProduct? Infer(ComputeKernel kernel, IReadOnlyList<KernelOperand> inputs)
    {
        bool isPair = inputs.Count == 2 && inputs.All(input => input.Spec is { Type: DType.F32, Shape.Count: 2 });
        if (!isPair || kernel.Outputs is not null) return null;
        int m = inputs[0].Spec.Shape[0], k = inputs[0].Spec.Shape[1], n = inputs[1].Spec.Shape[1];
        if (inputs[1].Spec.Shape[0] != k)
        {
            throw new HlxException(
                ErrorCode.ShapeMismatch, $"f32[{m},{k}] and f32[{inputs[1].Spec.Shape[0]},{n}] cannot be multiplied", "Pass f32[M,K] and f32[K,N] with one K, or name the outputs");
        }
        _ = Tensor.CountElements([m, n]);
        Extent3? workgroups = m == 0 || n == 0 ? new(0, 0, 0) : new(DivideUp(n, kernel.WorkgroupSize.X), DivideUp(m, kernel.WorkgroupSize.Y), 1);
        return new([new(DType.F32, [m, n])], workgroups, new Dictionary<string, HlxValue> { ["M"] = m, ["N"] = n, ["K"] = k });
    }

    private static uint DivideUp(int value, uint by) => (uint)(((long)value + by - 1) / by);
}
