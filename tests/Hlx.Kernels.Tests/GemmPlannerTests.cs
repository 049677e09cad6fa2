using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Kernels.Tests;

/// <summary>The choice of tiles, without a GPU.</summary>
public sealed class GemmPlannerTests
{
    private static readonly DeviceLimits Limits = new(new(1024, 1024, 64), 1024, new(int.MaxValue, 65535, 65535), 49152, 256, 1L << 32);

    [Theory]
    [InlineData(8192, 8192, 8192, 128)]
    [InlineData(4096, 4096, 4096, 128)]
    [InlineData(2048, 2048, 2048, 128)]
    [InlineData(1024, 1024, 4096, 64)]
    [InlineData(1024, 1024, 1024, 64)]
    [InlineData(512, 512, 512, 32)]
    [InlineData(129, 4096, 4096, 32)]
    [InlineData(1, 1, 1, 32)]
    public void Large_products_get_large_tiles(int m, int n, int k, int rows) => Assert.Equal(rows, Choose(new(new GemmShape(m, n, k)), 132)!.Rows);

    [Theory]
    [InlineData(1, 4096, 4096, 8)]
    [InlineData(16, 4096, 4096, 16)]
    [InlineData(17, 4096, 4096, 32)]
    [InlineData(5, 1024, 1024, 8)]
    [InlineData(128, 4096, 4096, 64)]
    [InlineData(32, 1024, 1024, 16)]
    public void Few_rows_get_a_tile_that_holds_them(int m, int n, int k, int rows)
    {
        GemmProblem problem = new(new GemmShape(m, n, k));
        Assert.Equal(rows, Assert.IsType<SkinnyTile>(Choose(problem, 132)).Rows);
        Assert.IsType<FmaTile>(Choose(problem with { TransposeB = true }, 132));
        Assert.IsType<FmaTile>(Choose(new(new GemmShape(m, n + 1, k)), 132));
        Assert.IsNotType<SkinnyTile>(GemmPlanner.Choose(problem, Capabilities(132, Limits with { MaxSharedMemoryBytes = 16384 })));
    }

    [Fact]
    public void A_batch_counts_like_a_larger_matrix()
    {
        GemmProblem problem = new(new GemmShape(256, 256, 256));
        Assert.Equal(32, Choose(problem, 132)!.Rows);
        Assert.Equal(128, Choose(problem with { Batch = 64 }, 132)!.Rows);
    }

    [Fact]
    public void A_smaller_device_needs_fewer_tiles() => Assert.Equal(128, Choose(new(new GemmShape(1024, 1024, 4096)), 16)!.Rows);

    [Fact]
    public void A_device_that_does_not_tell_its_size_gets_a_tile_too() => Assert.NotNull(Choose(new(new GemmShape(1024, 1024, 1024)), 0));

    [Theory]
    [InlineData(4096, 512, 64)]
    [InlineData(4096, 4096, 64)]
    [InlineData(512, 512, 32)]
    public void Mesa_gets_tiles_that_its_compiler_unrolls_and_keeps_in_registers(int size, int k, int rows)
    {
        DeviceCapabilities mesa = Capabilities(132, Limits) with { IsCompiledByMesa = true };
        FmaTile tile = Assert.IsType<FmaTile>(GemmPlanner.Choose(new(new GemmShape(size, size, k)), mesa));
        Assert.Equal(rows, tile.Rows);
        Assert.Equal("gemm_fma_unblocked", tile.ModuleFor(inFours: true));
        Assert.Equal("gemm_fma_unblocked_any", tile.ModuleFor(inFours: false));
        int slices = GemmPlanner.Slices(k);
        Assert.Contains(tile, GemmPlanner.Tiles(slices, mesa));
        Assert.All(GemmPlanner.Tiles(slices, mesa).OfType<FmaTile>(), other => Assert.InRange(other.Sums, 1, 64));
        Assert.Equal(slices == 1 ? rows : 32, GemmPlanner.Choose(new(new GemmShape(size, size, k - 1)), mesa)!.Rows); // read one by one
        Assert.Equal(rows, GemmPlanner.Choose(new(new GemmShape(size, size, k - 1)), mesa, isCopied: true)!.Rows);
        Assert.DoesNotContain(GemmPlanner.Tiles(slices, Capabilities(132, Limits)), other => other.ModuleFor(inFours: true) == "gemm_fma_unblocked");
    }

