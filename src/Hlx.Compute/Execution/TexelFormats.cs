using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>What the texels of a buffer are: as the shader's format says, or one number each where it names none.</summary>
public static class TexelFormats
{
    private static readonly Dictionary<ImageFormat, (DType Type, int Components)> Formats = new()
    {
        [ImageFormat.Rgba32f] = (DType.F32, 4),
        [ImageFormat.Rg32f] = (DType.F32, 2),
        [ImageFormat.R32f] = (DType.F32, 1),
        [ImageFormat.Rgba16f] = (DType.F16, 4),
        [ImageFormat.Rg16f] = (DType.F16, 2),
        [ImageFormat.R16f] = (DType.F16, 1),
        [ImageFormat.Rgba32i] = (DType.I32, 4),
        [ImageFormat.Rg32i] = (DType.I32, 2),
        [ImageFormat.R32i] = (DType.I32, 1),
        [ImageFormat.Rgba16i] = (DType.I16, 4),
        [ImageFormat.Rg16i] = (DType.I16, 2),
        [ImageFormat.R16i] = (DType.I16, 1),
        [ImageFormat.Rgba8i] = (DType.I8, 4),
        [ImageFormat.Rg8i] = (DType.I8, 2),
        [ImageFormat.R8i] = (DType.I8, 1),
        [ImageFormat.Rgba32ui] = (DType.U32, 4),
        [ImageFormat.Rg32ui] = (DType.U32, 2),
        [ImageFormat.R32ui] = (DType.U32, 1),
        [ImageFormat.Rgba16ui] = (DType.U16, 4),
        [ImageFormat.Rg16ui] = (DType.U16, 2),
        [ImageFormat.R16ui] = (DType.U16, 1),
        [ImageFormat.Rgba8ui] = (DType.U8, 4),
        [ImageFormat.Rg8ui] = (DType.U8, 2),
        [ImageFormat.R8ui] = (DType.U8, 1),
        [ImageFormat.R64i] = (DType.I64, 1),
        [ImageFormat.R64ui] = (DType.U64, 1),
        [ImageFormat.Rgba16] = (DType.U16, 4),
        [ImageFormat.Rg16] = (DType.U16, 2),
        [ImageFormat.R16] = (DType.U16, 1),
        [ImageFormat.Rgba8] = (DType.U8, 4),
        [ImageFormat.Rg8] = (DType.U8, 2),
        [ImageFormat.R8] = (DType.U8, 1),
        [ImageFormat.Rgba16Snorm] = (DType.I16, 4),
        [ImageFormat.Rg16Snorm] = (DType.I16, 2),
        [ImageFormat.R16Snorm] = (DType.I16, 1),
        [ImageFormat.Rgba8Snorm] = (DType.I8, 4),
        [ImageFormat.Rg8Snorm] = (DType.I8, 2),
        [ImageFormat.R8Snorm] = (DType.I8, 1),
        [ImageFormat.Rgb10A2] = (DType.U32, 1),
        [ImageFormat.Rgb10a2ui] = (DType.U32, 1),
        [ImageFormat.R11fG11fB10f] = (DType.U32, 1),
    };

    // What a shader that names no format reads of a tensor: the format, and the class of numbers that it gives.
    private static readonly Dictionary<DType, (ImageFormat Format, ScalarType Class)> Single = new()
    {
        [DType.F32] = (ImageFormat.R32f, ScalarType.Float32),
        [DType.F16] = (ImageFormat.R16f, ScalarType.Float32),
        [DType.I32] = (ImageFormat.R32i, ScalarType.Int32),
        [DType.I16] = (ImageFormat.R16i, ScalarType.Int32),
        [DType.I8] = (ImageFormat.R8i, ScalarType.Int32),
        [DType.U32] = (ImageFormat.R32ui, ScalarType.UInt32),
        [DType.U16] = (ImageFormat.R16ui, ScalarType.UInt32),
        [DType.U8] = (ImageFormat.R8ui, ScalarType.UInt32),
        [DType.I64] = (ImageFormat.R64i, ScalarType.Int64),
        [DType.U64] = (ImageFormat.R64ui, ScalarType.UInt64),
    };

    /// <summary>The element type of a tensor whose texels have a format; null for the unknown format, and for what has no tensor.</summary>
    /// <param name="format">The format.</param>
    public static DType? TypeOf(ImageFormat format) => Formats.TryGetValue(format, out (DType Type, int Components) found) ? found.Type : null;

    /// <summary>The size of a texel in bytes.</summary>
    internal static int BytesOf(ImageFormat format) => Formats.TryGetValue(format, out (DType Type, int Components) found) ? found.Type.Size() * found.Components : 1;

    /// <summary>The format of a texel buffer that holds a tensor.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/> for a tensor that is no whole number of such texels.</exception>
    internal static ImageFormat For(DescriptorBinding binding, OutputSpec tensor)
    {
        if (binding.Format == ImageFormat.Unknown)
        {
            return Single.TryGetValue(tensor.Type, out (ImageFormat Format, ScalarType Class) single) && single.Class == binding.Texel
                ? single.Format
                : throw Mismatch(binding, tensor, $"gives {binding.Texel}", "Give a tensor of such numbers");
        }
        if (!Formats.TryGetValue(binding.Format, out (DType Type, int Components) format)) throw Mismatch(binding, tensor, $"has the format {binding.Format}", "Use another format");
        return tensor.Type == format.Type && tensor.Bytes % (format.Components * format.Type.Size()) == 0
            ? binding.Format
            : throw Mismatch(binding, tensor, $"has the format {binding.Format}", $"Give a tensor of {format.Type.Name()} with {format.Components} numbers for each texel");
    }

    private static HlxException Mismatch(DescriptorBinding binding, OutputSpec tensor, string what, string remedy) => new(
        ErrorCode.ShapeMismatch, $"{BindingPlan.Describe(binding)} is a {binding.Kind.Name()} that {what}, and gets {Tensor.Describe(tensor.Type, tensor.Shape.ToArray())}", remedy);
}
