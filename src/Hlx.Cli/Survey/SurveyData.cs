using System.Buffers.Binary;
using Hlx.Spirv;

namespace Hlx.Cli.Survey;

/// <summary>How far the numbers go that shaders are tried with.</summary>
internal enum SurveyRange
{
    /// <summary>Small numbers: integers below 16, floats of magnitude below 1, constants from 16 to 64 as sizes are.</summary>
    Tame,

    /// <summary>As tame, but half of the elements of buffers are what programs forget: zeros, signs, extremes, infinities, NaN, any bits.</summary>
    Wild,

    /// <summary>As wild, and constants may be zero, one or negative.</summary>
    WildConstants,
}

/// <summary>Numbers to try a shader with: the same for the same place on every device.</summary>
internal sealed class SurveyData(SurveyRange range)
{
    private static readonly long[] Integers = [0, 1, -1, 2, -2, 31, 32, 33, 63, 64, 127, -128, 255, 32767, -32768, 65535, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];
    private static readonly double[] Floats =
        [0, -0.0, 1, -1, 0.5, -0.5, 1e-40, -1e-310, 6e-8, 65504, 3e38, 1e300, 2147483648, -2147483904, 4294967296, 1e10, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    private static readonly int[] SmallConstants = [0, 1, 2, 3, -1, -7, 5, 64];

    /// <summary>A number of a buffer, as the bits of its type; 32 bits for what has no type of its own.</summary>
    public ulong Element(ScalarType type, uint place, long index)
    {
        ulong random = Mix(((ulong)place << 40) + (ulong)index + 1);
        int kind = range == SurveyRange.Tame ? 0 : (int)(random >> 60) / 2;
        ulong bits = random >> 8;
        return type switch
        {
            ScalarType.Float16 => BitConverter.HalfToUInt16Bits((Half)Float(kind, bits)),
            ScalarType.BFloat16 => BitConverter.SingleToUInt32Bits((float)Float(kind, bits)) >> 16,
            ScalarType.Float32 => BitConverter.SingleToUInt32Bits((float)Float(kind, bits)),
            ScalarType.Float64 => BitConverter.DoubleToUInt64Bits(Float(kind, bits)),
            _ => Integer(kind, bits),
        };
    }

    /// <summary>A push constant: sizes and counts for the most part.</summary>
    public HlxValue Constant(ScalarType type, int index)
    {
        ulong random = Mix((0xC0FFEEul << 16) + (ulong)index) >> 8;
        int whole = range == SurveyRange.WildConstants ? SmallConstants[random % (ulong)SmallConstants.Length] : 16 + (int)(random % 49);
        return type switch
        {
            ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 => HlxValue.From(range == SurveyRange.WildConstants ? whole : whole / 64.0),
            ScalarType.Bool => HlxValue.From(whole % 2 == 1),
            ScalarType.UInt8 or ScalarType.UInt16 or ScalarType.UInt32 or ScalarType.UInt64 => HlxValue.From(Math.Max(0, whole)),
            _ => HlxValue.From(whole),
        };
    }

    /// <summary>Writes a number's bits.</summary>
    public static void Write(Span<byte> place, ulong bits)
    {
        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(whole, bits);
        whole[..place.Length].CopyTo(place);
    }

    private static double Float(int kind, ulong bits) => kind switch
    {
        < 4 => ((double)(bits % (1 << 20)) / (1 << 19)) - 1,
        4 or 5 => Floats[bits % (ulong)Floats.Length],
        6 => BitConverter.UInt32BitsToSingle((uint)bits),
        _ => ((double)(bits % (1 << 20)) - (1 << 19)) / 8,
    };

    private static ulong Integer(int kind, ulong bits) => kind switch
    {
        < 4 => bits % 16,
        4 or 5 => (ulong)Integers[bits % (ulong)Integers.Length],
        6 => bits,
        _ => (ulong)((long)(bits % 64) - 32),
    };

    // splitmix64
    private static ulong Mix(ulong state)
    {
        state *= 0x9E3779B97F4A7C15;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }
}
