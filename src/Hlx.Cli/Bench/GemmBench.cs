using System.Globalization;
using Hlx.Benchmarks;
using Hlx.Kernels;
using Hlx.Vulkan;

namespace Hlx.Cli.Bench;

/// <summary>What to measure.</summary>
/// <param name="Cases">The products.</param>
/// <param name="Profiles">The numerics profiles.</param>
/// <param name="Samples">How many samples of each metric.</param>
/// <param name="Rounds">How often HLX and its peers take turns.</param>
/// <param name="Energy">Whether to measure energy, two seconds a product.</param>
internal sealed record GemmBenchPlan(IReadOnlyList<GemmCase> Cases, IReadOnlyList<string> Profiles, int Samples, int Rounds, bool Energy);

/// <summary>
/// Products on a device beside the same products by peers: HLX and each peer take turns, warm up before each turn, and share the
/// statistics of all turns. Data stays on the device; memoization has no part in it.
/// </summary>
internal sealed class GemmBench(VulkanContext device, IReadOnlyList<Peer> peers, GemmBenchPlan plan, ResultFile file, TextWriter progress)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan EnergyTime = TimeSpan.FromSeconds(2);
    private const double SampleMicroseconds = 4000;

    private readonly List<GemmRow> _rows = [];

    /// <summary>The medians, for a table.</summary>
    public IReadOnlyList<GemmRow> Rows => _rows;

    public void Run()
    {
        foreach (GemmCase item in plan.Cases)
        {
            (Tensor a, Tensor b) = item.Tensors();
            foreach (string profile in plan.Profiles) Measure(item, profile, a, b);
        }
    }

    /// <summary>What peers call the profiles that are compared with one of ours; beside the split product also TF32, which gives up digits for speed.</summary>
    public static string[] PeerProfiles(string profile) => profile switch
    {
        "fp16" or "bf16" or "i8" => [profile],
        "fp32.split" => ["fp32", "tf32"],
        _ => ["fp32"],
    };

    private void Measure(GemmCase item, string profile, Tensor a, Tensor b)
    {
        progress.WriteLine($"{item.Name} {profile} ...");
        using GemmProgram single = GemmProgram.Record(device, profile, a, b, 1);
        int repeats = (int)Math.Clamp(SampleMicroseconds / single.DeviceTimes(WarmUp, 3).Min(), 1, 400);
        using GemmProgram program = GemmProgram.Record(device, profile, a, b, repeats);
        program.Warm(TimeSpan.Zero);
        double error = ProductError.Relative(program.A, program.B, program.Read(), item.Data == "scaled");
        string[] peerProfiles = PeerProfiles(profile);
        foreach ((int stage, string name, double value) in single.Statistics())
        {
            // Beside its 32 bits of local memory the driver of an H100 reports something else.
            file.Add("hlx", profile, $"{item.Name}, stage {stage}", name.ToLowerInvariant().Replace(' ', '_'), "", [value < 1L << 32 ? value : (long)value & 0xffffffff]);
        }
        Turns(item, profile, "device_time", "us", error, () => program.DeviceTimes(WarmUp, plan.Samples / plan.Rounds), peerProfiles);
        Turns(item, profile, "submit_to_result", "us", error, () => single.Latencies(WarmUp, plan.Samples / plan.Rounds), peerProfiles);
        if (!plan.Energy) return;
        if (Nvml.Open() is not Nvml nvml)
        {
            progress.WriteLine("note: no energy, because NVML is not there");
            return;
        }
        (double joules, double watts) = program.Energy(nvml, EnergyTime);
        Add("hlx", profile, item, "energy", "J", [joules], error);
        Add("hlx", profile, item, "power", "W", [watts], error);
        foreach (Peer peer in peers)
        {
            foreach (string peerProfile in peerProfiles)
            {
                if (peer.Measure(item, "energy", peerProfile, 1) is not ({ Length: 2 } values, var peerError)) continue;
                Add(peer.Name, peerProfile, item, "energy", "J", [values[0]], peerError, profile);
                Add(peer.Name, peerProfile, item, "power", "W", [values[1]], peerError, profile);
            }
        }
    }

    private void Turns(GemmCase item, string profile, string metric, string unit, double error, Func<double[]> ours, string[] peerProfiles)
    {
        List<double> own = [];
        Dictionary<(string Peer, string Profile), (List<double> Values, double? Error)> others = [];
        for (int round = 0; round < plan.Rounds; round++)
        {
            own.AddRange(ours());
            foreach ((Peer peer, string peerProfile) in peers.SelectMany(peer => peerProfiles.Select(peerProfile => (peer, peerProfile))))
            {
                if (peer.Measure(item, metric, peerProfile, plan.Samples / plan.Rounds) is not (double[] values, var peerError)) continue;
                if (!others.TryGetValue((peer.Name, peerProfile), out (List<double> Values, double? Error) known)) others[(peer.Name, peerProfile)] = known = ([], peerError);
                known.Values.AddRange(values);
            }
        }
        Add("hlx", profile, item, metric, unit, [.. own], error);
        foreach (((string name, string peerProfile), (List<double> values, double? peerError)) in others) Add(name, peerProfile, item, metric, unit, [.. values], peerError, profile);
    }

    private void Add(string implementation, string profile, GemmCase item, string metric, string unit, double[] values, double? error, string? beside = null)
    {
        string name = beside is null || beside == profile ? item.Name : $"{item.Name}, beside {beside}";
        Samples samples = file.Add(implementation, profile, name, metric, unit, values, error);
        _rows.Add(new(implementation, profile, item, metric, samples.P50, error, beside ?? profile));
    }
}

/// <summary>A median.</summary>
/// <param name="Implementation">hlx or a peer.</param>
/// <param name="Profile">Its numerics.</param>
/// <param name="Case">The product.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Median">In microseconds, joules or watts.</param>
/// <param name="Error">Against float64.</param>
/// <param name="Beside">The profile of HLX that it was measured beside.</param>
internal sealed record GemmRow(string Implementation, string Profile, GemmCase Case, string Metric, double Median, double? Error, string Beside)
{
    /// <summary>A table of speeds with the ratio to the peer in the same turns; above 1, HLX is faster.</summary>
    public static string Table(IReadOnlyList<GemmRow> rows)
    {
        System.Text.StringBuilder text = new();
        CultureInfo invariant = CultureInfo.InvariantCulture;
        foreach (string metric in (string[])["device_time", "submit_to_result", "energy"])
        {
            GemmRow[] ours = [.. rows.Where(row => row.Implementation == "hlx" && row.Metric == metric)];
            if (ours.Length == 0) continue;
            text.Append(invariant, $"{metric}, median\n{"case",-22} {"profile",-11} {"hlx",12} {"TFLOP/s",8} {"error",8}   peers: median, error, their time over ours\n");
            foreach (GemmRow row in ours)
            {
                string rate = metric == "energy" ? "" : string.Create(invariant, $"{row.Case.Operations / row.Median / 1e6:F2}");
                text.Append(invariant, $"{row.Case.Name,-22} {row.Profile,-11} {row.Median,12:G6} {rate,8} {row.Error,8:E1}  ");
                foreach (GemmRow peer in rows.Where(other => other.Implementation != "hlx" && other.Metric == metric && other.Case == row.Case && other.Beside == row.Profile))
                    text.Append(invariant, $" {peer.Implementation} {peer.Profile} {peer.Median:G6}, {peer.Error:E1}, {peer.Median / row.Median:F3}x");
                text.Append('\n');
            }
        }
        return text.ToString();
    }
}
