using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Store;
using Hlx.Values;

namespace Hlx;

/// <summary>What computing a result again gave.</summary>
/// <param name="Recomputed">The handle that came out.</param>
/// <param name="IsSame">Whether it is the handle that was to be verified.</param>
/// <param name="Device">The name of the device that computed.</param>
public sealed record VerifyRun(Handle Recomputed, bool IsSame, string Device);

public sealed partial class HlxRuntime
{
    /// <summary>Computes a result again, on this runtime's device, and compares the handles.</summary>
    /// <param name="result">The handle of a result that this store's ledger knows.</param>
    /// <returns>What came out. A difference is recorded as an incident of the ledger.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.HandleNotFound"/> if no recorded execution gave this
    /// result, or an input of it is gone; as <see cref="Multiply"/> and <see cref="RunKernel"/>.</exception>
    public VerifyRun Verify(Handle result)
    {
        LedgerEntry entry = Space.Ledger.FindByResult(result) is [LedgerEntry first, ..] ? first : throw new HlxException(
            ErrorCode.HandleNotFound, $"no recorded execution gave {result}", "Pass the handle of a result that `hlx gemm` or `hlx run` printed with this store");
        HlxObject provenance = Json.Decode(entry.Provenance).AsObject();
        (Handle recomputed, IComputeDevice device) = provenance["operator"].AsText() == GemmName ? ProductAgain(provenance) : KernelsAgain(provenance);
        if (recomputed != result)
        {
            try
            {
                _memo.Record(entry.Key, [recomputed], HlxValue.Object(("operator", provenance["operator"]), ("device", device.Name), ("driver", device.Driver)));
            }
            catch (HlxException incident) when (incident.Code == ErrorCode.LedgerIncident)
            {
                // Recorded; the caller learns of it from the return value.
            }
        }
        return new(recomputed, recomputed == result, device.Name);
    }

    private (Handle Result, IComputeDevice Device) ProductAgain(HlxObject provenance)
    {
        Handle[] inputs = [.. provenance["inputs"].AsArray().Select(input => input.AsHandle())];
        IComputeDevice device = Device;
        return (Collapse(Gemm.Multiply(device, provenance["numerics"].AsText(), Space.ResolveTensor(inputs[0]), Space.ResolveTensor(inputs[1]), RangeOf).Product), device);
    }

    private (Handle Result, IComputeDevice Device) KernelsAgain(HlxObject provenance)
    {
        ComputeKernel[] kernels = [.. provenance["kernels"].AsArray().Select(ComputeKernel.FromValue)];
        PipelinePlan plan = Plan(PipelineConfig.FromValue(provenance["pipeline"]), kernels);
        IReadOnlyList<Handle> outputs = Store(plan, KernelDevice.Run(plan.Sequence)).Outputs;
        return (outputs.Count == 1 ? outputs[0] : Collapse(HlxValue.Array([.. outputs.Select(HlxValue.From)])), KernelDevice);
    }
}
