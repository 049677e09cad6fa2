using System.Diagnostics;
using System.Globalization;
using Hlx.Benchmarks;
using Hlx.Compute;
using Hlx.Kernels;

namespace Hlx.Cli.Commands;

internal static partial class BenchCommand
{
    private static Command Memo()
    {
        Option<int> runs = Numbers.One("--runs", "Hits in one process.", 10_000, most: Numbers.MostRuns);
        Option<int> openings = Numbers.One("--openings", "How often the store is opened anew for a hit.", 200, most: Numbers.MostRuns);
        Option<string?> folder = new("-o", "--output") { Description = "Write memo.json and memo.csv into this folder." };
        Command command = new("memo", "Time products that are known already; no device is opened.") { runs, openings, folder };
        command.SetAction(parsed =>
        {
            string? results = Shared.ResultFolder(parsed.GetValue(folder));
            string root = Directory.CreateTempSubdirectory("hlx-bench-").FullName;
            try
            {
                HlxOptions known = new() { StoreFolder = root, Device = "vulkan://no device is needed" };
                (Handle a, Handle result) = Product(new() { StoreFolder = root, Device = CpuDevice.CpuAddress });
                double[] disk = [.. Enumerable.Range(0, parsed.GetValue(openings)).Select(_ =>
                {
                    using HlxRuntime runtime = HlxRuntime.Open(known);
                    return Hit(runtime, a, result);
                })];
                using HlxRuntime open = HlxRuntime.Open(known);
                double[] memory = [.. Enumerable.Range(0, parsed.GetValue(runs) + 1).Select(_ => Hit(open, a, result)).Skip(1)];
                using CpuDevice cpu = new();
                ResultFile file = new("memo", cpu.Name, cpu.Driver, new()
                {
                    ["hit"] = "microseconds of HlxRuntime.Multiply for a product of 256x256 that is known: in a process that has asked before, and as the first request after opening the store",
                });
                foreach ((string name, double[] values) in ((string, double[])[])[("in process", memory), ("from disk", disk)])
                {
                    Samples samples = file.Add("hlx", NumericsProfile.Fp32Ieee, name, "hit", "us", values);
                    Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} p50 {samples.P50:F2} us, p99 {samples.P99:F2} us, {values.Length} hits"));
                }
                if (results is string path) Console.Error.WriteLine($"wrote {file.WriteTo(path)}");
            }
            finally
            {
                Directory.Delete(root, recursive: true);
            }
        });
        return command;
    }

    private static (Handle A, Handle Result) Product(HlxOptions options)
    {
        using HlxRuntime runtime = HlxRuntime.Open(options);
        Handle a = runtime.Collapse(RandomTensor.Uniform(1, 256, 256));
        return (a, runtime.Multiply(a, a).Result);
    }

    private static double Hit(HlxRuntime runtime, Handle a, Handle expected)
    {
        long start = Stopwatch.GetTimestamp();
        ProductRun run = runtime.Multiply(a, a);
        double time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        return run.IsMemoized && run.Result == expected ? time : throw new HlxException(ErrorCode.Internal, "a known product was computed", "Report this");
    }
}
