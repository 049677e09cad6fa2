using Hlx.Benchmarks;
using Hlx.Cli.Bench;
using Hlx.Compute;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static partial class BenchCommand
{
    private static Command Determinism()
    {
        Option<int> runs = Numbers.One("--runs", "Runs of each computation in one process.", 1000, most: Numbers.MostRuns);
        Option<int> processes = Numbers.One("--processes", "Cold processes; 0 for none.", 50, least: 0);
        Option<int[]> batches = Numbers.Several(
            "--batch", "Batch sizes.", [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128], 1, MostRows);
        Option<string?> golden = new("--golden") { Description = "The file of golden handles: tests/data/golden-handles.jsonl." };
        Option<string[]> peers = new("--peer") { Description = "A program such as benchmarks/peers/torch_determinism.py; may be repeated.", DefaultValueFactory = _ => [] };
        Option<string?> folder = new("-o", "--output") { Description = "Write determinism.json and determinism.csv into this folder." };
        Option<string?> device = Shared.Device();
        Command command = new("determinism", "Count distinct results: over runs, threads, processes, batch sizes and positions, with controls that must differ. Exits 1 if any is not as promised.")
        {
            runs, processes, batches, golden, peers, folder, device,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(golden) is string expected) _ = Shared.ReadAll(expected); // a wrong name is noticed before the work
            string? results = Shared.ResultFolder(parsed.GetValue(folder));
            using VulkanContext context = VulkanContext.Open(parsed.GetValue(device) ?? Environment.GetEnvironmentVariable(DeviceSelector.Variable));
            DeterminismPlan plan = new(parsed.GetValue(runs), parsed.GetValue(processes), parsed.GetValue(batches)!);
            ResultFile file = new("determinism", context.Name, context.Driver, new()
            {
                ["distinct_results"] = "how many different BLAKE3 handles came out; the unit says of how many computations. Nothing is memoised",
                ["one process"] = "outputs hold zeros, ones, NaN or random bits before each run; recorded anew every 50 runs beside other allocations, while another thread computes on the device",
                ["threads"] = "every second thread has a context, and so a queue, of its own",
                ["cold processes"] = "processes with no cache of HLX or the driver",
                ["controls"] = "must have more than one result; a harness that finds one there proves nothing",
            });
            DeterminismBench bench = new(context, plan, file, Console.Error);
            bench.Run(string.Join(' ', OwnProgram.Words), parsed.GetValue(golden), parsed.GetValue(peers)!);
            Console.Out.Write(bench.Table());
            if (results is string path) Console.Error.WriteLine($"wrote {file.WriteTo(path)}");
            if (bench.Broken is { Count: > 0 } broken)
            {
                throw new HlxException(
                    ErrorCode.BenchDeterminism,
                    $"{(broken.Count == 1 ? "a result is" : $"{broken.Count} results are")} not as promised: {string.Join("; ", broken)}",
                    "Only a control may have more than one distinct result, and it must");
            }
        });
        return command;
    }

    private static Command Handles()
    {
        Option<string?> device = Shared.Device();
        Command command = new("handles", "Print the handles of bench determinism.") { device };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            using VulkanContext context = VulkanContext.Open(parsed.GetValue(device));
            DeterminismBench.PrintHandles(context, Console.Out);
        });
        return command;
    }

    private static Command Golden()
    {
        Option<ulong[]> seeds = Numbers.Several<ulong>("--seed", "Seeds.", [1, 2, 3, 4, 5, 6, 7, 8], 0, long.MaxValue);
        Command command = new("golden", "Print the golden handles as the CPU computes them: one line of JSON for each computation and seed.") { seeds };
        command.SetAction(parsed =>
        {
            using CpuDevice cpu = new();
            foreach (ProofSubject subject in ProofSubject.All.Where(subject => subject.IsDeviceToDevice))
            {
                foreach (ulong seed in parsed.GetValue(seeds)!)
                {
                    Console.Out.WriteLine(Json.Encode(HlxValue.Object(
                        ("operator", subject.Name), ("profile", subject.Profile), ("seed", (long)seed), ("handle", ProofSubject.HandleOf(subject.Compute(cpu, seed)).Text))));
                }
            }
        });
        return command;
    }
}
