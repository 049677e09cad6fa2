using System.Runtime.InteropServices;

namespace Hlx.Values;

/// <summary>
/// A dense array of numbers: row-major, little-endian (CONTRACT_950). Its value names the data by a blob handle, so that large
/// data is hashed by a tree and not by the LC-B path.
/// </summary>
public sealed class Tensor
{
    /// <summary>The contract number of tensors.</summary>
    public const int ContractId = 950;

    /// <summary>The most dimensions that a tensor has, in memory, in files and in contracts alike: NumPy's limit until its version 2.</summary>
    public const int MaxRank = 32;

    private readonly int[] _shape;
    private readonly Lazy<Handle> _blob;

    /// <summary>Wraps data without a copy; the caller must not write to it again.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The extents, outermost first; empty for a scalar.</param>
    /// <param name="data">The elements, row-major and little-endian.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TensorInvalid"/> if the data does not have the size that the shape
    /// gives, or the shape has more than <see cref="MaxRank"/> dimensions.</exception>
    public Tensor(DType type, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> data)
        : this(type, shape, data, null)
    {
    }

    private Tensor(DType type, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> data, Handle? known)
    {
        if (shape.Length > MaxRank)
            throw new HlxException(ErrorCode.TensorInvalid, $"a tensor of {shape.Length} dimensions is given", $"Give {MaxRank} dimensions at most");
        long elements = CountElements(shape);
        if (elements * type.Size() != data.Length)
        {
            throw new HlxException(
                ErrorCode.TensorInvalid, $"{data.Length} bytes are not {type.Name()}[{string.Join(',', shape.ToArray())}]",
                $"Give {elements * type.Size()} bytes or another shape");
        }
        Type = type;
        _shape = shape.ToArray();
        Data = data;
        _blob = known is Handle handle ? new(handle) : new(() => Handle.OfBlob(Data.Span));
    }

    /// <summary>Wraps data whose handle is known, as after reading it from a store that has checked it; it is not hashed again.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The extents, outermost first.</param>
    /// <param name="data">The elements, row-major and little-endian.</param>
    /// <param name="dataHandle">The blob handle that the data has.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TensorInvalid"/> if the data does not have the size that the shape
    /// gives.</exception>
    public static Tensor FromStored(DType type, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> data, Handle dataHandle) =>
        new(type, shape, data, dataHandle);

    /// <summary>The element type.</summary>
    public DType Type { get; }

    /// <summary>The extents, outermost first.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The elements, row-major and little-endian.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The number of elements.</summary>
    public long Count => Data.Length / Type.Size();

    /// <summary>The handle of the raw data, computed once.</summary>
    public Handle DataHandle => _blob.Value;

    /// <summary>The type and shape as text: <c>f32[2,3]</c>.</summary>
    public override string ToString() => Describe(Type, _shape);

    /// <summary>A type and shape as text: <c>f32[2,3]</c>.</summary>
    public static string Describe(DType type, ReadOnlySpan<int> shape) => $"{type.Name()}[{string.Join(',', shape.ToArray())}]";

    /// <summary>The elements as numbers of their own type.</summary>
    /// <typeparam name="T">The .NET type of the elements, or the unsigned integer of their size for their bits (the only way to see
    /// <see cref="DType.BF16"/>). For bytes there is <see cref="Data"/>.</typeparam>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for any other type: nothing is converted here.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        ElementTypes.Require<T>(Type);
        return MemoryMarshal.Cast<byte, T>(Data.Span);
    }

    /// <summary>A matrix of binary32 numbers, copied.</summary>
    public static Tensor From(float[,] matrix) => Copy(matrix, DType.F32);

    /// <summary>A vector of binary32 numbers, copied.</summary>
    public static Tensor From(float[] vector) => Copy(vector, DType.F32);

    /// <summary>Numbers of one type with a shape, copied.</summary>
    /// <typeparam name="T">The .NET type of the elements, or the unsigned integer of their size for their bits, as in
    /// <see cref="AsSpan"/>.</typeparam>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="elements">The elements, row-major.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for any other type: nothing is converted here.
    /// <see cref="ErrorCode.TensorInvalid"/> if there are more or fewer elements than the shape has.</exception>
    public static Tensor From<T>(DType type, ReadOnlySpan<int> shape, ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        ElementTypes.Require<T>(type);
        return new(type, shape, MemoryMarshal.AsBytes(elements).ToArray());
    }

    /// <summary>The elements of a rank-2 binary32 tensor, copied.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another type or rank.</exception>
    public float[,] ToMatrix()
    {
        if (Type != DType.F32 || _shape.Length != 2)
            throw new HlxException(ErrorCode.TypeMismatch, $"{this} is not a matrix of f32", "Resolve it as a Tensor");
        float[,] matrix = new float[_shape[0], _shape[1]];
        AsSpan<float>().CopyTo(MemoryMarshal.Cast<byte, float>(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(matrix), 4 * matrix.Length)));
        return matrix;
    }

    /// <summary>The CONTRACT_950 value: <c>{"950":{"data":handle,"dtype":name,"shape":[…]}}</c>.</summary>
    public HlxValue ToContract() => HlxValue.Object(
        ("950", HlxValue.Object(
            ("dtype", Type.Name()),
            ("shape", HlxValue.Array([.. _shape.Select(extent => HlxValue.From(extent))])),
            ("data", DataHandle))));

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.TensorInvalid"/> for a negative extent or more than 2³¹−1 elements.</exception>
    public static long CountElements(ReadOnlySpan<int> shape)
    {
        long count = 1;
        foreach (int extent in shape)
        {
            if (extent < 0) throw new HlxException(ErrorCode.TensorInvalid, $"the extent {extent} is negative", "Give extents of 0 or more");
            count *= extent;
            if (count > int.MaxValue)
                throw new HlxException(ErrorCode.TensorInvalid, "the shape has more than 2147483647 elements", "Cut the tensor into parts");
        }
        return count;
    }

    private static Tensor Copy(Array source, DType type)
    {
        ArgumentNullException.ThrowIfNull(source);
        byte[] data = new byte[Buffer.ByteLength(source)];
        Buffer.BlockCopy(source, 0, data, 0, data.Length);
        return new(type, Enumerable.Range(0, source.Rank).Select(source.GetLength).ToArray(), data);
    }
}
