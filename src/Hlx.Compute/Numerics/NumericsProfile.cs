namespace Hlx.Compute;

/// <summary>The names of numerics profiles: what bits an operator promises.</summary>
public static class NumericsProfile
{
    /// <summary>
    /// Each element is a fixed sequence of correctly rounded binary32 fused multiply-adds that depends on K alone. Device-to-device:
    /// the same bits on every device.
    /// </summary>
    public const string Fp32Ieee = "fp32.ieee";

    /// <summary>The version of <see cref="Fp32Ieee"/>; another order of operations is another version.</summary>
    public const int Fp32IeeeVersion = 1;

    /// <summary>
    /// The segment length S of <see cref="Fp32Ieee"/>: K is cut into segments of S (the last may be shorter); each segment is one
    /// chain of fused multiply-adds over ascending k from +0; the first segment's sum is the total, to which the others are added in
    /// ascending order.
    /// </summary>
    public const int Fp32IeeeSegment = 512;

    /// <summary>The bits of every NaN that a profile produces: quiet, positive, no payload.</summary>
    public const uint CanonicalNaN32 = 0x7fc00000;
}
