using System.Diagnostics;
using Hlx.Benchmarks;
using Hlx.Vulkan;

namespace Hlx.DeviceReport;

/// <summary>How long products take: on the device alone, and from the request to the bytes read back.</summary>
internal static class TimeReport
{
    private const int Repeats = 30;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);

    public static void Write(VulkanContext device, CpuDevice cpu, string folder)
    {
        ResultFile file = new("gemm-first", device.Name, device.Driver, new()
        {
            ["data"] = "uniform in [-1, 1)",
            ["repeats"] = $"{Repeats}, one by one, after 0.5 s of the same work",
            ["shader"] = "shaders/gemm.comp, 16x16 tiles, not tuned",
            ["cpu"] = cpu.Name,
        });
        foreach (int n in (int[])[256, 512, 1024, 2048, 4096])
        {
            Tensor a = RandomTensor.Uniform(1, n, n), b = RandomTensor.Uniform(2, n, n);
            Measure(file, "hlx", device, a, b, n);
            if (n <= 2048) Measure(file, "hlx-cpu", cpu, a, b, n);
        }
        file.WriteTo(folder);
    }

    private static void Measure(ResultFile file, string implementation, IComputeDevice device, Tensor a, Tensor b, int n)
    {
        Tensor product = Gemm.Multiply(device, a, b).Product;
        for (Stopwatch warm = Stopwatch.StartNew(); warm.Elapsed < WarmUp;) _ = Gemm.Multiply(device, a, b);
        double[] inside = new double[Repeats], whole = new double[Repeats];
        for (int i = 0; i < Repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            inside[i] = Gemm.Multiply(device, a, b).DeviceTime?.TotalMicroseconds ?? double.NaN;
            whole[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        double error = ProductError.Relative(a, b, product);
        Samples inner = file.Add(implementation, NumericsProfile.Fp32Ieee, $"{n}x{n}x{n}", "device_time", "us", inside, error);
        Samples submit = file.Add(implementation, NumericsProfile.Fp32Ieee, $"{n}x{n}x{n}", "submit_to_result", "us", whole, error);
        Console.WriteLine($"{implementation,-8} {n,5}  device {inner.P50,10:F1} us ({2.0 * n * n * n / inner.P50 / 1e6,6:F2} TFLOP/s)  submit to result {submit.P50,10:F0} us  error {error:E1}");
    }
}
