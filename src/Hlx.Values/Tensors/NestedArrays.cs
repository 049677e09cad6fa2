using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hlx.Values;

/// <summary>Tensors from nested arrays of numbers, and back.</summary>
public static class NestedArrays
{
    /// <summary>Reads nested arrays of ints and floats as a tensor of f32; every number is rounded to binary32.</summary>
    /// <param name="value">A number, or arrays of equal lengths down to numbers.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TensorInvalid"/> if the nesting is ragged or holds anything else.</exception>
    public static Tensor ToTensor(HlxValue value)
    {
        List<int> shape = [];
        for (HlxValue level = value; level.Kind == HlxKind.Array; level = level.AsArray()[0])
        {
            shape.Add(level.AsArray().Length);
            if (level.AsArray().IsEmpty) break;
        }
        float[] numbers = new float[Tensor.CountElements(CollectionsMarshal.AsSpan(shape))];
        int next = 0;
        Fill(value, 0);
        return Tensor.From<float>(DType.F32, CollectionsMarshal.AsSpan(shape), numbers);

        void Fill(in HlxValue item, int dimension)
        {
            if (dimension == shape.Count)
            {
                numbers[next++] = item.Kind switch
                {
                    HlxKind.Float => (float)item.AsFloat(),
                    HlxKind.Int => item.AsInt(),
                    _ => throw Refuse($"it holds {item.Describe()} where a number is needed"),
                };
                return;
            }
            if (item.Kind != HlxKind.Array || item.AsArray().Length != shape[dimension]) throw Refuse("its rows differ in length");
            if (dimension == shape.Count - 1 && item.AsArray().TryGetFloats(out ReadOnlySpan<double> floats))
            {
                foreach (double number in floats) numbers[next++] = (float)number;
                return;
            }
            for (int i = 0; i < item.AsArray().Length; i++) Fill(item.AsArray()[i], dimension + 1);
        }
    }

    /// <summary>Writes a tensor as nested arrays; floats become floats, integers become ints.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.FloatSpecial"/> if it holds NaN or infinities.</exception>
    public static HlxValue ToValue(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        int next = 0;
        return Level(0);

        HlxValue Level(int dimension)
        {
            if (dimension == tensor.Shape.Length) return Element(tensor, next++);
            if (dimension == tensor.Shape.Length - 1 && IsFloat(tensor.Type)) return Floats();
            HlxValue[] items = new HlxValue[tensor.Shape[dimension]];
            for (int i = 0; i < items.Length; i++) items[i] = Level(dimension + 1);
            return HlxValue.FromOwned(items);
        }

        HlxValue Floats()
        {
            double[] floats = new double[tensor.Shape[^1]];
            for (int i = 0; i < floats.Length; i++) floats[i] = Element(tensor, next++).AsFloat();
            return HlxValue.FromOwned(floats);
        }
    }

    private static bool IsFloat(DType type) => type is DType.F16 or DType.BF16 or DType.F32 or DType.F64;

    private static HlxValue Element(Tensor tensor, int index)
    {
        ReadOnlySpan<byte> at = tensor.Data.Span[(index * tensor.Type.Size())..];
        return tensor.Type switch
        {
            DType.F16 => HlxValue.From((double)BinaryPrimitives.ReadHalfLittleEndian(at)),
            DType.BF16 => HlxValue.From((double)BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16)),
            DType.F32 => HlxValue.From((double)BinaryPrimitives.ReadSingleLittleEndian(at)),
            DType.F64 => HlxValue.From(BinaryPrimitives.ReadDoubleLittleEndian(at)),
            DType.I8 => HlxValue.From((sbyte)at[0]),
            DType.U8 => HlxValue.From(at[0]),
            DType.I32 => HlxValue.From(BinaryPrimitives.ReadInt32LittleEndian(at)),
            DType.U32 => HlxValue.From(BinaryPrimitives.ReadUInt32LittleEndian(at)),
            _ => HlxValue.From(BinaryPrimitives.ReadInt64LittleEndian(at)),
        };
    }

    private static HlxException Refuse(string why) =>
        new(ErrorCode.TensorInvalid, $"the value is no tensor: {why}", "Nest arrays of equal lengths, with numbers innermost");
}
