using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>What is done to each element last.</summary>
public enum GemmActivation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    Relu,

    /// <summary>x·Φ(x), with Φ the distribution function of the normal distribution (D. Hendrycks, K. Gimpel, arXiv 1606.08415).</summary>
    Gelu,
}

/// <summary>
/// C = activation(α·op(A)·op(B) + β·C + bias), where op is the matrix itself or its transpose, for one or several matrices of a shape.
/// All are row-major; a distance counts elements, and null stands for the tightest one.
/// </summary>
/// <param name="Shape">op(A) is M×K, op(B) is K×N, C is M×N.</param>
public sealed record GemmProblem(GemmShape Shape)
{
    /// <summary>Whether A is stored as K×M and used transposed.</summary>
    public bool TransposeA { get; init; }

    /// <summary>Whether B is stored as N×K and used transposed.</summary>
    public bool TransposeB { get; init; }

    /// <summary>From one stored row of A to the next.</summary>
    public int? LeadingA { get; init; }

    /// <summary>From one stored row of B to the next.</summary>
    public int? LeadingB { get; init; }

    /// <summary>From one row of C to the next.</summary>
    public int? LeadingC { get; init; }

    /// <summary>How many products of this shape are computed.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>From one A to the next; 0 to use one A for all.</summary>
    public int? StrideA { get; init; }

    /// <summary>From one B to the next; 0 to use one B for all.</summary>
    public int? StrideB { get; init; }

    /// <summary>From one C to the next.</summary>
    public int? StrideC { get; init; }

    /// <summary>α.</summary>
    public float Alpha { get; init; } = 1;

    /// <summary>β; with 0, C is not read.</summary>
    public float Beta { get; init; }

    /// <summary>Whether a bias of N numbers, one for each column, is added.</summary>
    public bool HasBias { get; init; }

    /// <summary>What is done last.</summary>
    public GemmActivation Activation { get; init; }

    internal int RowsA => TransposeA ? Shape.K : Shape.M;

    internal int ColumnsA => TransposeA ? Shape.M : Shape.K;

    internal int RowsB => TransposeB ? Shape.N : Shape.K;

    internal int ColumnsB => TransposeB ? Shape.K : Shape.N;

    internal int DistanceA => LeadingA ?? ColumnsA;

    internal int DistanceB => LeadingB ?? ColumnsB;

    internal int DistanceC => LeadingC ?? Shape.N;

    internal long BatchA => StrideA ?? (long)RowsA * DistanceA;

    internal long BatchB => StrideB ?? (long)RowsB * DistanceB;

    internal long BatchC => StrideC ?? (long)Shape.M * DistanceC;

    /// <summary>How many elements A must have.</summary>
    public long ElementsA => Elements(RowsA, ColumnsA, DistanceA, BatchA);

    /// <summary>How many elements B must have.</summary>
    public long ElementsB => Elements(RowsB, ColumnsB, DistanceB, BatchB);

    /// <summary>How many elements C must have.</summary>
    public long ElementsC => Elements(Shape.M, Shape.N, DistanceC, BatchC);

    /// <summary>Whether the result is the product and nothing else.</summary>
    public bool IsPlain => Alpha == 1 && Beta == 0 && !HasBias && Activation == GemmActivation.None;

    /// <summary>Whether it is one product whose rows can be read and written four numbers at a time.</summary>
    public bool IsInFours => Batch == 1 && ((ColumnsA | DistanceA | ColumnsB | DistanceB) & 3) == 0 && IsWrittenInFours;

    /// <summary>Whether rows of C can be written four numbers at a time.</summary>
    internal bool IsWrittenInFours => ((Shape.N | DistanceC) & 3) == 0;

    /// <summary>Checks that rows do not overlap, no two C share an element, and the operands are large enough.</summary>
    /// <param name="operands">The operands.</param>
    /// <param name="elementBytes">The size of an element of A and B.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/>; <see cref="ErrorCode.TensorInvalid"/> if C is too large for one array.</exception>
    public void Check(GemmOperands operands, int elementBytes = 4)
    {
        ArgumentNullException.ThrowIfNull(operands);
        if (Shape.M < 0 || Shape.N < 0 || Shape.K < 0 || Batch < 0) throw Wrong($"{Shape} or a batch of {Batch} is negative", "Give extents of 0 and more");
        if (DistanceA < ColumnsA || DistanceB < ColumnsB || DistanceC < Shape.N)
            throw Wrong($"a leading dimension is shorter than its row: {DistanceA} for {ColumnsA}, {DistanceB} for {ColumnsB}, {DistanceC} for {Shape.N}", "Give at least the length of a stored row");
        if (BatchA < 0 || BatchB < 0 || (Batch > 1 && BatchC < Elements(Shape.M, Shape.N, DistanceC)))
            throw Wrong($"matrices of a batch overlap: one C has {Elements(Shape.M, Shape.N, DistanceC)} elements, and the stride is {BatchC}", "Give a larger stride for C");
        Require("A", operands.A.Length / elementBytes, ElementsA);
        Require("B", operands.B.Length / elementBytes, ElementsB);
        if (Beta != 0) Require("C", operands.C.Length / 4, ElementsC);
        if (HasBias) Require("the bias", operands.Bias.Length / 4, Shape.N);
        if (ElementsC > Array.MaxLength / 4) throw new HlxException(ErrorCode.TensorInvalid, $"C would have {ElementsC} elements", $"At most {Array.MaxLength / 4} fit");
    }

    private static long Elements(long rows, long columns, long distance) => rows == 0 || columns == 0 ? 0 : ((rows - 1) * distance) + columns;

    private long Elements(long rows, long columns, long distance, long stride) =>
        Batch == 0 || Elements(rows, columns, distance) == 0 ? 0 : ((Batch - 1) * stride) + Elements(rows, columns, distance);

    private static void Require(string name, int given, long elements)
    {
        if (given < elements) throw Wrong($"{name} has {given} elements, and the problem needs {elements}", "Pass the whole matrix, or correct shape, leading dimension and stride");
    }

    private static HlxException Wrong(string what, string remedy) => new(ErrorCode.ShapeMismatch, what, remedy);
}

/// <summary>The operands of a <see cref="GemmProblem"/>, little-endian: f32, but for A and B in profiles of another type.</summary>
/// <param name="A">A.</param>
/// <param name="B">B.</param>
public sealed record GemmOperands(ReadOnlyMemory<byte> A, ReadOnlyMemory<byte> B)
{
    /// <summary>C as it was before; read only if β is not 0.</summary>
    public ReadOnlyMemory<byte> C { get; init; }

    /// <summary>The bias, one number for each column.</summary>
    public ReadOnlyMemory<byte> Bias { get; init; }
}
