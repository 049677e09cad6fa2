using System.Numerics;

namespace Hlx.Compute;

/// <summary>How a chain of fused multiply-adds is computed so that its bits are those of IEEE 754 with gradual underflow.</summary>
public enum FmaPath
{
    /// <summary>With the device's own <c>fma</c>, on the inputs as they are.</summary>
    Native,

    /// <summary>With the device's own <c>fma</c>, on inputs scaled by exact powers of two, undone at the end.</summary>
    Scaled,

    /// <summary>With an exact integer emulation of <c>fma</c>.</summary>
    Exact,
}

/// <summary>The path for a product of two matrices on a device, and the scaling it needs.</summary>
/// <param name="Path">The path.</param>
/// <param name="ShiftA">Multiply A by 2^ShiftA.</param>
/// <param name="ShiftB">Multiply B by 2^ShiftB; the result is then multiplied by 2^−(ShiftA+ShiftB).</param>
public readonly record struct DenormalPlan(FmaPath Path, int ShiftA = 0, int ShiftB = 0)
{
    private const int MinNormalExponent = -126;
    private const int LowestDenormalBit = -149;
    private const int SafeExponent = 126; // sums below 2^127 cannot overflow

    /// <summary>Chooses the fastest path that cannot change a bit.</summary>
    /// <param name="a">The range of A.</param>
    /// <param name="b">The range of B.</param>
    /// <param name="k">The number of products in a sum.</param>
    /// <param name="behaviour">What the device does.</param>
    /// <remarks>
    /// Products and their rounded partial sums are multiples of 2^(lowest bit of A + lowest bit of B): rounding a multiple of u to
    /// fewer bits gives a multiple of u. So from −126 on no denormal can arise. From −149 on every sum in the denormal range is
    /// exact, as it is in a scaled computation that stays normal: scaling by a power of two then changes no rounding. Below that,
    /// gradual underflow itself rounds, and only the emulation does the same.
    /// </remarks>
    public static DenormalPlan Choose(FloatRange a, FloatRange b, int k, DeviceBehaviour behaviour)
    {
        if (!behaviour.FusedFma) return new(FmaPath.Exact);
        if (behaviour.KeepsDenormals) return new(FmaPath.Native);
        // Without a number on one side only zeros, infinities and NaN arise; but a flushed denormal times infinity would be NaN.
        if (a.IsEmpty || b.IsEmpty) return new(a.HasDenormals || b.HasDenormals ? FmaPath.Exact : FmaPath.Native);
        int lowestBit = a.LowestBit + b.LowestBit;
        if (lowestBit >= MinNormalExponent && !a.HasDenormals && !b.HasDenormals) return new(FmaPath.Native);
        if (lowestBit < LowestDenormalBit) return new(FmaPath.Exact);

        // Lift denormal inputs into the normal range, then the sums; put the rest where there is more room.
        int shiftA = Math.Max(0, MinNormalExponent - a.LowestExponent);
        int shiftB = Math.Max(0, MinNormalExponent - b.LowestExponent);
        int rest = Math.Max(0, MinNormalExponent - (lowestBit + shiftA + shiftB));
        int roomA = SafeExponent - (a.HighestExponent + shiftA), roomB = SafeExponent - (b.HighestExponent + shiftB);
        int toA = Math.Clamp(roomA, 0, rest);
        shiftA += toA;
        shiftB += rest - toA;
        roomA -= toA;
        roomB -= rest - toA;
        int sumExponent = a.HighestExponent + shiftA + b.HighestExponent + shiftB + 2 + BitOperations.Log2((uint)Math.Max(k, 1)) + 1;
        return roomA < 0 || roomB < 0 || sumExponent > SafeExponent ? new(FmaPath.Exact) : new(FmaPath.Scaled, shiftA, shiftB);
    }
}
