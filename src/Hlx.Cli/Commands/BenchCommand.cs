using System.Globalization;
using Hlx.Benchmarks;
using Hlx.Cli.Bench;
using Hlx.Compute;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static partial class BenchCommand
{
    private const int MostPercent = 1_000_000;

    public static Command Create() => new("bench", "Measure HLX beside other implementations, and compare results.") { Gemm(), Batch(), Startup(), Serve(), Memo(), Determinism(), Handles(), Golden(), Compare(), Report() };

    private static Command Gemm()
    {
        Option<string[]> sizes = new("--size")
        {
            Description = "N or MxNxK; may be repeated. Default: 256 512 1024 2048 4096 8192.",
            DefaultValueFactory = _ => ["256", "512", "1024", "2048", "4096", "8192"],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> numerics = new("--numerics") { Description = "Numerics profiles.", DefaultValueFactory = _ => [NumericsProfile.Fp32Ieee], AllowMultipleArgumentsPerToken = true };
        numerics.AcceptOnlyFromAmong([.. NumericsProfile.All]);
        Option<string> data = Shared.Format("--data", GemmCase.Kinds[0], GemmCase.Kinds);
        Option<int> runs = Numbers.One("--runs", "Samples of each metric.", 100, most: Numbers.MostRuns);
        Option<int> turns = Numbers.One("--turns", "How often HLX and its peers take turns for these samples.", 5);
        Option<string[]> peers = new("--peer") { Description = "A program of benchmarks/peers with its arguments; may be repeated.", DefaultValueFactory = _ => [] };
        Option<bool> energy = new("--energy") { Description = "Measure energy too (NVML)." };
        Option<string?> folder = new("-o", "--output") { Description = "Write gemm.json and gemm.csv into this folder." };
        Option<string> name = Shared.ResultName("gemm");
        Option<string?> device = Shared.Device();
        Command command = new("gemm", "Time products on a Vulkan device.") { sizes, numerics, data, runs, turns, peers, energy, folder, name, device };
        command.SetAction(parsed =>
        {
            string? results = Shared.ResultFolder(parsed.GetValue(folder));
            int samples = parsed.GetValue(runs), rounds = Math.Min(parsed.GetValue(turns), samples);
            GemmBenchPlan plan = new(
                [.. parsed.GetValue(sizes)!.Select(size => GemmCase.Parse(size, parsed.GetValue(data)!))], parsed.GetValue(numerics)!, samples / rounds * rounds, rounds, parsed.GetValue(energy));
            string? address = parsed.GetValue(device) ?? Environment.GetEnvironmentVariable(DeviceSelector.Variable);
            using VulkanContext context = VulkanContext.Open(address, new VulkanOptions { PipelineStatistics = true });
            Peer[] running = [.. parsed.GetValue(peers)!.Select(Start).OfType<Peer>()];
            try
            {
                ResultFile file = new(parsed.GetValue(name)!, context.Name, context.Driver, Settings(plan, running));
                GemmBench bench = new(context, running, plan, file, Console.Error);
                bench.Run();
                Console.Out.Write(GemmRow.Table(bench.Rows));
                if (results is string path) Console.Error.WriteLine($"wrote {file.WriteTo(path)}");
            }
            finally
            {
                foreach (Peer peer in running) peer.Dispose();
            }
        });
        return command;
    }

    private static Command Compare()
    {
        Argument<string> before = Shared.Source("BASE", "The result file to compare with."), after = Shared.Source("NEW", "The new result file.");
        Option<string> allowed = new("--max-regression") { Description = "How much slower a time may be, such as 5%.", DefaultValueFactory = _ => "5%" };
        Command command = new("compare", "Compare two result files; exits 1 if a time is slower than allowed.") { before, after, allowed };
        command.SetAction(parsed =>
        {
            double limit = Percent(parsed.GetValue(allowed)!);
            List<Comparison> comparisons = ResultCompare.Compare(parsed.GetValue(before)!, parsed.GetValue(after)!);
            Console.Out.Write(ResultCompare.Table(comparisons));
            Comparison[] slower = [.. comparisons.Where(item => item.Slowdown > limit)];
            if (slower.Length == 0) return;
            throw new HlxException(
                ErrorCode.BenchRegression, $"{slower.Length} of {comparisons.Count} times are more than {limit:P0} slower, the worst {slower.MaxBy(item => item.Slowdown)!.Name}",
                "Find the change that did it, or raise --max-regression");
        });
        return command;
    }

    private static double Percent(string text) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= MostPercent
            ? percent / 100
            : throw new HlxException(ErrorCode.TypeMismatch, $"\"{text}\" is not a percentage", $"Give a number of percent up to {MostPercent}, such as 5%");

    private static Peer? Start(string command)
    {
        Peer? peer = Peer.Start(command, out string reason);
        if (peer is null) Console.Error.WriteLine($"note: without this peer: {reason}");
        return peer;
    }

    private static SortedDictionary<string, string> Settings(GemmBenchPlan plan, IReadOnlyList<Peer> peers)
    {
        SortedDictionary<string, string> settings = new()
        {
            ["data"] = plan.Cases[0].Data,
            ["samples"] = $"{plan.Samples} of each metric, in {plan.Rounds} turns that alternate with the peers; 0.4 s of the same work before each turn",
            ["device_time"] = "microseconds a product by device timestamps, over about 4 ms of products with a barrier between, divided by their number; all passes that the profile needs are in it",
            ["statistics"] = "what the driver reports of each stage's shader (VK_KHR_pipeline_executable_properties), under its names; local memory is what registers are spilled to",
            ["submit_to_result"] = "microseconds from the submission of one product to its end, seen by the processor; operands and result stay on the device",
            ["error"] = "relative Frobenius norm against float64 over 400 elements; for scaled data each element in units of the sum of its products' magnitudes",
        };
        foreach (Peer peer in peers) settings["peer_" + peer.Name] = peer.Version;
        return settings;
    }
}
