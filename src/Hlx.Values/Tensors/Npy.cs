using System.Buffers.Binary;
using System.Text;

namespace Hlx.Values;

/// <summary>
/// NumPy's npy files, versions 1.0 to 3.0 (NumPy enhancement proposal 1 and numpy.lib.format): f2, f4, f8, i1, u1, i2, u2, i4, u4, i8 and u8,
/// little-endian. Fortran order is converted on reading; files are written in version 1.0 and C order.
/// </summary>
public static class Npy
{
    private const int PreludeBytes = 10;
    private const int HeaderAlignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads an npy file.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NpyParse"/> if it is malformed or of another element type.</exception>
    public static Tensor Decode(ReadOnlySpan<byte> file)
    {
        if (file.Length < PreludeBytes || !file.StartsWith(Magic)) throw Refuse("the file does not start like an npy file");
        bool isLong = file[6] >= 2;
        if (file[6] is 0 or > 3) throw Refuse($"npy version {file[6]} is unknown");
        if (isLong && file.Length < PreludeBytes + 2) throw Refuse("the header is cut off");
        long headerBytes = isLong ? BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        int headerStart = isLong ? PreludeBytes + 2 : PreludeBytes;
        if (headerBytes > file.Length - headerStart) throw Refuse("the header is cut off");

        ReadOnlySpan<byte> header = file.Slice(headerStart, (int)headerBytes);
        (string description, bool fortran, int[] shape) = NpyHeader.Parse(file[6] == 3 ? Encoding.UTF8.GetString(header) : Encoding.Latin1.GetString(header));
        DType type = TypeOf(description);
        ReadOnlySpan<byte> data = file[(headerStart + (int)headerBytes)..];
        long expected = Tensor.CountElements(shape) * type.Size();
        if (data.Length != expected) throw Refuse($"the data has {data.Length} bytes where the shape needs {expected}");
        return new(type, shape, fortran && shape.Length > 1 ? ToRowMajor(data, shape, type.Size()) : data.ToArray());
    }

    /// <summary>Writes an npy file.</summary>
    /// <param name="tensor">A tensor of any type but bf16, which NumPy does not have.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for bf16.</exception>
    public static byte[] Encode(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        string extents = string.Join(", ", tensor.Shape.ToArray());
        string shape = tensor.Shape.Length == 1 ? $"({extents},)" : $"({extents})";
        string header = $"{{'descr': '{DescriptionOf(tensor.Type)}', 'fortran_order': False, 'shape': {shape}, }}";
        int unpadded = PreludeBytes + header.Length + 1;
        int start = (unpadded + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;

        byte[] file = new byte[start + tensor.Data.Length];
        Magic.CopyTo(file);
        file[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)(start - PreludeBytes));
        file.AsSpan(PreludeBytes, start - PreludeBytes).Fill((byte)' ');
        Encoding.Latin1.GetBytes(header, file.AsSpan(PreludeBytes));
        file[start - 1] = (byte)'\n';
        tensor.Data.Span.CopyTo(file.AsSpan(start));
        return file;
    }

    private static byte[] ToRowMajor(ReadOnlySpan<byte> data, int[] shape, int size)
    {
        byte[] result = new byte[data.Length];
        int[] index = new int[shape.Length];
        for (int target = 0; target < result.Length; target += size)
        {
            long source = 0;
            for (int d = shape.Length - 1; d >= 0; d--) source = (source * shape[d]) + index[d];
            data.Slice((int)(source * size), size).CopyTo(result.AsSpan(target));
            for (int d = shape.Length - 1; d >= 0 && ++index[d] == shape[d]; d--) index[d] = 0;
        }
        return result;
    }

    private static DType TypeOf(string description) => description switch
    {
        "<f2" => DType.F16,
        "<f4" => DType.F32,
        "<f8" => DType.F64,
        "|i1" or "<i1" => DType.I8,
        "|u1" or "<u1" => DType.U8,
        "<i2" => DType.I16,
        "<u2" => DType.U16,
        "<u8" => DType.U64,
        "<i4" => DType.I32,
        "<u4" => DType.U32,
        "<i8" => DType.I64,
        ['>', .. string rest] when rest.Length > 1 => throw Refuse($"the elements are big-endian ('{description}')", $"Save it with a.astype('<{rest}')"),
        ['?', ..] or "|b1" => throw Refuse("the elements are bools", "Save it with a.astype('u1')"),
        [_, 'c', ..] => throw Refuse($"the elements are complex numbers ('{description}')", "Save a.real and a.imag"),
        [_, 'O', ..] => throw Refuse("the elements are Python objects", "Save an array of numbers"),
        [_, 'U' or 'S' or 'V' or 'M' or 'm', ..] => throw Refuse($"the elements ('{description}') are not numbers", "Save an array of numbers"),
        _ => throw Refuse($"the element type '{description}' has no tensor"),
    };

    private static string DescriptionOf(DType type) => type switch
    {
        DType.F16 => "<f2",
        DType.F32 => "<f4",
        DType.F64 => "<f8",
        DType.I8 => "|i1",
        DType.U8 => "|u1",
        DType.I16 => "<i2",
        DType.U16 => "<u2",
        DType.U64 => "<u8",
        DType.I32 => "<i4",
        DType.U32 => "<u4",
        DType.I64 => "<i8",
        _ => throw new HlxException(ErrorCode.TypeMismatch, "npy has no type for bf16", "Resolve the tensor as f32 first"),
    };

    internal static HlxException Refuse(string what, string remedy = "Save the array with numpy.save as f2, f4, f8, i1, u1, i2, u2, i4, u4, i8 or u8, little-endian") =>
        new(ErrorCode.NpyParse, what, remedy);
}
