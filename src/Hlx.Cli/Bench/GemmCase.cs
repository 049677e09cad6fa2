using System.Globalization;
using Hlx.Kernels;

namespace Hlx.Cli.Bench;

/// <summary>A product to measure.</summary>
/// <param name="M">Rows of A and C.</param>
/// <param name="N">Columns of B and C.</param>
/// <param name="K">Columns of A and rows of B.</param>
/// <param name="Data">The kind of its numbers: see <see cref="Tensors"/>.</param>
internal sealed record GemmCase(int M, int N, int K, string Data)
{
    public static readonly string[] Kinds = ["uniform", "positive", "normal", "scaled"];

    /// <summary>The name in result files.</summary>
    public string Name => $"{M}x{N}x{K}" + (Data == Kinds[0] ? "" : " " + Data);

    public double Operations => 2.0 * M * N * K;

    /// <summary>Reads <c>1024</c> or <c>1000x777x513</c>.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>.</exception>
    public static GemmCase Parse(string text, string data)
    {
        int[] extents = [.. text.Split('x').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int extent) ? extent : 0)];
        return extents switch
        {
            [> 0 and int n] => new(n, n, n, data),
            [> 0 and int m, > 0 and int n, > 0 and int k] => new(m, n, k, data),
            _ => throw new HlxException(ErrorCode.ShapeMismatch, $"\"{text}\" is not a size", "Give N or MxNxK, such as 1024 or 1000x777x513"),
        };
    }

    /// <summary>
    /// A and B: uniform in [−1, 1); positive in [0, 1); nearly normal (the sum of 12 uniform numbers, halved); scaled: uniform, row i of A and
    /// column j of B times 2^(i mod 121 − 60).
    /// </summary>
    public (Tensor A, Tensor B) Tensors() => (Make(1, M, K, isLeft: true), Make(2, K, N, isLeft: false));

    private Tensor Make(ulong seed, int rows, int columns, bool isLeft) => Data switch
    {
        "positive" => RandomTensor.Map(RandomTensor.Uniform(seed, rows, columns), (_, x) => (x + 1) / 2),
        "normal" => RandomTensor.Normal(seed, rows, columns),
        "scaled" => RandomTensor.Map(RandomTensor.Uniform(seed, rows, columns), (i, x) => MathF.ScaleB(x, ((isLeft ? i / columns : i % columns) % 121) - 60)),
        _ => RandomTensor.Uniform(seed, rows, columns),
    };
}
