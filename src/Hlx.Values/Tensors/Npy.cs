using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Hlx.Values;

/// <summary>
/// NumPy's npy files, versions 1.0 to 3.0 (NumPy enhancement proposal 1 and numpy.lib.format): f2, f4, f8, i1, u1, i2, u2, i4, u4, i8 and u8.
/// Big-endian elements and Fortran order are converted on reading; files are written little-endian, in version 1.0 and C order.
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
        (string description, bool fortran, int[] shape) = NpyHeader.Parse(TextOf(header, isUtf8: file[6] == 3));
        (DType type, bool bigEndian) = TypeOf(description);
        ReadOnlySpan<byte> data = file[(headerStart + (int)headerBytes)..];
        long expected = Tensor.CountElements(shape) * type.Size();
        if (data.Length != expected) throw Refuse($"the data has {data.Length} bytes where the shape needs {expected}");
        byte[] elements = fortran && shape.Length > 1 ? ToRowMajor(data, shape, type.Size()) : data.ToArray();
        if (bigEndian) ReverseEach(elements, type.Size());
        return new(type, shape, elements);
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

    private static string TextOf(ReadOnlySpan<byte> header, bool isUtf8)
    {
        if (!isUtf8) return Encoding.Latin1.GetString(header);
        return Utf8.IsValid(header) ? Encoding.UTF8.GetString(header) : throw Refuse("the header is not valid UTF-8, which version 3 demands");
    }

    private static void ReverseEach(Span<byte> elements, int size)
    {
        for (int at = 0; at < elements.Length; at += size) elements.Slice(at, size).Reverse();
    }

    // A type may begin with its byte order: <, >, | where there is none, or = (as without any) for the order of the machine that wrote the
    // file, which is taken to be little-endian.
    private static (DType Type, bool IsBigEndian) TypeOf(string description)
    {
        char order = description is ['<' or '>' or '|' or '=', ..] ? description[0] : '=';
        string name = description.TrimStart('<', '>', '|', '=');
        if (description.Length - name.Length > 1) throw Unknown(description);
        DType type = name switch
        {
            "f2" => DType.F16,
            "f4" => DType.F32,
            "f8" => DType.F64,
            "i1" => DType.I8,
            "u1" => DType.U8,
            "i2" => DType.I16,
            "u2" => DType.U16,
            "u8" => DType.U64,
            "i4" => DType.I32,
            "u4" => DType.U32,
            "i8" => DType.I64,
            "b1" or "?" => throw Refuse("the elements are bools", "Save it with a.astype('u1')"),
            ['c', ..] => throw Refuse($"the elements are complex numbers ('{description}')", "Save a.real and a.imag"),
            ['O', ..] => throw Refuse("the elements are Python objects", "Save an array of numbers"),
            ['U' or 'S' or 'V' or 'M' or 'm', ..] => throw Refuse($"the elements ('{description}') are not numbers", "Save an array of numbers"),
            _ => throw Unknown(description),
        };
        if (order == '|' && type.Size() > 1) throw Refuse($"the element type '{description}' does not say its byte order", "Write it as '<' or '>' and the type");
        return (type, order == '>' && type.Size() > 1);
    }

    private static HlxException Unknown(string description) => Refuse($"the element type '{description}' has no tensor");

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

    internal static HlxException Refuse(string what, string remedy = "Save the array with numpy.save as f2, f4, f8, i1, u1, i2, u2, i4, u4, i8 or u8") =>
        new(ErrorCode.NpyParse, what, remedy);
}
