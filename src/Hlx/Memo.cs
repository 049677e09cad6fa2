using System.Collections.Concurrent;
using Hlx.Store;
using Hlx.Values;

namespace Hlx;

/// <summary>How results that are known already were used.</summary>
/// <param name="Hits">How many requests were answered without computing.</param>
/// <param name="Joined">How many requests waited for an equal one that was under way.</param>
/// <param name="Computed">How many requests were computed.</param>
/// <param name="Audited">How many hits were computed again to check them.</param>
public sealed record MemoStatistics(long Hits, long Joined, long Computed, long Audited);

/// <summary>
/// The results of a runtime's executions: what the ledger knows, and in front of it what this process has seen. A result counts only
/// while its values and their data are all in the store; a loss costs a computation, not an error. Safe for many threads.
/// </summary>
internal sealed class Memo(LatentSpace space, double auditFraction)
{
    private const int MostKnown = 1 << 16; // then what was seen is forgotten; the ledger still knows
    private const long CheckMilliseconds = 10; // how long a look at the store counts: it takes longer than the rest of a hit

    private sealed record Output(Handle Value, Handle Data);

    private sealed record Known(Output[] Outputs, Handle[] Values)
    {
        public long CheckedAt { get; set; } = long.MinValue;
    }

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private long _hits, _joined, _computed, _audited;

    public MemoStatistics Statistics => new(Interlocked.Read(ref _hits), Interlocked.Read(ref _joined), Interlocked.Read(ref _computed), Interlocked.Read(ref _audited));

    /// <summary>The outputs of an execution, or null if it has to be computed.</summary>
    /// <param name="key">The execution key.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.LedgerIncident"/> if the key is quarantined.</exception>
    public Handle[]? Find(string key)
    {
        if (!_known.TryGetValue(key, out Known? known))
        {
            if ((space.Ledger.Find(key) is Handle result ? Read(result) : null) is not Output[] outputs) return null;
            known = Keep(key, outputs);
        }
        long now = Environment.TickCount64;
        if (known.CheckedAt > now - CheckMilliseconds) return known.Values;
        foreach (Output output in known.Outputs)
        {
            if (!space.Store.Contains(output.Value) || !space.Store.Contains(output.Data)) return null;
        }
        known.CheckedAt = now;
        return known.Values;
    }

    /// <summary>Records what was computed.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.LedgerIncident"/> if the key has another result already.</exception>
    public void Record(string key, IReadOnlyList<Handle> outputs, HlxValue provenance)
    {
        Handle result = outputs.Count == 1 ? outputs[0] : space.Collapse(HlxValue.Array([.. outputs.Select(HlxValue.From)]));
        try
        {
            space.Ledger.Record(key, result, provenance);
        }
        catch (HlxException incident) when (incident.Code == ErrorCode.LedgerIncident)
        {
            _known.TryRemove(key, out _); // from now on the ledger refuses the key
            throw;
        }
        if (Read(result) is Output[] stored) Keep(key, stored);
    }

    /// <summary>Counts a hit.</summary>
    /// <returns>Whether it is one of the fraction that is to be computed again.</returns>
    public bool CountHit()
    {
        long hit = Interlocked.Increment(ref _hits);
        bool isDue = Math.Floor(hit * auditFraction) > Math.Floor((hit - 1) * auditFraction);
        if (isDue) Interlocked.Increment(ref _audited);
        return isDue;
    }

    public void CountJoined() => Interlocked.Increment(ref _joined);

    public void CountComputed() => Interlocked.Increment(ref _computed);

    private Known Keep(string key, Output[] outputs)
    {
        if (_known.Count >= MostKnown) _known.Clear();
        return _known[key] = new(outputs, [.. outputs.Select(output => output.Value)]);
    }

    // The outputs of a result: a tensor, or a list of tensors. Null if something is missing.
    private Output[]? Read(Handle result)
    {
        if (!space.Store.TryGet(result, out ReadOnlyMemory<byte> lcb)) return null;
        HlxValue value = Lcb.Decode(lcb.Span);
        if (value.Kind != HlxKind.Array) return [new(result, DataOf(value))];
        List<Output> outputs = [];
        foreach (HlxValue element in value.AsArray())
        {
            if (!space.Store.TryGet(element.AsHandle(), out lcb)) return null;
            outputs.Add(new(element.AsHandle(), DataOf(Lcb.Decode(lcb.Span))));
        }
        return [.. outputs];
    }

    private static Handle DataOf(HlxValue tensor) => tensor.AsObject().Values[0].AsObject()["data"].AsHandle();
}
