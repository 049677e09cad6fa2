using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Hlx.Values;

/// <summary>
/// NumPy's npy files, versions 1.0 to 3.0 (NumPy enhancement proposal 1 and numpy.lib.format): f2, f4, f8, i1, u1, i4, u4 and i8,
/// little-endian. Fortran order is converted on reading; files are written in version 1.0 and C order.
/// </summary>
public static partial class Npy
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

        string header = Encoding.Latin1.GetString(file.Slice(headerStart, (int)headerBytes));
        DType type = TypeOf(Field(header, DescriptionPattern()));
        bool fortran = Field(header, OrderPattern()) == "True";
        int[] shape = ParseShape(Field(header, ShapePattern()));
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

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex DescriptionPattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9,\s]*)\)")]
    private static partial Regex ShapePattern();

    private static string Field(string header, Regex pattern)
    {
        Match match = pattern.Match(header);
        return match.Success ? match.Groups[1].Value : throw Refuse("the header lacks 'descr', 'fortran_order' or 'shape'");
    }

    private static int[] ParseShape(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return [.. parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int extent)
            ? extent
            : throw Refuse($"the extent \"{part}\" is not a number below 2147483648"))];
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
        "<i4" => DType.I32,
        "<u4" => DType.U32,
        "<i8" => DType.I64,
        _ => throw Refuse($"the element type '{description}' has no tensor"),
    };

    private static string DescriptionOf(DType type) => type switch
    {
        DType.F16 => "<f2",
        DType.F32 => "<f4",
        DType.F64 => "<f8",
        DType.I8 => "|i1",
        DType.U8 => "|u1",
        DType.I32 => "<i4",
        DType.U32 => "<u4",
        DType.I64 => "<i8",
        _ => throw new HlxException(ErrorCode.TypeMismatch, "npy has no type for bf16", "Resolve the tensor as f32 first"),
    };

    private static HlxException Refuse(string what) =>
        new(ErrorCode.NpyParse, what, "Save the array with numpy.save as f2, f4, f8, i1, u1, i4, u4 or i8, little-endian");
}
