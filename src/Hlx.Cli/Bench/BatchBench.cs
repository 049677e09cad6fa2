using System.Globalization;
using Hlx.Benchmarks;

namespace Hlx.Cli.Bench;

/// <summary>What to measure.</summary>
/// <param name="Layers">Layers of the perceptron.</param>
/// <param name="Width">Inputs and outputs of each.</param>
/// <param name="Batches">The batch sizes.</param>
/// <param name="Samples">How many samples of each latency.</param>
/// <param name="Turns">How often all take turns for these samples.</param>
/// <param name="Processes">How many fresh processes a time to the first result is measured in.</param>
internal sealed record BatchBenchPlan(int Layers, int Width, IReadOnlyList<int> Batches, int Samples, int Turns, int Processes)
{
    public string Request(string metric, int batch, int samples) => string.Create(CultureInfo.InvariantCulture, $"{metric} {Layers} {Width} {batch} {samples}");

    public string Case(int batch) => string.Create(CultureInfo.InvariantCulture, $"{Layers}x{Width}, batch {batch}");
}

/// <summary>A perceptron for changing batch sizes: HLX and its peers are processes that are asked alike and take turns.</summary>
/// <param name="hlx">The command of HLX as a peer.</param>
/// <param name="commands">The commands of the others.</param>
/// <param name="plan">What to measure.</param>
/// <param name="progress">Where progress goes.</param>
internal sealed class BatchBench(string hlx, IReadOnlyList<string> commands, BatchBenchPlan plan, TextWriter progress)
{
    private const string Profile = "fp32";

    private readonly List<(string Implementation, string Case, string Metric, double Median)> _rows = [];

    /// <summary>The names and versions of those that took part.</summary>
    public SortedDictionary<string, string> Versions { get; } = [];

    /// <summary>Latencies of warm requests, and energy; then the first request of each batch size in processes of their own.</summary>
    public void Run(ResultFile file, bool energy)
    {
        Warm(file, energy);
        if (plan.Processes == 0) return;
        foreach (string command in (string[])[hlx, .. commands]) First(file, command);
    }

    /// <summary>The time from the start of a process to its first result.</summary>
    public void Startup(ResultFile file)
    {
        foreach (string command in (string[])[hlx, .. commands])
        {
            using Caches caches = new();
            foreach (string kind in (string[])["cold", "warm"])
            {
                List<double> times = [];
                Dictionary<string, List<double>> steps = [];
                string name = "";
                for (int i = 0; i < plan.Processes; i++)
                {
                    if (kind == "cold") caches.Clear();
                    long start = System.Diagnostics.Stopwatch.GetTimestamp();
                    using Peer? peer = Start(command, caches.Variables);
                    if (peer is null) break;
                    name = peer.Name;
                    peer.Ask(plan.Request("first", 1, 1), out IReadOnlyDictionary<string, double> trace);
                    times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    foreach ((string step, double value) in trace) (steps.TryGetValue(step, out List<double>? known) ? known : steps[step] = []).Add(value);
                }
                if (times.Count == 0) break;
                progress.WriteLine($"{name} {kind} ...");
                Add(file, name, $"{kind} process", "first_result", "ms", [.. times], null);
                foreach ((string step, List<double> values) in steps) Add(file, name, $"{kind} process, {step[..^3]}", "step", "ms", [.. values], null);
            }
        }
    }

