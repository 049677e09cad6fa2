using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;

namespace Hlx.Vulkan.Tests;

/// <summary>
/// Every kernel that a plan may choose, compiled for AMD's GPUs: Mesa's RADV needs none of them for that (<c>RADV_FORCE_FAMILY</c>), and executes
/// nothing.
/// </summary>
public sealed class AmdCompilerTests
{
    // A driver ends the process at a family that it does not know, so its version says which it is asked for: GCN 4 and 5, RDNA 2, 3 and 4.
    public static TheoryData<string> Families => [.. (string[])["POLARIS10", "VEGA10", "NAVI21"], .. MesaVersion() switch
    {
        >= 25 => ["NAVI31", "GFX1201"],
        >= 24 => ["NAVI31"],
        _ => (string[])["GFX1100"], // as NAVI31 was called
    }];

    [Theory, MemberData(nameof(Families))]
    public void Every_kernel_is_kept_in_registers(string family)
    {
        using DriverCompiler compiler = Compiler(family);
        List<string> spilled = [];
        HashSet<string> kinds = [];
        // With fma and without: the kernels that need it, and the one that does without.
        foreach (DeviceBehaviour behaviour in (DeviceBehaviour[])[DeviceBehaviour.Ieee, new(FusedFma: false, KeepsDenormals: true)])
        {
            foreach ((string name, KernelSequence sequence) in KernelCatalog.Sequences(compiler.Plan.Capabilities, behaviour))
            {
                kinds.Add(name.Split(' ')[0]);
                foreach (KernelLaunch stage in sequence.Stages) spilled.AddRange(Spilled(compiler, stage).Select(statistic => $"{name}: {statistic}"));
            }
        }
        Assert.Empty(spilled);
        Assert.Superset(new HashSet<string> { "fp32.ieee", "mlp" }, kinds);
        if (compiler.Plan.Capabilities.CooperativeMatrices.Count > 0) Assert.Superset(new HashSet<string> { "fp32.fixed", "fp32.split", "fp16", "i8" }, kinds);
    }

    [Fact]
    public void A_tile_that_is_too_large_is_seen_to_spill()
    {
        using DriverCompiler compiler = Compiler("NAVI21");
        GemmProblem problem = new(new(128, 128, 256));
        GemmOperands zeros = new(new byte[4 * 128 * 256], new byte[4 * 256 * 128]);
        KernelTile largest = GemmPlanner.Tiles(1)[0]; // for NVIDIA
        KernelSequence sequence = GemmLaunch.Plan(problem, zeros, new(FmaPath.Native), compiler.Plan.Capabilities, largest).Sequence;
        Assert.NotEmpty(Spilled(compiler, Assert.Single(sequence.Stages)));
    }

    private static IEnumerable<string> Spilled(DriverCompiler compiler, KernelLaunch stage)
    {
        IReadOnlyList<(string Name, double Value)> told = compiler.Compile(stage);
        Assert.Contains(told, statistic => statistic.Name == "VGPRs" && statistic.Value > 0);
        return told.Where(statistic => DriverCompiler.SpillStatistics.Contains(statistic.Name) && statistic.Value > 0).Select(statistic => $"{statistic.Name} {statistic.Value:F0}");
    }

    private static DriverCompiler Compiler(string family)
    {
        string manifest = Directory.GetFiles("/usr/share/vulkan/icd.d", "radeon_icd*.json").FirstOrDefault()
            ?? throw new FileNotFoundException("Mesa's driver for AMD's GPUs is missing; run scripts/setup, which installs mesa-vulkan-drivers", "radeon_icd.json");
        try
        {
            CpuDrivers.Set("RADV_FORCE_FAMILY", family);
            foreach (string name in (string[])["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]) CpuDrivers.Set(name, manifest);
            DriverCompiler compiler = new("vulkan://0");
            Assert.Contains(family, compiler.Plan.Snapshot.Name, StringComparison.Ordinal);
            return compiler;
        }
        finally
        {
            CpuDrivers.Use();
        }
    }

    // Lavapipe and RADV are built together.
    private static int? MesaVersion()
    {
        CpuDrivers.Use();
        using VulkanInstance instance = new();
        return instance.Devices.Select(device => CpuDrivers.MesaVersion(device.Driver)).First(version => version is not null);
    }
}
