using Hlx.Benchmarks;
using Hlx.Cli.Bench;
using Hlx.Compute;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static partial class BenchCommand
{
    private const int MostLayers = 1000, MostWidth = 16384, MostRows = 65536; // the largest matrices, of 2^30 elements, are still tensors

    private sealed record MlpOptions(Option<int> Layers, Option<int> Width, Option<int[]> Batches, Option<int> Runs, Option<int> Turns, Option<int> Processes, Option<string[]> Peers, Option<string?> Folder, Option<string> Name, Option<string?> Device)
    {
        public static MlpOptions Create(string name) => new(
            Numbers.One("--layers", "Layers of the perceptron.", 4, most: MostLayers),
            Numbers.One("--width", "Inputs and outputs of each layer.", 1024, most: MostWidth),
            Numbers.Several("--batch", "Batch sizes.", [1, 2, 4, 8, 16, 32, 64, 128], 1, MostRows),
            Numbers.One("--runs", "Samples of each latency.", 1000, most: Numbers.MostRuns),
            Numbers.One("--turns", "How often HLX and its peers take turns for these samples.", 2),
            Numbers.One("--processes", "How many fresh processes each time to a first result is measured in.", 5, least: 0),
            new("--peer") { Description = "A program such as benchmarks/peers/cuda_mlp with its arguments; may be repeated.", DefaultValueFactory = _ => [] },
            new("-o", "--output") { Description = "Write the result files into this folder." },
            Shared.ResultName(name),
            Shared.Device());

        public BatchBenchPlan Plan(ParseResult parsed)
        {
            int samples = Math.Max(1, parsed.GetValue(Runs)), turns = Math.Clamp(parsed.GetValue(Turns), 1, samples); // 0 where the command does not have the option
            return new(parsed.GetValue(Layers), parsed.GetValue(Width), parsed.GetValue(Batches)!, samples / turns * turns, turns, parsed.GetValue(Processes));
        }
    }

    private static Command Batch()
    {
        MlpOptions options = MlpOptions.Create("batch");
        Option<bool> energy = new("--energy") { Description = "Measure energy too (NVML)." };
        Command command = new("batch", "Time a perceptron for changing batch sizes beside its peers: warm requests, and the first of each batch size.")
        {
            options.Layers, options.Width, options.Batches, options.Runs, options.Turns, options.Processes, options.Peers, energy, options.Folder, options.Name, options.Device,
        };
        command.SetAction(parsed => Measure(parsed, options, (bench, file) => bench.Run(file, parsed.GetValue(energy)), new()
        {
            ["request"] = "microseconds from rows in an ordinary array to the result in another one, in a loop, after 0.4 s of the same",
            ["forward"] = "microseconds from the submission to the end, rows and result on the device",
            ["first_request"] = "microseconds of the first request of a batch size, by a process that has answered one of another size; cold: with empty caches; warm: with what a process before has left",
            ["energy_of_10000"] = "joules of 10,000 requests, by the counter of the whole card over 2 s of requests one after the other",
        }));
        return command;
    }

    private static Command Startup()
    {
        MlpOptions options = MlpOptions.Create("startup");
        Command command = new("startup", "Time fresh processes to the first result of a perceptron beside its peers.")
        {
            options.Layers, options.Width, options.Processes, options.Peers, options.Folder, options.Name, options.Device,
        };
        command.SetAction(parsed => Measure(parsed, options, (bench, file) => bench.Startup(file), new()
        {
            ["first_result"] = "milliseconds from starting a process to its first result, a batch of 1; cold: with empty caches; warm: with what a process before has left. Each makes the weights itself",
            ["step"] = "milliseconds of a part of it, as the process itself tells",
        }));
        return command;
    }

    private static Command Serve()
    {
        Option<string?> device = Shared.Device();
        Command command = new("serve", "Answer the requests of bench batch and bench startup.") { device };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            using MlpPeer peer = new(parsed.GetValue(device) ?? Environment.GetEnvironmentVariable(DeviceSelector.Variable), Console.In, Console.Out);
            peer.Serve();
        });
        return command;
    }

    private static void Measure(ParseResult parsed, MlpOptions options, Action<BatchBench, ResultFile> measure, SortedDictionary<string, string> settings)
    {
        string? results = Shared.ResultFolder(parsed.GetValue(options.Folder));
        string device, name, driver;
        using (VulkanInstance instance = new())
        {
            DeviceSnapshot snapshot = DeviceSelector.ForShaders(instance.Devices, parsed.GetValue(options.Device) ?? Environment.GetEnvironmentVariable(DeviceSelector.Variable));
            (device, name, driver) = (snapshot.Address, snapshot.Name, snapshot.Driver);
        }
        BatchBenchPlan plan = options.Plan(parsed);
        BatchBench bench = new($"{string.Join(' ', OwnProgram.Words)} bench serve --device {device}", parsed.GetValue(options.Peers)!, plan, Console.Error);
        settings["workload"] = $"{plan.Layers} layers of {plan.Width} x {plan.Width} in fp32 with bias, ReLU after all but the last; {plan.Samples} samples in {plan.Turns} turns; {plan.Processes} processes";
        ResultFile file = new(parsed.GetValue(options.Name)!, name, driver, settings);
        measure(bench, file);
        foreach ((string peer, string version) in bench.Versions) settings[peer] = version;
        Console.Out.Write(bench.Table());
        if (results is string path) Console.Error.WriteLine($"wrote {file.WriteTo(path)}");
    }
}
