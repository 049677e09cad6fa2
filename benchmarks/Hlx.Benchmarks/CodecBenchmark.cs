using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Hlx.Benchmarks;

/// <summary>LC-B encode and decode: a 1024×1024 nested float array, and bytes of 64 MiB. Hashing is not part of it.</summary>
public class CodecBenchmark
{
    private const int Side = 1024;
    private const int BlobBytes = 64 << 20;

    private readonly HlxValue _matrix;
    private readonly HlxValue _blob;
    private readonly byte[] _matrixLcb;
    private readonly byte[] _blobLcb;

    public CodecBenchmark()
    {
        _matrix = NestedArrays.ToValue(RandomTensor.Uniform(1, Side, Side));
        _blob = HlxValue.FromOwned(RandomTensor.Uniform(2, BlobBytes / 4).Data.ToArray());
        _matrixLcb = Lcb.Encode(_matrix);
        _blobLcb = Lcb.Encode(_blob);
    }

    [Benchmark]
    public int EncodeMatrix() => Lcb.Encode(_matrix, _matrixLcb);

    [Benchmark]
    public HlxValue DecodeMatrix() => Lcb.Decode(_matrixLcb);

    [Benchmark]
    public int EncodeBytes() => Lcb.Encode(_blob, _blobLcb);

    [Benchmark]
    public HlxValue DecodeBytes() => Lcb.Decode(_blobLcb);

    /// <summary>Runs all four and writes the result file.</summary>
    public static int Run()
    {
        CodecBenchmark sizes = new();
        ManualConfig configuration = ManualConfig.CreateEmpty()
            .AddColumnProvider(DefaultColumnProviders.Instance).AddLogger(ConsoleLogger.Default).WithArtifactsPath("artifacts/benchmarks");
        Summary summary = BenchmarkRunner.Run<CodecBenchmark>(configuration);
        ResultFile file = new("codec", "cpu", System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription, new()
        {
            ["processor"] = summary.HostEnvironmentInfo.Cpu.Value?.ProcessorName ?? "",
            ["matrix"] = $"{Side}x{Side} nested floats, {sizes._matrixLcb.Length} bytes of LC-B",
            ["bytes"] = $"{BlobBytes} bytes",
            ["harness"] = $"BenchmarkDotNet {summary.HostEnvironmentInfo.BenchmarkDotNetVersion}",
        });
        foreach (BenchmarkReport report in summary.Reports)
        {
            string name = report.BenchmarkCase.Descriptor.WorkloadMethod.Name;
            int bytes = name.EndsWith("Matrix", StringComparison.Ordinal) ? sizes._matrixLcb.Length : sizes._blobLcb.Length;
            double[] rates = [.. report.GetResultRuns().Select(run => bytes / (run.Nanoseconds / run.Operations) * 1e3)];
            Samples samples = file.Add("hlx", "lc-b", name, "throughput", "MB/s", rates);
            Console.WriteLine($"{name,-14} {samples.P50,9:F0} MB/s");
        }
        Console.Error.WriteLine($"written to {file.Write("cpu")}");
        return summary.Reports.Length == 4 ? 0 : 1;
    }
}
