using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;

namespace Hlx.Conformance;

/// <summary>
/// Matrices of as many bytes as an array of .NET has, and dispatches of more invocations than 32 bits count. They need some 12 GiB of memory
/// and minutes on a processor, so <c>scripts/conformance-large</c> runs them. A device whose buffers are smaller says so.
/// </summary>
public sealed class LargeTests(DeviceFixture drivers)
{
    private const int Deep = 65_535, DeepInTiles = 65_408; // the latter in whole tiles of 128, padded to no more than a dispatch has rows

    private static readonly Extent3 Groups = new(65_535, 257, 1);

    public static TheoryData<string> AllDevices => [.. TestDevices.All];

    public static TheoryData<string> VulkanDevices => [.. TestDevices.Vulkan];

    [Theory(Explicit = true), MemberData(nameof(AllDevices))]
    public void A_of_2_gibi_elements_in_i8(string device) => drivers.OnOperators(device, context =>
    {
        int m = Array.MaxLength / DeepInTiles, n = 3;
        byte[] a = new byte[m * DeepInTiles], b = new byte[DeepInTiles * n];
        new Random(1).NextBytes(a);
        new Random(2).NextBytes(b);
        if (Product(context, NumericsProfile.Int8, new(DType.I8, [m, DeepInTiles], a), new(DType.I8, [DeepInTiles, n], b), a.Length) is not { } c) return;
        ReadOnlySpan<int> product = c.AsSpan<int>();
        ReadOnlySpan<sbyte> left = MemoryMarshal.Cast<byte, sbyte>(a), right = MemoryMarshal.Cast<byte, sbyte>(b);
        foreach (int row in Samples(m))
        {
            for (int column = 0; column < n; column++)
            {
                int sum = 0;
                for (int k = 0; k < DeepInTiles; k++) sum += left[(row * DeepInTiles) + k] * right[(k * n) + column];
                Assert.Equal((row, column, sum), (row, column, product[(row * n) + column]));
            }
        }
    });

    [Theory(Explicit = true), MemberData(nameof(AllDevices))]
    public void A_of_2_gibibytes_in_fp32_ieee(string device) => Agree(device, NumericsProfile.Fp32Ieee, Array.MaxLength / sizeof(float) / Deep, 3, Deep);

    [Theory(Explicit = true), MemberData(nameof(AllDevices))]
    public void A_of_2_gibibytes_in_fp32_fixed(string device) =>
        Agree(device, NumericsProfile.Fp32Fixed, Array.MaxLength / sizeof(float) / FixedReference.MaxDepth, 3, FixedReference.MaxDepth);

    [Theory(Explicit = true), MemberData(nameof(AllDevices))]
    public void B_of_2_gibibytes_in_fp32_ieee(string device) => Agree(device, NumericsProfile.Fp32Ieee, 3, Array.MaxLength / sizeof(float) / 4099, 4099);

    [Theory(Explicit = true), MemberData(nameof(AllDevices))]
    public void C_of_2_gibibytes_in_fp32_ieee(string device) => Agree(device, NumericsProfile.Fp32Ieee, 23_170, 23_170, 2);

    [Theory(Explicit = true), MemberData(nameof(AllDevices))]
    public void C_of_2_gibibytes_in_fp32_fixed(string device) => Agree(device, NumericsProfile.Fp32Fixed, 23_170, 23_170, 2);

    [Theory(Explicit = true), MemberData(nameof(VulkanDevices))]
    public void Every_workgroup_of_more_than_2_to_the_32_invocations_runs(string device) => drivers.On(device, context =>
    {
        KernelLaunch launch = new(new ShaderCode(TestShader.Load("count")), "main", [KernelBuffer.Output(0, 0, 8)], Groups);
        Assert.Equal((ulong)Groups.X * Groups.Y, BitConverter.ToUInt64(context.Run(launch).Outputs[0]));
    });

    private void Agree(string device, string numerics, int m, int n, int k) => drivers.OnOperators(device, context =>
    {
        Tensor a = RandomTensor.Uniform(1, m, k), b = RandomTensor.Uniform(2, k, n);
        if (Product(context, numerics, a, b, 4L * Math.Max((long)m * n, Math.Max(a.Count, b.Count))) is not { } c) return;
        foreach (int row in Samples(m))
        {
            Tensor line = new(DType.F32, [1, k], a.Data.Slice(row * k * sizeof(float), k * sizeof(float)));
            ReadOnlySpan<byte> expected = Gemm.Multiply(new CpuDevice(), numerics, line, b).Product.Data.Span;
            int first = row * n * sizeof(float);
            Assert.True(expected.SequenceEqual(c.Data.Span.Slice(first, n * sizeof(float))), $"row {row}");
        }
    });

    // Null where the device said that its buffers do not take so much, or that it has no unit for the profile.
    private static Tensor? Product(IComputeDevice device, string numerics, Tensor a, Tensor b, long largest)
    {
        if (device is not IKernelDevice { Capabilities: var capabilities } || largest <= capabilities.Limits.MaxBufferBytes) return Gemm.Multiply(device, numerics, a, b).Product;
        bool isSupported = numerics != NumericsProfile.Int8 || MatrixPlanner.HasUnit(numerics, capabilities);
        HlxAssert.Refuses(isSupported ? ErrorCode.DeviceLimit : ErrorCode.NumericsUnsupported, () => Gemm.Multiply(device, numerics, a, b));
        return null;
    }

    private static IEnumerable<int> Samples(int rows) => ((int[])[0, 1, rows / 2, rows - 2, rows - 1]).Where(row => row >= 0).Distinct();
}
