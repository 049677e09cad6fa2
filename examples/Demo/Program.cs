// The main job, as scripts/demo runs it: a 1024×1024 product on the best device, then the same request again; without a GPU also a
// small product on a CPU Vulkan driver, to show that both give one handle. An address as the argument names the device.
using System.Globalization;
using Hlx;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Values;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    string? device = args.Length > 0 ? args[0] : null;
    using HlxRuntime runtime = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = device });
    Tensor a = RandomTensor.Uniform(1, 1024, 1024), b = RandomTensor.Uniform(2, 1024, 1024);
    Handle left = runtime.Collapse(a), right = runtime.Collapse(b);

    Console.Error.WriteLine("multiplying two 1024×1024 matrices of f32 ...");
    ProductRun run = runtime.Multiply(left, right);
    Console.WriteLine($"product   {run.Result}");
    Console.WriteLine($"device    {run.Device}{(runtime.FallbackReason is string reason ? $" ({reason})" : "")}");
    Console.WriteLine($"time      {Milliseconds(run.DeviceTime)} on the device, {run.Elapsed.TotalMilliseconds:F1} ms from request to stored handle");
    Console.WriteLine($"error     {ProductError.Relative(a, b, runtime.Resolve<Tensor>(run.Result)):E1} relative to float64");

    ProductRun again = runtime.Multiply(left, right);
    Console.WriteLine($"again     {(again.Result == run.Result ? "the same handle" : "ANOTHER HANDLE")}, {(again.IsMemoized ? "memoized, nothing computed" : "computed")}, {again.Elapsed.TotalMilliseconds:F1} ms");
    bool agree = again.Result == run.Result && again.IsMemoized;
    if (runtime.Device is CpuDevice && device is null) agree &= CompareWithVulkan();
    return agree ? 0 : 1;
}
catch (HlxException failure)
{
    Console.Error.WriteLine($"error {failure.Message}");
    return 1;
}

static bool CompareWithVulkan()
{
    Console.Error.WriteLine("multiplying two 128×128 matrices on the CPU and through a CPU Vulkan driver ...");
    Handle[] results = new Handle[2];
    string[] names = new string[2];
    foreach ((int i, string address) in new[] { CpuDevice.CpuAddress, DeviceSelector.VulkanScheme }.Index())
    {
        using HlxRuntime runtime = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = address });
        ProductRun run = runtime.Multiply(runtime.Collapse(RandomTensor.Uniform(3, 128, 128)), runtime.Collapse(RandomTensor.Uniform(4, 128, 128)));
        (results[i], names[i]) = (run.Result, run.Device);
        Console.WriteLine($"128×128   {run.Result}  {run.Device}, {Milliseconds(run.DeviceTime)}");
    }
    Console.WriteLine(results[0] == results[1] ? $"one handle from {names[0]} and {names[1]}" : "THE HANDLES DIFFER");
    return results[0] == results[1];
}

static string Milliseconds(TimeSpan? time) => time is TimeSpan known ? $"{known.TotalMilliseconds:F3} ms" : "not measured";
