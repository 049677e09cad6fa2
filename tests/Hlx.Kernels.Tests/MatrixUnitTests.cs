using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>Tiles, modules and twins for matrix units, without a device that has them.</summary>
public sealed class MatrixUnitTests
{
    private static readonly DeviceCapabilities H100 = DevicePlan
        .For(DeviceSnapshot.FromValue(Json.Decode(File.ReadLines(TestData.PathOf("device-snapshots.jsonl")).First())), new DeviceRequest()).Capabilities;

    public static TheoryData<string> Profiles => [NumericsProfile.Fp32Fixed, NumericsProfile.Fp32Split, NumericsProfile.Fp16, NumericsProfile.BFloat16, NumericsProfile.Int8];

    [Theory, MemberData(nameof(Profiles))]
    public void Every_tile_for_the_h100_is_a_module_within_its_limits(string profile)
    {
        foreach (MatrixTile tile in MatrixPlanner.Tiles(profile, H100)) Check(tile, H100.Limits);
    }

    // As other vendors report their units: no type has more than 16 of K.
    [Theory, MemberData(nameof(Profiles))]
    public void A_device_with_units_of_16_by_16_by_16_gets_tiles_too(string profile)
    {
        (string element, string sum) = MatrixPlanner.TypesOf(profile);
        DeviceCapabilities other = H100 with { CooperativeMatrices = [new(16, 16, 16, element, element, sum, sum)], Limits = H100.Limits with { MaxSharedMemoryBytes = 32768 }, Multiprocessors = 0 };
        IReadOnlyList<MatrixTile> tiles = MatrixPlanner.Tiles(profile, other);
        Assert.NotEmpty(tiles);
        foreach (MatrixTile tile in tiles) Check(tile, other.Limits);
    }

