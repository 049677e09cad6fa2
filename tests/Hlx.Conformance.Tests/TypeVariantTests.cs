using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Kernels on other types than 32-bit ones: right where a device offers them, refused by name where it does not.</summary>
public sealed class TypeVariantTests
{
    private static readonly int[] Sizes = [1, 31, 32, 33, 1000];

    public static TheoryData<string, int> DevicesAndSizes => new(from device in TestDevices.Vulkan from size in Sizes select (device, size));

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Saxpy_in_binary64(string device, int count)
    {
        Random random = new(count);
        double[] x = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)], y = [.. x.Select(_ => random.NextDouble())];
        double[] expected = [.. x.Zip(y, (a, b) => (1.1 * a) + b)];
        using Bench bench = new(device);
        OutputSpec output = new(DType.F64, [count]) { Initial = bench.Store(DType.F64, y) };
        Check(bench, expected, "shaderFloat64", () => bench.Run("saxpy_f64", (32, 1, 1), Bench.Groups(count, 32), [bench.Store(DType.F64, x)], [output], [1.1, count])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Saxpy_in_binary16(string device, int count)
    {
        // Eighths up to 2.5 and their sums are exact, whatever the rounding.
        Half[] x = [.. Enumerable.Range(0, count).Select(i => (Half)((i % 41 / 8.0) - 2.5))], y = [.. x.Select((_, i) => (Half)(i % 17 / 4.0))];
        Half[] expected = [.. x.Zip(y, (a, b) => (Half)((1.5 * (double)a) + (double)b))];
        using Bench bench = new(device);
        OutputSpec output = new(DType.F16, [count]) { Initial = bench.Store(DType.F16, y) };
        Check(bench, expected, "shaderFloat16", () => bench.Run("saxpy_f16", (32, 1, 1), Bench.Groups(count, 32), [bench.Store(DType.F16, x)], [output], [1.5, count])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Mixing_of_64_bit_integers(string device, int count)
    {
        Random random = new(count);
        long[] x = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))];
        const long Factor = 0x2545F4914F6CDD1D;
        long[] expected =
        [
            .. x.Select(number =>
            {
                ulong state = unchecked((ulong)number);
                state ^= state >> 12;
                state ^= state << 25;
                state ^= state >> 27;
                return unchecked((long)(state * (ulong)Factor));
            }),
        ];
        using Bench bench = new(device);
        Check(bench, expected, "shaderInt64", () => bench.Run("mix_i64", (32, 1, 1), Bench.Groups(count, 32), [bench.Store(DType.I64, x)], [new(DType.I64, [count])], [Factor, count])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Dot_products_of_8_bit_integers(string device, int rows)
    {
        sbyte[] x = new sbyte[16 * rows], y = new sbyte[16 * rows];
        new Random(rows).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.AsSpan()));
        new Random(-rows).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(y.AsSpan()));
        int[] expected = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(16 * row, 16).Sum(i => x[i] * y[i]))];
        using Bench bench = new(device);
        Check(bench, expected, "storageBuffer8BitAccess", () => bench.Run("dot_i8", (32, 1, 1), Bench.Groups(rows, 32), [bench.Store(DType.I8, x), bench.Store(DType.I8, y)], [new(DType.I32, [rows])], [rows])[0]);
    }

    private static void Check<T>(Bench bench, T[] expected, string feature, Func<Tensor> run)
        where T : unmanaged
    {
        if (((VulkanContext)bench.Runtime.KernelDevice).Capabilities.Features.Contains(feature)) Bench.Equal(expected, run());
        else Assert.Contains("does not offer", HlxAssert.Refuses(ErrorCode.DeviceFeature, () => run()).What, StringComparison.Ordinal);
    }
}
