using Hlx.Compute;
using static Hlx.Kernels.KernelShaders;

namespace Hlx.Kernels;

/// <summary>
/// The two launches that come before a product of scaled parts (<c>fp32.split</c>, <c>fp32.fixed</c>): the largest magnitudes of rows and
/// columns, and the planes of A and B, in the tiles of the product.
/// </summary>
/// <param name="Shape">The product.</param>
/// <param name="M">M, padded to whole tiles.</param>
/// <param name="N">N, padded to whole tiles.</param>
/// <param name="K">K, padded to whole tiles.</param>
/// <param name="TileM">Rows of a tile.</param>
/// <param name="TileN">Columns of a tile.</param>
/// <param name="TileK">The depth of a tile.</param>
internal sealed record ScaledPlanes(GemmShape Shape, int M, int N, int K, int TileM, int TileN, int TileK)
{
    private const int Rows = 8, Columns = 32; // of a workgroup of either shader
    private const int PartsOfK = 4;

    /// <summary>A's planes, as an input of a later stage.</summary>
    /// <param name="binding">Its binding there.</param>
    public static KernelBuffer A(uint binding) => KernelBuffer.Alias(0, binding, new(1, 4));

    /// <summary>B's planes.</summary>
    /// <inheritdoc cref="A"/>
    public static KernelBuffer B(uint binding) => KernelBuffer.Alias(0, binding, new(1, 5));

    /// <summary>What undoes the scaling of each row of A.</summary>
    /// <inheritdoc cref="A"/>
    public static KernelBuffer ShiftA(uint binding) => KernelBuffer.Alias(0, binding, new(1, 6));

    /// <summary>What undoes the scaling of each column of B.</summary>
    /// <inheritdoc cref="A"/>
    public static KernelBuffer ShiftB(uint binding) => KernelBuffer.Alias(0, binding, new(1, 7));

    /// <summary>The launches; their results are the stages' 0 and 1.</summary>
    /// <param name="shader">What writes the planes.</param>
    /// <param name="vector">How many numbers an invocation of it writes.</param>
    /// <param name="alongN">Whether it goes along N, and not along K, in B.</param>
    /// <param name="bytes">The size of a number in all planes.</param>
    /// <param name="a">A, f32[M,K].</param>
    /// <param name="b">B, f32[K,N].</param>
    public IReadOnlyList<KernelLaunch> Launches(string shader, int vector, bool alongN, int bytes, ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b)
    {
        KernelLaunch largest = new(
            Get("largest"), "main",
            [KernelBuffer.Input(0, 0, a), KernelBuffer.Input(0, 1, b), KernelBuffer.Overwritten(0, 2, 16L * Shape.M), KernelBuffer.Overwritten(0, 3, 16L * Shape.N)],
            new Extent3((uint)Math.Max(Parts(Shape.M, Rows), Parts(Shape.N, Columns)), PartsOfK, 2))
        {
            PushConstants = Words((uint)Shape.M, (uint)Shape.N, (uint)Shape.K),
            BoundsChecked = false,
        };
        (long acrossB, long downB) = alongN ? (Parts(N, vector), (long)K) : (N, Parts(K, vector));
        KernelLaunch planes = new(
            Get(shader), "main",
            [
                KernelBuffer.Alias(0, 0, new(0, 0)), KernelBuffer.Alias(0, 1, new(0, 1)), KernelBuffer.Alias(0, 2, new(0, 2)), KernelBuffer.Alias(0, 3, new(0, 3)),
                KernelBuffer.Overwritten(0, 4, (long)bytes * M * K), KernelBuffer.Overwritten(0, 5, (long)bytes * K * N), KernelBuffer.Overwritten(0, 6, 4L * Shape.M), KernelBuffer.Overwritten(0, 7, 4L * Shape.N),
            ],
            new Extent3((uint)Parts(Math.Max(Parts(K, vector), acrossB), Columns), (uint)Parts(Math.Max(M, downB), Rows), 2))
        {
            PushConstants = Words((uint)Shape.M, (uint)Shape.N, (uint)Shape.K, (uint)M, (uint)N, (uint)K),
            Specialization = [new(0, (uint)TileM), new(1, (uint)TileN), new(2, (uint)TileK)],
            BoundsChecked = false,
        };
        return [largest, planes];
    }
}