    /// <summary>A table of medians with each peer's ratio to HLX; above 1, HLX is faster.</summary>
    public string Table()
    {
        System.Text.StringBuilder text = new();
        foreach (IGrouping<string, (string Implementation, string Case, string Metric, double Median)> metric in _rows.GroupBy(row => row.Metric))
        {
            text.Append(CultureInfo.InvariantCulture, $"{metric.Key}, median (its ratio to HLX)\n");
            foreach (IGrouping<string, (string Implementation, string Case, string Metric, double Median)> item in metric.GroupBy(row => row.Case))
            {
                double own = item.FirstOrDefault(row => row.Implementation == "hlx").Median;
                text.Append(CultureInfo.InvariantCulture, $"{item.Key,-34}");
                foreach ((string implementation, _, _, double median) in item)
                    text.Append(CultureInfo.InvariantCulture, $" {implementation} {median:G5}{(implementation == "hlx" || own == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({median / own:F2})"))}");
                text.Append('\n');
            }
        }
        return text.ToString();
    }

    private void Warm(ResultFile file, bool energy)
    {
        using Caches caches = new();
        List<Peer> peers = [.. ((string[])[hlx, .. commands]).Select(command => Start(command, caches.Variables)).OfType<Peer>()];
        try
        {
            foreach (int batch in plan.Batches)
            {
                progress.WriteLine($"batch {batch} ...");
                foreach (string metric in (string[])["request", "forward"]) Turns(file, peers, batch, metric);
                if (!energy) continue;
                foreach (Peer peer in peers)
                {
                    if (peer.Ask(plan.Request("energy", batch, 1), out _) is not ({ Length: 2 } values, _)) continue;
                    Add(file, peer.Name, plan.Case(batch), "energy_of_10000", "J", [values[0] * 10_000], null);
                    Add(file, peer.Name, plan.Case(batch), "power", "W", [values[1]], null);
                }
            }
        }
        finally
        {
            foreach (Peer peer in peers) peer.Dispose();
        }
    }

    private void Turns(ResultFile file, List<Peer> peers, int batch, string metric)
    {
        Dictionary<Peer, (List<double> Values, double? Error)> all = peers.ToDictionary(peer => peer, _ => (new List<double>(), (double?)null));
        for (int turn = 0; turn < plan.Turns; turn++)
        {
            foreach (Peer peer in peers)
            {
                if (peer.Ask(plan.Request(metric, batch, plan.Samples / plan.Turns), out _) is not (double[] values, var error)) continue;
                all[peer].Values.AddRange(values);
                all[peer] = (all[peer].Values, error);
            }
        }
        foreach ((Peer peer, (List<double> values, double? error)) in all.Where(entry => entry.Value.Values.Count > 0)) Add(file, peer.Name, plan.Case(batch), metric, "us", [.. values], error);
    }

    // The first request of a batch size: with empty caches, and in a process that finds what an earlier one has left. A batch of 3 before them takes what
    // is done once for a process.
    private void First(ResultFile file, string command)
    {
        using Caches caches = new();
        foreach (string kind in (string[])["cold", "warm"])
        {
            Dictionary<int, List<double>> times = plan.Batches.ToDictionary(batch => batch, _ => new List<double>());
            string name = "";
            for (int i = 0; i < plan.Processes; i++)
            {
                if (kind == "cold") caches.Clear();
                using Peer? peer = Start(command, caches.Variables);
                if (peer is null) return;
                name = peer.Name;
                peer.Ask(plan.Request("first", 3, 1), out _);
                foreach (int batch in plan.Batches)
                {
                    if (peer.Ask(plan.Request("first", batch, 1), out _) is ({ Length: > 0 } values, _)) times[batch].Add(values[0]);
                }
            }
            progress.WriteLine($"first requests of {name}, {kind} ...");
            foreach ((int batch, List<double> values) in times.Where(entry => entry.Value.Count > 0)) Add(file, name, $"{plan.Case(batch)}, {kind} caches", "first_request", "us", [.. values], null);
        }
    }

    private Peer? Start(string command, (string Name, string Value)[] variables)
    {
        Peer? peer = Peer.Start(command, out string reason, variables);
        if (peer is null) progress.WriteLine($"note: without this peer: {reason}");
        else Versions["peer_" + peer.Name] = peer.Version;
        return peer;
    }

    private void Add(ResultFile file, string implementation, string name, string metric, string unit, double[] values, double? error) =>
        _rows.Add((implementation, name, metric, file.Add(implementation, Profile, name, metric, unit, values, error).P50));

    /// <summary>Folders for what HLX and the drivers keep.</summary>
    private sealed class Caches : IDisposable
    {
        private readonly string _root = Directory.CreateTempSubdirectory("hlx-bench-").FullName;

        public (string Name, string Value)[] Variables =>
        [
            ("HLX_CACHE", Path.Combine(_root, "hlx")), ("CUDA_CACHE_PATH", Path.Combine(_root, "cuda")), ("MESA_SHADER_CACHE_DIR", Path.Combine(_root, "mesa")),
            ("__GL_SHADER_DISK_CACHE_PATH", Path.Combine(_root, "gl")),
        ];

        public void Clear()
        {
            foreach (string folder in Directory.GetDirectories(_root)) Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(Path.Combine(_root, "gl"));
        }

        public void Dispose() => Directory.Delete(_root, recursive: true);
    }
}
