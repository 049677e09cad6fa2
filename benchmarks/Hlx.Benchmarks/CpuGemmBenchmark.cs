using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Hlx.Benchmarks;

/// <summary>The CPU product beside OpenBLAS, alternately in one run, on the same number of threads.</summary>
internal static class CpuGemmBenchmark
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(1000);

    public static int Run(string[] arguments)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int repeats = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 30;
        if (!OpenBlas.IsInstalled)
        {
            Console.Error.WriteLine("OpenBLAS is not installed: apt-get install libopenblas0-pthread");
            return 1;
        }
        ResultFile file = new("gemm-cpu", "cpu", $"{RuntimeInformation.FrameworkDescription}; {OpenBlas.Configuration}", new()
        {
            ["processor"] = Processor(),
            ["OPENBLAS_CORETYPE"] = Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") ?? "(chosen by OpenBLAS)",
            ["data"] = "uniform in [-1, 1), alternating, 1 s of warm-up",
            ["repeats"] = $"{repeats}",
        });
        foreach (int threads in (int[])[1, Environment.ProcessorCount])
        {
            foreach (int n in (int[])[256, 512, 1024, 2048]) Compare(file, n, threads, repeats);
        }
        Console.Error.WriteLine($"written to {file.Write("cpu")}");
        return 0;
    }

    private static void Compare(ResultFile file, int n, int threads, int repeats)
    {
        GemmShape shape = new(n, n, n);
        Tensor a = RandomTensor.Uniform(1, n, n), b = RandomTensor.Uniform(2, n, n);
        using CpuDevice cpu = new(threads);
        OpenBlas.SetThreads(threads);
        float[] theirs = new float[n * n];
        Tensor ours = Gemm.Multiply(cpu, a, b).Product;
        OpenBlas.Multiply(shape, a, b, theirs);

        double[] hlx = new double[repeats], openBlas = new double[repeats];
        for (Stopwatch warm = Stopwatch.StartNew(); warm.Elapsed < WarmUp;)
        {
            _ = Gemm.Multiply(cpu, a, b);
            OpenBlas.Multiply(shape, a, b, theirs);
        }
        for (int i = 0; i < repeats; i++)
        {
            hlx[i] = Gemm.Multiply(cpu, a, b).DeviceTime!.Value.TotalMicroseconds;
            long start = Stopwatch.GetTimestamp();
            OpenBlas.Multiply(shape, a, b, theirs);
            openBlas[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        string name = $"{n}x{n}x{n}, {threads} threads";
        Samples left = file.Add("hlx", NumericsProfile.Fp32Ieee, name, "device_time", "us", hlx, ProductError.Relative(a, b, ours));
        Samples right = file.Add("openblas", "fp32", name, "device_time", "us", openBlas, ProductError.Relative(a, b, Tensor.From<float>(DType.F32, [n, n], theirs)));
        Console.WriteLine(
            $"{name,-24} hlx {left.P50,9:F0} us ({shape.Operations / left.P50 / 1e3,6:F1} GFLOP/s)   openblas {right.P50,9:F0} us   ratio {right.P50 / left.P50:F2}");
    }

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? ""
        : "";
}
