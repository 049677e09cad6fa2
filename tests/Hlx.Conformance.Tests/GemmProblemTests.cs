using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Transposes, distances, batches, epilogues and every tile: the bits of the readable twin.</summary>
public sealed class GemmProblemTests(DeviceFixture drivers)
{
    private static readonly (int M, int N, int K)[] Shapes = [(1, 1, 1), (4, 8, 16), (5, 7, 0), (17, 20, 33), (20, 33, 515), (36, 12, 520)];

    public static TheoryData<string> AllDevices => [.. TestDevices.All];

    public static TheoryData<string> VulkanDevices => [.. TestDevices.Vulkan];

    public static TheoryData<string, int, int> Tiles
    {
        get
        {
            TheoryData<string, int, int> data = [];
            foreach (string device in TestDevices.Vulkan)
            {
                foreach (int slices in (int[])[1, 2])
                {
                    for (int tile = 0; tile < GemmPlanner.Tiles(slices).OfType<FmaTile>().Count(); tile++) data.Add(device, slices, tile);
                }
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(AllDevices))]
    public void Every_form_has_the_bits_of_the_reference(string device) => Agree(device, (seed, length) => FloatSamples.Unit(seed, length));

    [Theory, MemberData(nameof(AllDevices))]
    public void Every_form_has_the_bits_of_the_reference_with_special_values(string device) => Agree(device, (seed, length) => FloatSamples.Special(seed, length));

    [Theory, MemberData(nameof(AllDevices))]
    public void Every_form_has_the_bits_of_the_reference_in_the_denormal_range(string device) =>
        Agree(device, (seed, length) => FloatSamples.Exponents(seed, -75, -60, length));

    [Theory, MemberData(nameof(AllDevices))]
    public void Every_form_has_the_bits_of_the_reference_where_the_epilogue_alone_meets_denormals(string device) =>
        Agree(device, (seed, length) => FloatSamples.Exponents(seed, seed < 3 ? -8 : -149, seed < 3 ? 8 : -120, length));

    // The tiled kernel is checked here on what both CPU drivers compute exactly: small integers, where fused and unfused agree.
    [Theory, MemberData(nameof(Tiles))]
    public void Every_tile_is_right_at_every_remainder(string device, int slices, int index)
    {
        KernelTile tile = GemmPlanner.Tiles(slices)[index];
        int k = slices == 1 ? 2 * tile.Depth : 544;
        drivers.On(device, context =>
        {
            for (int rest = 0; rest < 6; rest++)
            {
                Check(context, tile, new GemmProblem(new(tile.Rows + rest - 4, tile.Columns - rest + 4, k)));
                Check(context, tile, new GemmProblem(new(1 + rest, tile.Columns + 4, k + rest)));
                Check(context, tile, new GemmProblem(new((2 * tile.Rows) + 4, 8, k + (4 * rest))) { TransposeA = rest % 2 == 0, TransposeB = rest % 4 < 2 });
            }
        });
    }

    [Theory, MemberData(nameof(Tiles))]
    public void Every_tile_is_right_in_every_form(string device, int slices, int index)
    {
        KernelTile tile = GemmPlanner.Tiles(slices)[index];
        int k = (slices == 1 ? 19 : 517) + index; // also a K that four divides
        drivers.On(device, context =>
        {
            foreach (GemmProblem problem in GemmProblems.Of(new(Math.Min(tile.Rows + 4, 36), tile.Columns + 4, k)).Where(problem => problem.Activation != GemmActivation.Gelu))
                Check(context, tile, problem);
        });
    }

    // As Mesa's drivers get them.
    [Theory, MemberData(nameof(VulkanDevices))]
    public void Every_tile_is_right_by_the_modules_without_blocks(string device) => drivers.On(device, context =>
    {
        foreach (int slices in (int[])[1, 2])
        {
            DeviceCapabilities mesa = context.Capabilities with { IsCompiledByMesa = true };
            int k = slices == 1 ? 20 : 516;
            foreach (FmaTile tile in GemmPlanner.Tiles(slices, mesa).OfType<FmaTile>())
            {
                Check(context, tile, new GemmProblem(new(tile.Rows + 4, tile.Columns - 4, k)));
                Check(context, tile, new GemmProblem(new(tile.Rows - 1, 5, k)) { TransposeA = true, TransposeB = true }); // one by one
            }
        }
    });

    [Theory, MemberData(nameof(VulkanDevices))]
    public void Every_tile_for_few_rows_is_right_at_every_remainder(string device) => drivers.On(device, context =>
    {
        foreach (int slices in (int[])[1, 2])
        {
            foreach (SkinnyTile tile in GemmPlanner.Tiles(slices).OfType<SkinnyTile>())
            {
                int k = slices == 1 ? 4 : 516;
                foreach ((int m, int n, int more) in ((int, int, int)[])[(1, 32, 0), (tile.Rows - 1, 36, (2 * tile.Depth) - 4), (tile.Rows + 3, 28, 3 * tile.Depth)])
                {
                    GemmProblem problem = new(new(m, n, k + more));
                    Assert.True(tile.Serves(problem));
                    Check(context, tile, problem);
                    Check(context, tile, problem with { LeadingA = k + more + 8, LeadingB = n + 12, LeadingC = n + 16 });
                }
            }
        }
    });

    [Theory, MemberData(nameof(Tiles))]
    public void Every_tile_undoes_the_scaling_of_its_inputs(string device, int slices, int index)
    {
        KernelTile tile = GemmPlanner.Tiles(slices)[index];
        drivers.On(device, context => Check(context, tile, new GemmProblem(new(9, 12, slices == 1 ? 40 : 600)) { HasBias = true }, new(FmaPath.Scaled, 13, -7)));
    }

    // As large products are, which would take too long here.
    [Theory, MemberData(nameof(VulkanDevices))]
    public void Products_of_odd_extents_may_be_copied_into_whole_vectors(string device) => drivers.On(device, context =>
    {
        foreach (int slices in (int[])[1, 2])
        {
            FmaTile tile = GemmPlanner.Tiles(slices).OfType<FmaTile>().Last();
            int m = tile.Rows + 1, n = tile.Columns + 3, k = slices == 1 ? 43 : 545;
            Check(context, tile, new(new(m, n, k)) { HasBias = true }, paddingPays: 0);
            Check(context, tile, new(new(m, n - 1, k)) { TransposeA = true, LeadingC = n + 4 }, paddingPays: 0);
            Check(context, tile, new(new(m + 2, n, k - 1)) { TransposeB = true, LeadingA = k + 4 }, paddingPays: 0);
        }
    });

    [Theory, MemberData(nameof(VulkanDevices))]
    public void More_rows_than_a_dispatch_has_workgroups_get_their_epilogue(string device) => drivers.On(device, context =>
    {
        int rows = (int)context.Capabilities.Limits.MaxWorkgroups.Y + 5;
        Check(context, GemmPlanner.Tiles(1)[0], new GemmProblem(new(rows, 4, 4)) { HasBias = true });
    });

    private static void Check(VulkanContext context, KernelTile tile, GemmProblem problem, DenormalPlan? path = null, double paddingPays = double.MaxValue)
    {
        GemmOperands operands = GemmProblems.Operands(problem, GemmProblems.SmallIntegers);
        GemmLaunch launch = GemmLaunch.Plan(problem, operands, path ?? new(FmaPath.Native), context.Capabilities, tile, paddingPays);
        AssertSame(problem, operands, context.Run(launch.Sequence).Outputs[0]);
    }

    private static void AssertSame(GemmProblem problem, GemmOperands operands, byte[] actual)
    {
        byte[] expected = operands.C.ToArray();
        GemmReference.Compute(problem, operands, MemoryMarshal.Cast<byte, float>(expected.AsSpan()));
        if (!expected.AsSpan().SequenceEqual(actual)) Assert.Fail($"{problem} differs from the reference first at element {expected.AsSpan().CommonPrefixLength(actual) / 4}");
    }

    private void Agree(string device, Func<int, int, Tensor> make) => drivers.OnOperators(device, context =>
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            foreach (GemmProblem problem in GemmProblems.Of(new(m, n, k)))
            {
                GemmOperands operands = GemmProblems.Operands(problem, make);
                AssertSame(problem, operands, Gemm.Compute(context, problem, operands).C);
            }
        }
    });
}