    [Theory]
    [InlineData("radv Mesa 22.3.6", true)]
    [InlineData("llvmpipe Mesa 25.0.7-2+deb13u1 (LLVM 19.1.7)", true)]
    [InlineData("NVIDIA 580.159.04", false)]
    [InlineData("SwiftShader driver", false)]
    [InlineData("AMD open-source driver 2024.Q1.1", false)]
    public void Mesa_is_known_by_the_driver_that_a_device_reports(string driver, bool isMesa)
    {
        DeviceSnapshot recorded = DeviceSnapshot.FromValue(Json.Decode(File.ReadLines(TestData.PathOf("device-snapshots.jsonl")).First()));
        Assert.Equal(isMesa, DevicePlan.For(recorded with { Driver = driver }, new DeviceRequest()).Capabilities.IsCompiledByMesa);
    }

    [Fact]
    public void Tiles_that_exceed_a_limit_are_passed_over()
    {
        GemmProblem problem = new(new GemmShape(4096, 4096, 4096));
        Assert.Equal(64, GemmPlanner.Choose(problem, Capabilities(132, Limits with { MaxSharedMemoryBytes = 16384 }))!.Rows);
        Assert.Equal(32, GemmPlanner.Choose(problem, Capabilities(132, Limits with { MaxWorkgroupInvocations = 64 }))!.Rows);
        Assert.Null(GemmPlanner.Choose(problem, Capabilities(132, Limits with { MaxSharedMemoryBytes = 1024 })));
    }

    [Fact]
    public void Every_tile_is_one_that_its_shader_can_have_and_small_devices_have_one_too()
    {
        foreach (int slices in (int[])[1, 2])
        {
            foreach (KernelTile tile in GemmPlanner.Tiles(slices))
            {
                Assert.Null(tile.Flaw);
                Assert.InRange(tile.SharedBytes(slices), 1, 32768);
            }
            Assert.Contains(GemmPlanner.Tiles(slices), tile => tile.SharedBytes(slices) <= 17500 && tile.Threads * slices <= 128);
        }
        Assert.NotNull(new FmaTile(64, 64, 8, 32, 32, 4, 4).Flaw);
        Assert.NotNull(new FmaTile(64, 64, 8, 32, 48, 8, 4).Flaw);
        Assert.NotNull(new SkinnyTile(8, 32, 1, 128).Flaw);
        Assert.NotNull(new SkinnyTile(64, 32, 1, 128).Flaw);
    }

    [Fact]
    public void Without_a_tile_the_exact_kernel_runs()
    {
        GemmProblem problem = new(new GemmShape(8, 8, 8));
        GemmOperands operands = new(new byte[256], new byte[256]);
        Assert.Null(GemmLaunch.Plan(problem, operands, new(FmaPath.Native), Capabilities(1, Limits with { MaxSharedMemoryBytes = 1024 })).Tile);
        Assert.Null(GemmLaunch.Plan(problem, operands, new(FmaPath.Exact), Capabilities(1, Limits)).Tile);
        Assert.NotNull(GemmLaunch.Plan(problem, operands, new(FmaPath.Native), Capabilities(1, Limits)).Tile);
    }

    [Fact]
    public void Matrices_that_exceed_the_device_are_refused()
    {
        GemmProblem problem = new(new GemmShape(300, 300, 16));
        GemmOperands operands = new(new byte[19200], new byte[19200]);
        HlxAssert.Refuses(ErrorCode.DeviceLimit, () => GemmLaunch.Plan(problem, operands, new(FmaPath.Native), Capabilities(1, Limits with { MaxBufferBytes = 359999 })));
        HlxAssert.Refuses(ErrorCode.DeviceLimit, () => GemmLaunch.Plan(problem, operands, new(FmaPath.Native), Capabilities(1, Limits with { MaxWorkgroups = new(1, 1, 1) })));
    }

    private static KernelTile? Choose(GemmProblem problem, int multiprocessors) => GemmPlanner.Choose(problem, Capabilities(multiprocessors, Limits));

    private static DeviceCapabilities Capabilities(int multiprocessors, DeviceLimits limits) =>
        new(limits, new HashSet<string>(), new Version(1, 6)) { Multiprocessors = multiprocessors };
}
