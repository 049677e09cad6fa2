using Hlx.Values;

namespace Hlx.Store;

/// <summary>A recorded execution.</summary>
/// <param name="Key">The execution key.</param>
/// <param name="Result">The handle of the result.</param>
/// <param name="Provenance">Where and how it was computed, as JSON.</param>
/// <param name="Recorded">When, in UTC (ISO 8601).</param>
public sealed record LedgerEntry(string Key, Handle Result, string Provenance, string Recorded);

/// <summary>One key with two different results.</summary>
/// <param name="Key">The execution key, now quarantined.</param>
/// <param name="Kept">The result recorded first.</param>
/// <param name="Differing">The result that came later.</param>
/// <param name="Recorded">When the difference was found, in UTC (ISO 8601).</param>
public sealed record LedgerIncident(string Key, Handle Kept, Handle Differing, string Recorded);
