using Hlx.Compute;

namespace Hlx.Kernels;

/// <summary>How a shader cuts a product in <c>fp32.ieee</c>: one pipeline. Every tile gives the same bits.</summary>
/// <param name="Rows">Rows of a workgroup's tile (BM).</param>
/// <param name="Columns">Columns of a workgroup's tile (BN).</param>
/// <param name="Depth">How much of K is in shared memory at a time (BK).</param>
/// <param name="ThreadRows">Rows of an invocation's tile (TM).</param>
public abstract record KernelTile(int Rows, int Columns, int Depth, int ThreadRows)
{
    /// <summary>How many invocations one chain of a tile has.</summary>
    public abstract int Threads { get; }

    /// <summary>The shared memory of a workgroup in bytes.</summary>
    /// <param name="slices">How many chains are computed side by side.</param>
    public abstract int SharedBytes(int slices);

    /// <summary>How many tiles cover a matrix.</summary>
    /// <param name="m">Its rows.</param>
    /// <param name="n">Its columns.</param>
    public long Tiles(int m, int n) => KernelShaders.Parts(m, Rows) * KernelShaders.Parts(n, Columns);

    /// <summary>Whether a device can run it.</summary>
    /// <param name="limits">The device's limits.</param>
    /// <param name="slices">How many chains are computed side by side.</param>
    public bool Fits(DeviceLimits limits, int slices)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return SharedBytes(slices) <= limits.MaxSharedMemoryBytes && Threads * slices <= Math.Min(limits.MaxWorkgroupInvocations, limits.MaxWorkgroupSize.X);
    }

    /// <summary>Why the shader cannot have this tile, or null if it can.</summary>
    public abstract string? Flaw { get; }

    /// <summary>Whether it can compute a problem.</summary>
    /// <param name="problem">The problem.</param>
    public abstract bool Serves(GemmProblem problem);

    /// <summary>The module.</summary>
    /// <param name="inFours">Whether rows of A and B can be read four numbers at a time.</param>
    public abstract string ModuleFor(bool inFours);

    /// <summary>The workgroups for a problem.</summary>
    /// <param name="problem">The problem.</param>
    public abstract Extent3 Workgroups(GemmProblem problem);

    /// <summary>The specialization constants for a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="slices">How many chains are computed side by side.</param>
    public abstract IEnumerable<(uint Id, int Value)> Specialization(GemmProblem problem, int slices);
}
