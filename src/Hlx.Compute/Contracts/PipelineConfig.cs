using Hlx.Store;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>A barrier between stages.</summary>
/// <param name="StageIndex">The stage after which it stands, from 0.</param>
/// <param name="MemoryScope">The scope, such as <c>device</c>.</param>
public sealed record SyncBarrier(int StageIndex, string MemoryScope);

/// <summary>Several kernels in one submission (CONTRACT_902), as data.</summary>
/// <param name="Id">A name for people.</param>
/// <param name="Stages">Handles of CONTRACT_901 kernels, in order.</param>
public sealed record PipelineConfig(string Id, IReadOnlyList<Handle> Stages) : IContract
{
    /// <summary>The contract number.</summary>
    public const int ContractId = 902;

    /// <summary>Barriers beyond those that the flow of data needs.</summary>
    public IReadOnlyList<SyncBarrier> SyncBarriers { get; init; } = [];

    /// <summary>The stage output to return; empty for the last one's.</summary>
    public string OutputImage { get; init; } = "";

    /// <inheritdoc/>
    public HlxValue ToValue()
    {
        List<(string, HlxValue)> fields = [("pipeline_id", Id), ("stages", ContractValues.Handles(Stages))];
        if (SyncBarriers.Count > 0)
        {
            fields.Add(("sync_barriers", HlxValue.Array([.. SyncBarriers.Select(barrier => HlxValue.Object(
                ("stage_idx", barrier.StageIndex), ("memory_scope", barrier.MemoryScope)))])));
        }
        if (OutputImage.Length > 0) fields.Add(("output_image", OutputImage));
        return ContractValues.Wrap(ContractId, fields);
    }

    /// <summary>Reads a contract.</summary>
    /// <param name="value">A CONTRACT_902 value.</param>
    /// <exception cref="HlxException">As <see cref="ContractValidator.Validate"/>.</exception>
    public static PipelineConfig FromValue(HlxValue value)
    {
        HlxObject fields = ContractValues.Unwrap(ContractId, value);
        return new(fields["pipeline_id"].AsText(), ContractValues.Handles(fields, "stages"))
        {
            SyncBarriers = fields.TryGet("sync_barriers", out HlxValue barriers)
                ? [.. barriers.AsArray().ToArray().Select(barrier => new SyncBarrier(
                    checked((int)barrier.AsObject()["stage_idx"].AsInt()), barrier.AsObject()["memory_scope"].AsText()))]
                : [],
            OutputImage = ContractValues.Text(fields, "output_image"),
        };
    }
}
