using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Hlx.Values;

/// <summary>Tensors from nested arrays of numbers, and back.</summary>
public static class NestedArrays
{
    /// <summary>
    /// Reads nested arrays of ints and floats as a tensor of f32. Fractions are rounded to the nearest binary32; a number that would become
    /// infinite or zero, and a whole number up to 2^53 that would become another one, are refused.
    /// </summary>
    /// <param name="value">A number, or arrays of equal lengths down to numbers.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.TensorInvalid"/> if the nesting is ragged or too deep, or holds anything else or a
    /// number that binary32 does not have.</exception>
    public static Tensor ToTensor(HlxValue value)
    {
        List<int> shape = [];
        for (HlxValue level = value; level.Kind == HlxKind.Array; level = level.AsArray()[0])
        {
            shape.Add(level.AsArray().Length);
            if (shape.Count > Tensor.MaxRank) throw Refuse($"it is nested more than {Tensor.MaxRank} deep");
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
                numbers[next] = item.Kind switch
                {
                    HlxKind.Float => Round(item.AsFloat(), next),
                    HlxKind.Int => Whole(item.AsInt(), next),
                    _ => throw Refuse($"it holds {item.Describe()} where a number is needed"),
                };
                next++;
                return;
            }
            if (item.Kind != HlxKind.Array || item.AsArray().Length != shape[dimension]) throw Refuse("its rows differ in length");
            if (dimension == shape.Count - 1 && item.AsArray().TryGetFloats(out ReadOnlySpan<double> floats))
            {
                foreach (double number in floats)
                {
                    numbers[next] = Round(number, next);
                    next++;
                }
                return;
            }
            for (int i = 0; i < item.AsArray().Length; i++) Fill(item.AsArray()[i], dimension + 1);
        }

        static float Whole(long number, int element)
        {
            float rounded = number;
            return RoundedNumber.Keeps(number, rounded) ? rounded : throw Unfit(element, number.ToString(CultureInfo.InvariantCulture), rounded);
        }

        static float Round(double number, int element)
        {
            float rounded = (float)number;
            return RoundedNumber.Keeps(number, rounded) ? rounded : throw Unfit(element, number.ToString("R", CultureInfo.InvariantCulture), rounded);
        }
    }

    private static HlxException Unfit(int element, string number, float rounded) => new(
        ErrorCode.TensorInvalid,
        $"element {element} is {number}, and would become {rounded.ToString("R", CultureInfo.InvariantCulture)} as f32",
        "Round it to binary32 yourself, or give a tensor of another type (CONTRACT_950, npy)");

    /// <summary>Writes a tensor as nested arrays; floats become floats, integers become ints.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.FloatSpecial"/> if it holds NaN or infinities; <see cref="ErrorCode.TypeMismatch"/>
    /// for a number of u64 above the largest int.</exception>
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
            DType.I16 => HlxValue.From(BinaryPrimitives.ReadInt16LittleEndian(at)),
            DType.U16 => HlxValue.From(BinaryPrimitives.ReadUInt16LittleEndian(at)),
            DType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(at) is <= long.MaxValue and ulong number ? HlxValue.From((long)number) : throw new HlxException(
                ErrorCode.TypeMismatch, $"the tensor holds {BinaryPrimitives.ReadUInt64LittleEndian(at)}, and the largest int of a value is {long.MaxValue}",
                "Resolve it as npy or raw"),
            DType.I32 => HlxValue.From(BinaryPrimitives.ReadInt32LittleEndian(at)),
            DType.U32 => HlxValue.From(BinaryPrimitives.ReadUInt32LittleEndian(at)),
            _ => HlxValue.From(BinaryPrimitives.ReadInt64LittleEndian(at)),
        };
    }

    private static HlxException Refuse(string why) =>
        new(ErrorCode.TensorInvalid, $"the value is not a tensor: {why}", "Nest arrays of equal lengths, with numbers innermost");
}
