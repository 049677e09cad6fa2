using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hlx.Cli.Bench;

/// <summary>One time of two result files.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Base">Before: the median in microseconds.</param>
/// <param name="New">Now.</param>
/// <param name="Peer">The peer's medians before and now, where both files have one for the same case.</param>
internal sealed record Comparison(string Name, double Base, double New, (double Base, double New)? Peer)
{
    /// <summary>By how much it is slower: 0.05 is 5 %.</summary>
    public double Slower => (New / Base) - 1;

    /// <summary>By how much its ratio to the peer is worse.</summary>
    public double? SlowerThanPeer => Peer is (double before, double now) ? (New / now / (Base / before)) - 1 : null;

    /// <summary>The slowdown that is not the machine's, in which both would have it, nor the peer's, in which only the ratio would.</summary>
    public double Slowdown => Math.Min(Slower, SlowerThanPeer ?? Slower);
}

/// <summary>
/// Compares the times of HLX in two result files. Where both files have a peer's time for the same case, a time counts as slower only if its
/// ratio to the peer is worse too: a slower machine changes the one, an unsteady peer the other.
/// </summary>
internal static class ResultCompare
{
    private sealed record Row(string Implementation, string Profile, string Case, string Metric, string Unit, double P50);

    /// <summary>Compares.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.FileIo"/> if a file is not a result file, or they share no time.</exception>
    public static List<Comparison> Compare(string baseFile, string newFile)
    {
        Row[] before = Read(baseFile), after = Read(newFile);
        List<Comparison> comparisons = [];
        foreach (Row row in after.Where(row => row is { Implementation: "hlx", Unit: "us" }))
        {
            if (before.FirstOrDefault(other => Same(row, other) && other.Implementation == "hlx") is not Row old) continue;
            string name = $"{row.Case} {row.Profile} {row.Metric}";
            comparisons.Add(new(name, old.P50, row.P50, PeerOf(before, after, row)));
        }
        return comparisons.Count > 0 ? comparisons : throw new HlxException(
            ErrorCode.FileIo, $"{baseFile} and {newFile} have no time in common", "Compare files of the same benchmark");
    }

    private static bool Same(Row x, Row y) => x.Case == y.Case && x.Profile == y.Profile && x.Metric == y.Metric;

    private static (double Base, double New)? PeerOf(Row[] before, Row[] after, Row row)
    {
        foreach (Row peer in after.Where(other => other.Implementation != "hlx" && other.Metric == row.Metric && IsBeside(other, row)))
        {
            if (before.FirstOrDefault(other => Same(peer, other) && other.Implementation == peer.Implementation) is Row old) return (old.P50, peer.P50);
        }
        return null;
    }

    private static bool IsBeside(Row peer, Row row) => peer.Case == $"{row.Case}, beside {row.Profile}" || (peer.Case == row.Case && peer.Profile == row.Profile);

    private static Row[] Read(string file)
    {
        try
        {
            JsonArray rows = JsonNode.Parse(Shared.ReadAll(file))!["rows"]!.AsArray();
            return [.. rows.Select(row => new Row(Text(row, "implementation"), Text(row, "profile"), Text(row, "case"), Text(row, "metric"), Text(row, "unit"), row!["p50"]!.GetValue<double>()))];
        }
        catch (Exception malformed) when (malformed is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new HlxException(ErrorCode.FileIo, $"{file} is not a result file", "Pass a JSON file that `hlx bench` wrote");
        }

        static string Text(JsonNode? row, string field) => row![field]!.GetValue<string>();
    }

    /// <summary>The comparison as a table.</summary>
    public static string Table(IReadOnlyList<Comparison> comparisons) => string.Concat(comparisons.Select(item => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Name,-60} {item.Base,12:G5} -> {item.New,12:G5} us {item.Slower,8:P1}{(item.SlowerThanPeer is double ratio ? $", beside the peer {ratio,8:P1}" : "")}\n")));
}
