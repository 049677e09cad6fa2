using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>The shape of C = A·B: A is M×K, B is K×N, C is M×N, all row-major.</summary>
/// <param name="M">Rows of A and C.</param>
/// <param name="N">Columns of B and C.</param>
/// <param name="K">Columns of A and rows of B.</param>
public readonly record struct GemmShape(int M, int N, int K)
{
    /// <summary>The number of floating-point operations: one multiplication and one addition for each product.</summary>
    public double Operations => 2.0 * M * N * K;

    /// <summary>The shape of a product.</summary>
    /// <param name="a">A matrix of f32.</param>
    /// <param name="b">A matrix of f32 with as many rows as <paramref name="a"/> has columns.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>; <see cref="ErrorCode.TensorInvalid"/> if the product
    /// has too many elements.</exception>
    public static GemmShape Of(Tensor a, Tensor b) => Of(a, b, DType.F32);

    /// <summary>The shape of a product of two matrices of a type.</summary>
    /// <param name="a">A matrix.</param>
    /// <param name="b">A matrix with as many rows as <paramref name="a"/> has columns.</param>
    /// <param name="type">The type that both must have.</param>
    /// <inheritdoc cref="Of(Tensor, Tensor)" path="/exception"/>
    public static GemmShape Of(Tensor a, Tensor b, DType type)
    {
        string name = type.Name();
        if (a.Type != type || b.Type != type || a.Shape.Length != 2 || b.Shape.Length != 2)
            throw new HlxException(ErrorCode.ShapeMismatch, $"{a} and {b} are not two matrices of {name}", $"Pass {name}[M,K] and {name}[K,N]");
        if (a.Shape[1] != b.Shape[0])
        {
            throw new HlxException(
                ErrorCode.ShapeMismatch, $"{a} has {a.Shape[1]} columns where {b} has {b.Shape[0]} rows", $"Pass {name}[M,K] and {name}[K,N] with one K");
        }
        _ = Tensor.CountElements([a.Shape[0], b.Shape[1]]);
        return new(a.Shape[0], b.Shape[1], a.Shape[1]);
    }
}
