using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;
using Microsoft.Extensions.Logging;

namespace Hlx.Conformance;

/// <summary>How requests run: asynchronously, through staging memory, recorded and replayed, watched from outside.</summary>
public sealed class RequestTests(DeviceFixture drivers)
{
    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    [Theory, MemberData(nameof(Devices))]
    public async Task Many_requests_wait_on_no_thread_of_their_own(string device)
    {
        VulkanContext context = drivers[device];
        int before = Process.GetCurrentProcess().Threads.Count;
        Task<SequenceResult>[] requests = [.. Enumerable.Range(0, 200).Select(i => context.RunAsync(Add(i)))];
        int during = Process.GetCurrentProcess().Threads.Count;
        SequenceResult[] results = await Task.WhenAll(requests);
        for (int i = 0; i < results.Length; i++) Assert.Equal(Expected(i), results[i].Outputs[0]);
        Assert.InRange(during - before, -100, 50);
        Assert.Empty(context.ValidationMessages);
    }

    [Theory, MemberData(nameof(Devices))]
    public void Many_threads_may_submit_at_once(string device) => drivers.On(device, context =>
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Assert.Equal(Expected(i % 17), context.Run(Add(i % 17)).Outputs[0])));

    [Theory, MemberData(nameof(Devices))]
    public void Many_contexts_may_be_opened_and_closed_at_once(string device) => Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 10 }, i =>
    {
        using VulkanContext context = VulkanContext.Open(device); // without the layer, which does not stand this
        Assert.Equal(Expected(i), context.Run(Add(i)).Outputs[0]);
    });

    [Theory, MemberData(nameof(Devices))]
    public async Task A_request_cancelled_before_it_starts_runs_nothing(string device)
    {
        VulkanContext context = drivers[device];
        using CancellationTokenSource cancellation = new();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => context.RunAsync(Add(1), cancellation.Token));
        Assert.Equal(Expected(2), (await context.RunAsync(Add(2), CancellationToken.None)).Outputs[0]);
    }

    [Theory, MemberData(nameof(Devices))]
    public async Task A_request_cancelled_under_way_ends_at_once_and_leaves_nothing(string device)
    {
        using VulkanContext context = VulkanContext.Open(device, new VulkanOptions { Validation = TestDevices.Validation });
        for (int i = 0; i < 20; i++)
        {
            using CancellationTokenSource cancellation = new();
            Task<SequenceResult> request = context.RunAsync(Add(i, 1 << 18), cancellation.Token);
            await cancellation.CancelAsync();
            try
            {
                await request; // it may have been faster
            }
            catch (OperationCanceledException)
            {
                Assert.True(request.IsCanceled);
            }
        }
        Assert.Equal(Expected(3), context.Run(Add(3)).Outputs[0]);
        context.Dispose(); // waits for what the device still had to finish; the layer would report what was left
        Assert.Empty(context.ValidationMessages);
    }

    [Theory, MemberData(nameof(Devices))]
    public void Staging_memory_gives_the_same_bytes_whether_or_not_the_ring_has_room(string device)
    {
        using VulkanContext context = VulkanContext.Open(device, new VulkanOptions { Validation = TestDevices.Validation, Staging = true, StagingRingBytes = 1 << 16 });
        Assert.True(context.Plan.Staging);
        foreach (int count in (int[])[1, 100, 1000, 4000, 5000, 100_000]) Assert.Equal(Expected(5, count), context.Run(Add(5, count)).Outputs[0]);
        Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i => Assert.Equal(Expected(i, 1500), context.Run(Add(i, 1500)).Outputs[0]));
        context.Trim();
        Assert.Equal((0, 0L), (context.Memory.Buffers, context.Memory.UsedBytes));
        Assert.Empty(context.ValidationMessages);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_repeated_program_runs_its_stages_in_order_on_one_buffer(string device)
    {
        using VulkanContext context = VulkanContext.Open(device, new VulkanOptions { Validation = TestDevices.Validation, PipelineStatistics = true });
        ShaderCode increment = new(EmittedShader.Increment());
        KernelLaunch first = new(increment, "main", [KernelBuffer.Output(0, 0, 256) with { Content = new byte[256] }], new Extent3(1, 1, 1))
        {
            BoundsChecked = false,
            SubgroupSize = context.Snapshot.SubgroupSize,
        };
        KernelLaunch second = first with { Buffers = [KernelBuffer.Alias(0, 0, new StageBuffer(0, 0))] };
        using (VulkanProgram program = context.Record(new KernelSequence([first, second], [new StageOutput(0, 0)]), new RecordOptions(Repeats: 3)))
        {
            program.Run();
            byte[] output = new byte[256];
            program.Read(new StageOutput(0, 0), output);
            Assert.All(MemoryMarshal.Cast<byte, uint>(output).ToArray(), element => Assert.Equal(6u, element));
            double whole = Assert.NotNull(program.DeviceNanoseconds());
            Assert.True(whole > 0);
            Assert.All(program.Statistics(0), statistic => Assert.NotEmpty(statistic.Name));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Record(new KernelSequence([first], []), new RecordOptions(Repeats: 0)));
        Assert.Empty(context.ValidationMessages);
    }

    public static TheoryData<string, bool> DevicesAndStaging => new(from device in TestDevices.Vulkan from staging in (bool[])[false, true] select (device, staging));

    [Theory, MemberData(nameof(DevicesAndStaging))]
    public void A_recorded_program_is_replayed_on_new_content_without_managed_allocation(string device, bool staging)
    {
        using VulkanContext context = VulkanContext.Open(device, new VulkanOptions { Validation = TestDevices.Validation, Staging = staging, StagingRingBytes = 1 << 16 });
        using (VulkanProgram program = context.Record(Add(7)))
        {
            byte[] output = new byte[400];
            for (int i = 0; i < 20; i++)
            {
                program.Write(0, 2, Bytes(100, _ => i));
                program.Run();
                program.Read(new StageOutput(0, 0), output);
                Assert.Equal(Expected(i), output);
                Assert.NotNull(program.DeviceTime(0));
            }
            program.Run();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++) program.Run();
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Throws<ArgumentException>(() => program.Write(0, 2, new byte[4]));
            Assert.Throws<ArgumentException>(() => program.Read(new StageOutput(0, 0), new byte[4]));
        }
        context.Trim();
        Assert.Equal(0, context.Memory.UsedBytes);
        Assert.Empty(context.ValidationMessages);
    }

    [Theory, MemberData(nameof(DevicesAndStaging))]
    public void A_program_that_outlives_its_context_refuses_everything(string device, bool staging)
    {
        VulkanContext context = VulkanContext.Open(device, new VulkanOptions { Validation = TestDevices.Validation, Staging = staging });
        VulkanProgram idle = context.Record(Add(1)), pending = context.Record(Add(2));
        pending.Submit();
        context.Dispose();
        foreach (VulkanProgram program in (VulkanProgram[])[idle, pending])
        {
            Assert.Throws<ObjectDisposedException>(program.Run);
            Assert.Throws<ObjectDisposedException>(() => program.Write(0, 2, Bytes(100, _ => 1)));
            Assert.Throws<ObjectDisposedException>(() => program.Read(new StageOutput(0, 0), new byte[400]));
            Assert.Throws<ObjectDisposedException>(() => program.DeviceTime(0));
            program.Dispose();
        }
        Assert.Throws<ObjectDisposedException>(context.Trim);
        Assert.Empty(context.ValidationMessages);
    }

    [Fact]
    public async Task A_closed_context_refuses_every_kind_of_request()
    {
        VulkanContext context = VulkanContext.Open(TestDevices.Vulkan[0], new VulkanOptions { Validation = TestDevices.Validation });
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.Run(Add(1)));
        Assert.Throws<ObjectDisposedException>(() => context.Record(Add(1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => context.RunAsync(Add(1)));
    }

    [Fact]
    public async Task An_asynchronous_request_that_takes_too_long_is_a_timeout()
    {
        using VulkanContext context = VulkanContext.Open(TestDevices.Vulkan[0], new VulkanOptions { Validation = TestDevices.Validation, Timeout = TimeSpan.FromMilliseconds(1) });
        context.Faults.Waits = Silk.NET.Vulkan.Result.Timeout; // as a device that never answers
        HlxException refusal = await Assert.ThrowsAsync<HlxException>(() => context.RunAsync(Add(1)));
        Assert.Equal(ErrorCode.DeviceTimeout, refusal.Code);
        context.Faults.Waits = Silk.NET.Vulkan.Result.Success;
        Assert.Equal(ErrorCode.DeviceLost, (await Assert.ThrowsAsync<HlxException>(() => context.RunAsync(Add(1)))).Code);
    }

    [Fact]
    public void Idle_programs_are_kept_within_their_bound()
    {
        using VulkanContext none = VulkanContext.Open(TestDevices.Vulkan[0], new VulkanOptions { Validation = TestDevices.Validation, ProgramCacheBytes = 0, Staging = false });
        none.Run(Add(1));
        Assert.Equal(0, none.Memory.UsedBytes);
        using VulkanContext some = VulkanContext.Open(TestDevices.Vulkan[0], new VulkanOptions { Validation = TestDevices.Validation, ProgramCacheBytes = 10_000, Staging = false });
        for (int count = 1; count < 300; count++) some.Run(Add(1, count));
        Assert.InRange(some.Memory.UsedBytes, 1, 20_000); // with what alignment takes
    }

    [Fact]
    public void A_watcher_sees_requests_pipelines_and_failures()
    {
        List<string> activities = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Hlx.Vulkan",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (activities) activities.Add(activity.OperationName);
            },
        };
        ActivitySource.AddActivityListener(listener);
        ConcurrentDictionary<string, double> measured = new();
        using MeterListener meter = new();
        meter.InstrumentPublished = (instrument, source) =>
        {
            if (instrument.Meter.Name == "Hlx.Vulkan") source.EnableMeasurementEvents(instrument);
        };
        meter.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        meter.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        meter.Start();
        LogCollector log = new();
        using (VulkanContext context = VulkanContext.Open(TestDevices.Vulkan[0], new VulkanOptions { Validation = TestDevices.Validation, LoggerFactory = log }))
        {
            context.Run(Add(1));
            context.Faults.Arm(1, Silk.NET.Vulkan.Result.ErrorDeviceLost, lasts: true);
            HlxAssert.Refuses(ErrorCode.DeviceLost, () => context.Run(Add(1)));
        }
        Assert.Contains("hlx.vulkan.request", activities);
        foreach (string name in (string[])["hlx.vulkan.requests", "hlx.vulkan.uploaded", "hlx.vulkan.downloaded", "hlx.vulkan.pipeline.duration", "hlx.vulkan.request.duration", "hlx.vulkan.failures"])
            Assert.True(measured.GetValueOrDefault(name) > 0, name);
        Assert.Contains(log.Lines, line => line.StartsWith("Hlx.Vulkan Information opened", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.StartsWith("Hlx.Vulkan Debug made the pipeline", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains(ErrorCode.DeviceLost, StringComparison.Ordinal));
    }

    // fma(x, 1, addend): i + addend for each i.
    private static KernelSequence Add(float addend, int count = 100)
    {
        uint[] constants = [(uint)count];
        return KernelSequence.Of(new KernelLaunch(
            TestCode.Load("fma_exact_test"), "main",
            [KernelBuffer.Input(0, 0, Bytes(count, i => i)), KernelBuffer.Input(0, 1, Bytes(count, _ => 1)), KernelBuffer.Input(0, 2, Bytes(count, _ => addend)), KernelBuffer.Output(0, 3, 4L * count)],
            new Extent3((uint)((count + 63) / 64), 1, 1))
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
        });
    }

    private static byte[] Expected(float addend, int count = 100) => Bytes(count, i => i + addend);

    private static byte[] Bytes(int count, Func<int, float> number) => MemoryMarshal.AsBytes(Enumerable.Range(0, count).Select(number).ToArray().AsSpan()).ToArray();

    private sealed class LogCollector : ILoggerFactory, ILogger
    {
        private string _category = "";

        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName)
        {
            _category = categoryName;
            return this;
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{_category} {logLevel} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
