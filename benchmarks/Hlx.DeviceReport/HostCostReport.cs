using System.Diagnostics;
using System.Runtime.InteropServices;
using Hlx.Benchmarks;
using Hlx.Spirv;
using Hlx.Vulkan;

namespace Hlx.DeviceReport;

/// <summary>
/// What a replayed program costs the processor: managed allocation, and the time in our own code around the driver's calls, for
/// submitting a run and for taking note of its end.
/// </summary>
internal static class HostCostReport
{
    private const int Replays = 20_000;
    private const int Batches = 20;

    public static void Write(VulkanContext device, string folder)
    {
        ResultFile file = new("host-cost", device.Name, device.Driver, new()
        {
            ["program"] = "one dispatch of one workgroup of 64 invocations on 256 bytes, recorded once",
            ["replays"] = $"{Batches} batches of {Replays / Batches}, after {Replays / 10} more",
            ["submit"] = "VulkanProgram.Submit less the driver's vkQueueSubmit",
            ["wait"] = "VulkanProgram.Wait after the device is done, its one vkGetSemaphoreCounterValue included",
            ["round_trip"] = "VulkanProgram.Run: submitted, executed, seen by the processor",
        });
        using VulkanProgram program = device.Record(KernelSequence.Of(Tiny()));
        for (int i = 0; i < Replays / 10; i++) program.Run();

        List<double> submits = [], waits = [], driver = [], roundTrips = [];
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long allocatedInRuns = 0;
        for (int batch = 0; batch < Batches; batch++)
        {
            long submitTicks = 0, waitTicks = 0, before = device.Queue.DriverTicks;
            for (int i = 0; i < Replays / Batches; i++)
            {
                long start = Stopwatch.GetTimestamp();
                program.Submit();
                submitTicks += Stopwatch.GetTimestamp() - start;
                while (device.Queue.Reached(out ulong reached) == Silk.NET.Vulkan.Result.Success && reached < program.Pending)
                {
                }
                start = Stopwatch.GetTimestamp();
                program.Wait();
                waitTicks += Stopwatch.GetTimestamp() - start;
            }
            long inDriver = device.Queue.DriverTicks - before;
            allocatedInRuns += GC.GetAllocatedBytesForCurrentThread() - allocated;
            submits.Add(Microseconds(submitTicks - inDriver));
            driver.Add(Microseconds(inDriver));
            waits.Add(Microseconds(waitTicks));
            long round = Stopwatch.GetTimestamp();
            for (int i = 0; i < Replays / Batches; i++) program.Run();
            roundTrips.Add(Microseconds(Stopwatch.GetTimestamp() - round));
            allocated = GC.GetAllocatedBytesForCurrentThread();
        }
        double total = submits.Zip(waits, (submit, wait) => submit + wait).Order().ElementAt(Batches / 2);
        file.Add("hlx", "", "replay", "host_submit", "us", [.. submits]);
        file.Add("hlx", "", "replay", "host_wait", "us", [.. waits]);
        file.Add("hlx", "", "replay", "host_total", "us", [.. submits.Zip(waits, (submit, wait) => submit + wait)]);
        file.Add("driver", "", "replay", "vkQueueSubmit", "us", [.. driver]);
        file.Add("hlx", "", "replay", "round_trip", "us", [.. roundTrips]);
        file.Add("hlx", "", "replay", "managed_allocation", "B", [allocatedInRuns]);
        file.WriteTo(folder);
        Console.WriteLine($"replay: {total:F2} us of host time outside the driver's submit ({submits.Average():F2} submit, {waits.Average():F2} wait), driver {driver.Average():F2} us, round trip {roundTrips.Average():F1} us, {allocatedInRuns} bytes allocated");
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency / (Replays / Batches);

    private static KernelLaunch Tiny()
    {
        ModuleBuilder module = new();
        SpirvType u32 = module.Int(32, signed: false);
        Value x = module.StorageBuffer(0, 0, u32, "x"), invocation = module.BuiltInInput(BuiltIn.GlobalInvocationId);
        FunctionBuilder main = module.ComputeEntryPoint("main", (64, 1, 1));
        Value element = main.Member(x, 0, main.Extract(main.Load(invocation), 0));
        main.Store(element, main.Add(main.Load(element), module.Constant(1u)));
        byte[] zeros = MemoryMarshal.AsBytes(new uint[64].AsSpan()).ToArray();
        return new(new ShaderCode(module.Build()), "main", [KernelBuffer.Output(0, 0, 256) with { Content = zeros }], new Extent3(1, 1, 1));
    }
}