    [Theory, MemberData(nameof(Profiles))]
    public void A_device_without_the_unit_is_refused_by_name(string profile)
    {
        Assert.Contains("VK_KHR_cooperative_matrix", Refusal(H100 with { CooperativeMatrices = [] }), StringComparison.Ordinal);
        Assert.Contains("subgroups of 32", Refusal(H100 with { Features = new HashSet<string>() }), StringComparison.Ordinal);
        Assert.Contains("shared memory", Refusal(H100 with { Limits = H100.Limits with { MaxSharedMemoryBytes = 1024 } }), StringComparison.Ordinal);

        string Refusal(DeviceCapabilities device) => HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => MatrixPlanner.Choose(profile, new(64, 64, 64), device)).What;
    }

    [Theory, MemberData(nameof(Profiles))]
    public void Large_products_get_large_tiles_and_small_ones_small_tiles(string profile)
    {
        Assert.InRange(MatrixPlanner.Choose(profile, new(4096, 4096, 4096), H100).Rows, 64, 128);
        Assert.Equal(32, MatrixPlanner.Choose(profile, new(100, 70, 50), H100).Rows);
    }

    [Fact]
    public void Mesa_gets_no_tile_that_its_compiler_does_not_keep_in_registers()
    {
        GemmShape large = new(4096, 4096, 4096);
        Assert.Equal(256, MatrixPlanner.Choose(NumericsProfile.Fp32Split, large, H100).Columns);
        Assert.Equal(64, MatrixPlanner.Choose(NumericsProfile.Fp32Split, large, H100 with { IsCompiledByMesa = true }).Columns);
        Assert.Equal(128, MatrixPlanner.Choose(NumericsProfile.Fp16, large, H100 with { IsCompiledByMesa = true }).Columns);
    }

    [Fact]
    public void Operands_in_whole_tiles_are_used_as_they_are_and_others_are_padded()
    {
        Assert.Single(Plan(NumericsProfile.Fp16, 128, 128, 64).Sequence.Stages);
        Assert.Equal(3, Plan(NumericsProfile.Fp16, 100, 70, 50).Sequence.Stages.Count);
        Assert.Equal(2, Plan(NumericsProfile.Int8, 128, 128, 128).Sequence.Stages.Count); // B is transposed
        Assert.Equal(3, Plan(NumericsProfile.Fp32Split, 128, 128, 128).Sequence.Stages.Count);

        static MatrixGemm Plan(string profile, int m, int n, int k)
        {
            int bytes = MatrixPlanner.ElementOf(profile).Size();
            return MatrixGemm.Plan(profile, new(m, n, k), new byte[bytes * m * k], new byte[bytes * k * n], false, H100);
        }
    }

    [Fact]
    public void Matrices_that_exceed_the_device_are_refused() => HlxAssert.Refuses(ErrorCode.DeviceLimit, () => MatrixGemm.Plan(
        NumericsProfile.Fp16, new(128, 128, 128), new byte[32768], new byte[32768], false, H100 with { Limits = H100.Limits with { MaxBufferBytes = 65535 } }));

    [Fact]
    public void Products_of_integers_are_exact_on_the_cpu_and_wrap_like_the_units()
    {
        Tensor a = Bytes([127, -128, 3, 4], 2, 2), b = Bytes([127, 1, -128, 2], 2, 2);
        using CpuDevice cpu = new();
        Tensor c = Gemm.Multiply(cpu, NumericsProfile.Int8, a, b).Product;
        Assert.Equal([(127 * 127) + (128 * 128), 127 - 256, 381 - 512, 3 + 8], c.AsSpan<int>().ToArray());
        Assert.Equal(DType.I32, c.Type);

        static Tensor Bytes(sbyte[] numbers, int rows, int columns) => Tensor.From(DType.I8, [rows, columns], numbers);
    }

    [Fact]
    public void The_cpu_has_no_matrix_units()
    {
        using CpuDevice cpu = new();
        Tensor a = FloatSamples.Unit(1, 4, 4);
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => Gemm.Multiply(cpu, NumericsProfile.Fp32Split, a, a));
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => Gemm.Multiply(cpu, "fp4", a, a));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Gemm.Multiply(cpu, NumericsProfile.Fp16, a, a)); // f32 where f16 is needed
    }

    [Fact]
    public void Split_products_with_infinities_are_those_of_fp32_ieee()
    {
        using CpuDevice cpu = new();
        Tensor a = FloatSamples.Special(1, 9, 9), b = FloatSamples.Unit(2, 9, 9);
        Assert.Equal(Gemm.Multiply(cpu, a, b).Product.DataHandle, Gemm.Multiply(cpu, NumericsProfile.Fp32Split, a, b).Product.DataHandle);
    }

    [Theory]
    [InlineData(1, 1, int.MaxValue)]
    [InlineData(1, int.MaxValue - 7, 1)]
    [InlineData(int.MaxValue, 1, 1)]
    public void Extents_whose_padding_no_number_holds_are_refused(int m, int n, int k)
    {
        DeviceCapabilities vast = H100 with { Limits = H100.Limits with { MaxBufferBytes = long.MaxValue, MaxWorkgroups = new(uint.MaxValue, uint.MaxValue, uint.MaxValue) } };
        foreach (string profile in (string[])[NumericsProfile.Int8, NumericsProfile.Fp16, NumericsProfile.Fp32Split])
            HlxAssert.Refuses(ErrorCode.DeviceLimit, () => MatrixGemm.Plan(profile, new(m, n, k), default, default, false, vast));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(2048)]
    public void Fixed_products_run_on_integer_units_where_there_are_some(int k)
    {
        byte[] a = new byte[4 * 100 * k], b = new byte[4 * k * 70];
        MatrixGemm onUnits = MatrixGemm.Plan(NumericsProfile.Fp32Fixed, new(100, 70, k), a, b, false, H100);
        MatrixGemm without = MatrixGemm.Plan(NumericsProfile.Fp32Fixed, new(100, 70, k), a, b, false, H100 with { CooperativeMatrices = [] });
        Assert.NotNull(onUnits.Tile);
        Assert.Null(without.Tile);
        Assert.Contains(Capability.CooperativeMatrixKHR, onUnits.Sequence.Stages[2].Code.Module.Capabilities);
        Assert.DoesNotContain(Capability.CooperativeMatrixKHR, without.Sequence.Stages[2].Code.Module.Capabilities);
        Assert.Equal(3, onUnits.Sequence.Stages.Count); // the sums are finished where they are
        Assert.Equal(4, without.Sequence.Stages.Count);
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => MatrixGemm.Plan(NumericsProfile.Fp32Fixed, new(1, 1, 32769), new byte[131076], new byte[131076], false, H100));
    }

    private static void Check(MatrixTile tile, DeviceLimits limits)
    {
        SpirvModule module = SpirvModule.Parse(MatrixModule.Emit(tile));
        Assert.InRange(tile.SharedBytes, 1, (int)limits.MaxSharedMemoryBytes);
        Assert.Equal(tile.SharedBytes, module.SharedMemoryBytes(new Dictionary<uint, ulong>()));
        Assert.Equal([new LocalExtent((uint)tile.Threads, null), new(1, null), new(1, null)], module.RequireCompute("main").LocalSize);
        Assert.InRange(tile.Threads, 32, (int)limits.MaxWorkgroupInvocations);
        Assert.Contains(Capability.CooperativeMatrixKHR, module.Capabilities);
        Assert.Contains(SpirvValidator.Validate(module.Bytes), (SpirvValidation[])[SpirvValidation.Valid, SpirvValidation.TooOld]);
    }
}
