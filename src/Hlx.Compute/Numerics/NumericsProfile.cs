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
    /// Binary32 in and out; numbers become integers in units of their row or column, products are summed exactly on integer matrix units
    /// or without them, and rounded once. Device-to-device: the same bits on every device.
    /// </summary>
    public const string Fp32Fixed = "fp32.fixed";

    /// <summary>
    /// Binary32 in and out; each number is cut into two of binary16 with exact scaling, and three products run on matrix units.
    /// Run-to-run on one class of devices.
    /// </summary>
    public const string Fp32Split = "fp32.split";

    /// <summary>Binary16 in, sums and result in binary32. Run-to-run on one class of devices.</summary>
    public const string Fp16 = "fp16";

    /// <summary>bfloat16 in, sums and result in binary32. Run-to-run on one class of devices.</summary>
    public const string BFloat16 = "bf16";

    /// <summary>Signed 8-bit integers in, exact sums modulo 2^32 out. Device-to-device.</summary>
    public const string Int8 = "i8";

    /// <summary>The version of the profiles but <see cref="Fp32Ieee"/>.</summary>
    public const int MatrixVersion = 1;

    private const int ShortestSplit = 513;
    private const int LongestSplit = 2047;
    private const int ChainGranularity = 32;

    /// <summary>All profiles.</summary>
    public static IReadOnlyList<string> All => [Fp32Ieee, Fp32Fixed, Fp32Split, Fp16, BFloat16, Int8];

    /// <summary>Whether a profile promises the same bits on every device; the others promise them on one class of devices.</summary>
    /// <param name="profile">The profile.</param>
    public static bool IsDeviceToDevice(string profile) => profile is Fp32Ieee or Fp32Fixed or Int8;

    /// <summary>The bits of every NaN that a profile produces: quiet, positive, no payload.</summary>
    public const uint CanonicalNaN32 = 0x7fc00000;

    /// <summary>
    /// The order of <see cref="Fp32Ieee"/>: how many of K products form the first chain of fused multiply-adds, over ascending k from
    /// +0. The others form a second chain, likewise, which is added to the first. From 513 to 2047 products the first chain is the first
    /// half, rounded up to a multiple of 32; any other number is one chain.
    /// </summary>
    /// <param name="k">The number of products K.</param>
    /// <remarks>
    /// Measured (docs/performance/gemm.md): where K is short, a matrix rarely has elements enough for all of a GPU, and two chains
    /// side by side use twice as much of it; where K is long, large matrices are the common case, and putting a chain aside costs them
    /// 7 % and more.
    /// </remarks>
    public static int Fp32IeeeFirstChain(int k) =>
        k is >= ShortestSplit and <= LongestSplit ? (((k + 1) / 2) + ChainGranularity - 1) / ChainGranularity * ChainGranularity : k;
}
