using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>Chooses tiles for matrix units from what a device reports and the shape: pure policy.</summary>
public static class MatrixPlanner
{
    private readonly record struct Size(int Rows, int Columns, int Depth, int GroupRows, int GroupColumns, int Stages = 1, bool IsUnrolled = false, double PerMultiprocessor = 0.9, bool IsForMesa = true);

    // From large to small, and from how many tiles a multiprocessor on it pays; measured on an H100 (docs/performance/gemm.md). Mesa's compiler for
    // AMD's GPUs does not keep the largest one of fp32.split in registers (docs/performance/amd-compiler.md).
    private static Size[] Sizes(string profile) => profile switch
    {
        NumericsProfile.Fp32Split => [new(64, 256, 32, 32, 64, PerMultiprocessor: 1.5, IsForMesa: false), new(64, 64, 32, 32, 32), new(32, 32, 32, 16, 16, Stages: 2)],
        NumericsProfile.Fp32Fixed => [new(64, 64, 64, 32, 32), new(32, 32, 64, 16, 16)],
        NumericsProfile.Int8 => [new(128, 128, 128, 64, 64, IsUnrolled: true, PerMultiprocessor: 1.5), new(64, 64, 128, 32, 32, IsUnrolled: true), new(32, 32, 64, 16, 16, Stages: 2)],
        _ => [new(128, 128, 64, 64, 64, PerMultiprocessor: 1.5), new(64, 64, 64, 32, 32), new(32, 32, 32, 16, 16, Stages: 2)],
    };

    /// <summary>The types of a profile on a matrix unit: of A and B, and of C.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/>.</exception>
    public static (string Element, string Sum) TypesOf(string profile) => profile switch
    {
        NumericsProfile.Fp32Split or NumericsProfile.Fp16 => ("Float16", "Float32"),
        NumericsProfile.BFloat16 => ("Bfloat16", "Float32"),
        NumericsProfile.Int8 or NumericsProfile.Fp32Fixed => ("Sint8", "Sint32"),
        _ => throw new HlxException(ErrorCode.NumericsUnsupported, $"\"{profile}\" is not a numerics profile of products", $"Use one of {string.Join(", ", NumericsProfile.All)}"),
    };

    /// <summary>The type of the tensors that a profile multiplies.</summary>
    /// <inheritdoc cref="TypesOf" path="/exception"/>
    public static DType ElementOf(string profile) => profile is NumericsProfile.Fp32Split or NumericsProfile.Fp32Fixed ? DType.F32 : TypesOf(profile).Element switch
    {
        "Float16" => DType.F16,
        "Bfloat16" => DType.BF16,
        _ => DType.I8,
    };

    /// <summary>Whether a device has the matrix unit of a profile.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="capabilities">The device.</param>
    /// <inheritdoc cref="TypesOf" path="/exception"/>
    public static bool HasUnit(string profile, DeviceCapabilities capabilities) => UnitOf(profile, capabilities) is not null;

    /// <summary>All tiles for a profile that fit a device, from large to small.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="capabilities">The device.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/> if the device has no such unit, or no tile fits its limits.</exception>
    public static IReadOnlyList<MatrixTile> Tiles(string profile, DeviceCapabilities capabilities) => [.. Fitting(profile, capabilities).Select(entry => entry.Tile)];

    /// <summary>The largest tile of which there are enough for the device, or the smallest.</summary>
    /// <inheritdoc cref="Tiles" path="/exception"/>
    public static MatrixTile Choose(string profile, GemmShape shape, DeviceCapabilities capabilities)
    {
        List<(MatrixTile Tile, double PerMultiprocessor)> fitting = Fitting(profile, capabilities);
        int multiprocessors = KernelShaders.Multiprocessors(capabilities);
        return fitting.FirstOrDefault(entry => entry.Tile.Tiles(shape.M, shape.N) >= entry.PerMultiprocessor * multiprocessors).Tile ?? fitting[^1].Tile;
    }

    private static List<(MatrixTile Tile, double PerMultiprocessor)> Fitting(string profile, DeviceCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        (string element, string sum) = TypesOf(profile);
        CooperativeMatrixShape unit = UnitOf(profile, capabilities)
            ?? throw new HlxException(
                ErrorCode.NumericsUnsupported, $"the device does not multiply 16×16 matrices of {element} into {sum} in subgroups of {MatrixTile.Lanes} (VK_KHR_cooperative_matrix)", "Use fp32.ieee, or another device");
        int parts = profile switch { NumericsProfile.Fp32Split => 2, NumericsProfile.Fp32Fixed => FixedReference.Digits, _ => 1 };
        List<(MatrixTile Tile, double PerMultiprocessor)> fitting = [];
        foreach (Size size in Sizes(profile).Where(size => size.IsForMesa || !capabilities.IsCompiledByMesa))
        {
            MatrixTile tile = new(unit, size.Rows, size.Columns, size.Depth, size.GroupRows, size.GroupColumns, parts, size.Stages, IsTransposedB: element == "Sint8")
            {
                Groups = profile == NumericsProfile.Fp32Fixed ? FixedReference.Groups(0) : 0, // the most there are
                IsUnrolled = size.IsUnrolled,
            };
            if (tile.SharedBytes <= capabilities.Limits.MaxSharedMemoryBytes && tile.Threads <= capabilities.Limits.MaxWorkgroupInvocations) fitting.Add((tile, size.PerMultiprocessor));
        }
        return fitting.Count > 0 ? fitting : throw new HlxException(ErrorCode.NumericsUnsupported, "the device has too little shared memory for matrix tiles", "Use fp32.ieee, or another device");
    }

    private static CooperativeMatrixShape? UnitOf(string profile, DeviceCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        (string element, string sum) = TypesOf(profile);
        // The kernel counts on subgroups of 32; where they could have another size, it cannot be used.
        if (!capabilities.Features.Contains("subgroupSizeControl") || !capabilities.Features.Contains("computeFullSubgroups")) return null;
        return capabilities.CooperativeMatrices
            .Where(shape => shape.A == element && shape.B == element && shape.C == sum && shape.Result == sum && shape is { M: 16, N: 16, K: 16 or 32 })
            .OrderByDescending(shape => shape.K).FirstOrDefault();
    }
}
