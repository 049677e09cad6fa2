using System.Runtime.InteropServices;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// Operands that tell how a device computes with binary32 numbers, and the reading of its results. Drivers do not report this
/// reliably; the device runs shaders/behaviour.comp on the operands when it is opened.
/// </summary>
public static class BehaviourProbe
{
    /// <summary>How many words stand for one test: x, y, z and one unused; or their results.</summary>
    public const int WordsPerTest = 4;

    private const int RandomTriples = 4096;
    private const uint MagnitudeMask = 0x7fffffff;
    private const uint SmallestNormal = 0x00800000;

    /// <summary>
    /// The operands x, y, z of each test: first with x·y + z close to cancellation, where one rounding and two differ; then with
    /// operands, products and sums on both sides of 2^−126.
    /// </summary>
    public static uint[] Operands()
    {
        Random random = new(20_250_101);
        List<uint> operands = [];
        for (int i = 0; i < RandomTriples; i++)
        {
            float x = (float)(1 + random.NextDouble()), y = (float)(1 + random.NextDouble());
            Add(x, y, -(x * y));
        }
        for (int i = 0; i < RandomTriples; i++)
        {
            float x = (float)Math.ScaleB(1 + random.NextDouble(), random.Next(-149, -120));
            Add(x, (float)Math.ScaleB(1 + random.NextDouble(), random.Next(-3, 3)), -(float)Math.ScaleB(1 + random.NextDouble(), random.Next(-149, -120)));
        }
        return [.. operands];

        void Add(float x, float y, float z) => operands.AddRange([Bits(x), Bits(y), Bits(z), 0]);
    }

    /// <summary>
    /// How many of the products that a device gave are right, of those without denormal numbers. Vulkan requires correct rounding, to nearest or
    /// towards zero, so a device that misses one has not run the test, or not all of it.
    /// </summary>
    /// <param name="operands">What <see cref="Operands"/> gave.</param>
    /// <param name="results">As for <see cref="Read"/>.</param>
    public static (int Right, int All) Products(ReadOnlySpan<uint> operands, ReadOnlySpan<uint> results)
    {
        int right = 0, all = 0;
        for (int i = 0; i < operands.Length; i += WordsPerTest)
        {
            uint product = Bits(Number(operands[i]) * Number(operands[i + 1]));
            if (IsDenormal(operands[i]) || (product & MagnitudeMask) <= SmallestNormal) continue;
            all++;
            if (results[i + 1] == product || results[i + 1] == product - 1) right++;
        }
        return (right, all);
    }

    /// <summary>Reads what a device gave.</summary>
    /// <param name="operands">What <see cref="Operands"/> gave.</param>
    /// <param name="results">For each test fma(x, y, z), x·y, x + z, and x·y + z that may be fused.</param>
    /// <param name="functions">For each test x / y, √|x|, and two functions that are only part of the digest.</param>
    public static DeviceBehaviour Read(ReadOnlySpan<uint> operands, ReadOnlySpan<uint> results, ReadOnlySpan<uint> functions)
    {
        bool fused = true, keepsDenormals = true, contracts = false, correctDivision = true, correctSqrt = true;
        for (int i = 0; i < operands.Length; i += WordsPerTest)
        {
            float x = Number(operands[i]), y = Number(operands[i + 1]), z = Number(operands[i + 2]);
            uint fma = Bits(MathF.FusedMultiplyAdd(x, y, z)), product = Bits(x * y), sum = Bits(x + z);
            bool meetsDenormals = IsDenormal(operands[i]) || IsDenormal(operands[i + 2]) || IsDenormal(fma) || IsDenormal(product) || IsDenormal(sum);
            if (meetsDenormals)
            {
                keepsDenormals &= results[i + 1] == product && results[i + 2] == sum;
                continue;
            }
            fused &= results[i] == fma;
            contracts |= results[i + 3] == fma && fma != Bits((x * y) + z);
            correctDivision &= IsDenormal(Bits(x / y)) || functions[i] == Bits(x / y);
            correctSqrt &= functions[i + 1] == Bits(MathF.Sqrt(MathF.Abs(x)));
        }
        return new(fused, keepsDenormals)
        {
            Contracts = contracts,
            CorrectDivision = correctDivision,
            CorrectSqrt = correctSqrt,
            Digest = Handle.OfBlob(MemoryMarshal.AsBytes((ReadOnlySpan<uint>)[.. results, .. functions])).Text,
        };
    }

    private static bool IsDenormal(uint bits) => (bits & MagnitudeMask) is > 0 and < SmallestNormal;

    private static uint Bits(float number) => BitConverter.SingleToUInt32Bits(number);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
