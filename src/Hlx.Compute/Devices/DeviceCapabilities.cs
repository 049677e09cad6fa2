namespace Hlx.Compute;

/// <summary>What a launch may ask of an open device.</summary>
/// <param name="Limits">The limits that launches are checked against.</param>
/// <param name="Features">The features that are switched on, by the names of their members in Vulkan's structures.</param>
/// <param name="SpirvVersion">The latest SPIR-V version that it reads.</param>
public sealed record DeviceCapabilities(DeviceLimits Limits, IReadOnlySet<string> Features, Version SpirvVersion)
{
    /// <summary>How many multiprocessors (NVIDIA) or compute units (AMD) it has; 0 if the driver does not tell.</summary>
    public int Multiprocessors { get; init; }

    /// <summary>As <see cref="DeviceBehaviour.LoopTurns"/>: planners keep the loops of an invocation shorter.</summary>
    public int? LoopTurns { get; init; }

    /// <summary>
    /// Whether its driver is one of Mesa's, whose compilers unroll only loops with constant bounds and keep fewer numbers of an invocation in registers
    /// than NVIDIA's.
    /// </summary>
    public bool IsCompiledByMesa { get; init; }

    /// <summary>The cooperative matrices that it multiplies.</summary>
    public IReadOnlyList<CooperativeMatrixShape> CooperativeMatrices { get; init; } = [];
}

/// <summary>A shape and types of cooperative matrices that a device multiplies: C(M×N) + A(M×K)·B(K×N).</summary>
/// <param name="M">Rows of A and C.</param>
/// <param name="N">Columns of B and C.</param>
/// <param name="K">Columns of A and rows of B.</param>
/// <param name="A">The element type of A, as VkComponentTypeKHR names it: Float16, Sint8, …</param>
/// <param name="B">The element type of B.</param>
/// <param name="C">The element type of C.</param>
/// <param name="Result">The element type of the result.</param>
public sealed record CooperativeMatrixShape(uint M, uint N, uint K, string A, string B, string C, string Result);
