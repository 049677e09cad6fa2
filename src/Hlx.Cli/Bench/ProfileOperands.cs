using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;

namespace Hlx.Cli.Bench;

/// <summary>Operands as a profile sees them.</summary>
/// <param name="A">A rounded to the profile's type, in f32.</param>
/// <param name="B">B rounded to the profile's type, in f32.</param>
/// <param name="Left">A in the profile's type.</param>
/// <param name="Right">B in the profile's type; for <c>i8</c> its transpose, which the peers are given too.</param>
/// <param name="IsRightTransposed">Whether B is given transposed.</param>
internal sealed record ProfileOperands(Tensor A, Tensor B, byte[] Left, byte[] Right, bool IsRightTransposed)
{
    public static ProfileOperands Of(string profile, Tensor a, Tensor b)
    {
        DType type = profile == NumericsProfile.Fp32Ieee ? DType.F32 : MatrixPlanner.ElementOf(profile);
        Func<float, float> round = type switch
        {
            DType.F16 => x => (float)(Half)x,
            DType.BF16 => x => BitConverter.UInt32BitsToSingle(ToBFloat16(x) << 16),
            DType.I8 => x => MathF.Round(Math.Clamp(x, -1, 1) * 127),
            _ => x => x,
        };
        Tensor left = RandomTensor.Map(a, (_, x) => round(x)), right = RandomTensor.Map(b, (_, x) => round(x));
        bool isTransposed = type == DType.I8;
        return new(left, right, Bytes(left, type), Bytes(isTransposed ? Transposed(right) : right, type), isTransposed);
    }

    private static byte[] Bytes(Tensor tensor, DType type)
    {
        ReadOnlySpan<float> numbers = tensor.AsSpan<float>();
        byte[] bytes = new byte[(long)numbers.Length * type.Size()];
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
        for (int i = 0; i < numbers.Length; i++)
        {
            if (type == DType.F32) BitConverter.TryWriteBytes(bytes.AsSpan(4 * i), numbers[i]);
            else if (type == DType.I8) bytes[i] = unchecked((byte)(sbyte)numbers[i]);
            else halves[i] = type == DType.F16 ? BitConverter.HalfToUInt16Bits((Half)numbers[i]) : (ushort)ToBFloat16(numbers[i]);
        }
        return bytes;
    }

    private static Tensor Transposed(Tensor matrix)
    {
        int rows = matrix.Shape[0], columns = matrix.Shape[1];
        ReadOnlySpan<float> source = matrix.AsSpan<float>();
        float[] target = new float[source.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) target[(j * rows) + i] = source[(i * columns) + j];
        }
        return Tensor.From<float>(DType.F32, [columns, rows], target);
    }

    // To nearest, ties to even.
    private static uint ToBFloat16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    }
}
