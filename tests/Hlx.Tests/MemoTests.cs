using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Tests;

/// <summary>Nothing is computed twice, and nothing is taken for known that may not be.</summary>
public sealed class MemoTests
{
    [Fact]
    public void A_kernel_is_run_once_whatever_its_name_and_however_its_input_is_given()
    {
        using HlxRuntime hlx = Open(CpuDrivers.Lavapipe);
        Handle shader = hlx.Collapse(VulkanShader.Compute(TestShader.Load("gemm")));
        Handle nested = hlx.Collapse(HlxValue.From(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } })), tensor = hlx.Collapse(Tensor.From(new float[,] { { 1, 2 }, { 3, 4 } }));
        KernelRun first = hlx.RunKernel(new("one", shader, (16, 16, 1)) { Inputs = [nested, nested] }), second = hlx.RunKernel(new("two", shader, (16, 16, 1)) { Inputs = [tensor, nested] });
        Assert.Equal((false, true), (first.IsMemoized, second.IsMemoized));
        Assert.Equal(first.Outputs, second.Outputs);
        Assert.All(second.DeviceTimes, time => Assert.Null(time));
        Assert.Equal(new(1, 0, 1, 0), hlx.MemoStatistics);
        Assert.True(hlx.Verify(first.Outputs[0]).IsSame);
    }

    [Fact]
    public void What_a_kernel_depends_on_is_in_its_key()
    {
        using HlxRuntime hlx = Open(CpuDrivers.Lavapipe);
        ComputeKernel kernel = Reduce(hlx, Enumerable.Range(1, 600).Select(i => (uint)i));
        ComputeKernel[] different =
        [
            kernel,
            kernel with { PushConstants = [HlxValue.From(3)] },
            kernel with { Dispatch = new(1, 1, 1) },
            kernel with { Outputs = [new(DType.U32, [4])] },
            kernel with { Inputs = [hlx.Collapse(Words(Enumerable.Range(2, 600).Select(i => (uint)i)))] },
            kernel with { Determinism = "run-to-run" },
        ];
        Assert.All(different, request => Assert.False(hlx.RunKernel(request).IsMemoized));
        Assert.All(different, request => Assert.True(hlx.RunKernel(request).IsMemoized));
    }

    [Fact]
    public void The_stages_of_a_pipeline_and_all_outputs_are_remembered()
    {
        using HlxRuntime hlx = Open(CpuDrivers.SwiftShader);
        ComputeKernel first = Reduce(hlx, Enumerable.Range(1, 600).Select(i => (uint)i));
        ComputeKernel second = first with { Inputs = [new StageOutput(0, 0)], Outputs = [new(DType.U32, [1])], Dispatch = new(1, 1, 1), PushConstants = [HlxValue.From(3)] };
        PipelineConfig pipeline = new("sum", [hlx.Collapse(first), hlx.Collapse(second)]);
        KernelRun computed = hlx.RunPipeline(pipeline), known = hlx.RunPipeline(pipeline with { Id = "again" });
        Assert.Equal(600u * 601 / 2, hlx.Resolve<Tensor>(computed.Outputs[0]).AsSpan<uint>()[0]);
        Assert.Equal((true, computed.Outputs[0]), (known.IsMemoized, known.Outputs[0]));
        Assert.False(hlx.RunPipeline(pipeline with { OutputImage = "@0.0" }).IsMemoized);
        HlxAssert.Refuses(ErrorCode.ContractFieldValue, () => hlx.RunPipeline(pipeline with { SyncBarriers = [new(7, "device")] })); // what is wrong is refused although the rest is known
    }

    [Fact]
    public async Task A_request_that_no_thread_waits_for_is_remembered_too()
    {
        using HlxRuntime hlx = Open(CpuDrivers.Lavapipe);
        ComputeKernel kernel = Reduce(hlx, [1, 2, 3]);
        Assert.False((await hlx.RunKernelAsync(kernel)).IsMemoized);
        Assert.True((await hlx.RunKernelAsync(kernel)).IsMemoized);
        Assert.True(hlx.RunKernel(kernel).IsMemoized);
    }

    [Fact]
    public void What_nobody_may_promise_is_never_memoised()
    {
        using HlxRuntime hlx = Open(CpuDrivers.Lavapipe, validation: false); // the layer does not know float atomics of this driver
        ComputeKernel atomic = new("atomic", hlx.Collapse(VulkanShader.Compute(TestShader.Load("control_atomic_sum"))), (64, 1, 1))
        {
            Inputs = [hlx.Collapse(Tensor.From([1f, 2f]))],
            Outputs = [new(DType.F32, [1])],
            Dispatch = new(1, 1, 1),
            PushConstants = [HlxValue.From(2)],
        };
        ComputeKernel asked = Reduce(hlx, [1, 2, 3]) with { Determinism = "not-guaranteed" };
        foreach (ComputeKernel kernel in (ComputeKernel[])[atomic, atomic, asked, asked]) Assert.False(hlx.RunKernel(kernel).IsMemoized);
        Assert.Empty(hlx.Space.Ledger.List());
    }

    [Fact]
    public void Without_memoization_kernels_are_run_again()
    {
        using HlxRuntime hlx = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDrivers.Lavapipe, Memoize = false, KeepPipelines = false });
        ComputeKernel kernel = Reduce(hlx, [1, 2, 3]);
        Assert.Equal(hlx.RunKernel(kernel).Outputs, hlx.RunKernel(kernel).Outputs);
        Assert.Equal(new(0, 0, 2, 0), hlx.MemoStatistics);
    }

    [Fact]
    public void A_known_result_needs_no_device()
    {
        using TempFolder folder = new();
        Handle a, result;
        using (HlxRuntime first = HlxRuntime.Open(new HlxOptions { StoreFolder = folder.Path, Device = CpuDevice.CpuAddress }))
        {
            a = first.Collapse(FloatSamples.Unit(1, 8, 8));
            result = first.Multiply(a, a).Result;
        }
        using HlxRuntime without = HlxRuntime.Open(new HlxOptions { StoreFolder = folder.Path, Device = "vulkan://no such device" });
        foreach (string hit in (string[])["from disk", "from memory"]) Assert.True(without.Multiply(a, a) is { IsMemoized: true } run && run.Result == result, hit);
        HlxAssert.Refuses(ErrorCode.DeviceNotFound, () => without.Multiply(a, a, NumericsProfile.Fp32Split)); // whose key has the device
    }

    [Fact]
    public void Equal_requests_at_the_same_time_are_computed_once()
    {
        using HlxRuntime hlx = Open(CpuDevice.CpuAddress);
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 300, 300));
        ProductRun[] runs = new ProductRun[16];
        Thread[] threads = [.. Enumerable.Range(0, runs.Length).Select(i => new Thread(() => runs[i] = hlx.Multiply(a, a)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Single(runs.Select(run => run.Result).Distinct());
        Assert.Single(runs, run => !run.IsMemoized);
        Assert.Equal((1L, 15L), (hlx.MemoStatistics.Computed, hlx.MemoStatistics.Hits + hlx.MemoStatistics.Joined));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.25, 2)]
    [InlineData(1, 8)]
    public void A_chosen_part_of_the_hits_is_computed_again(double fraction, long expected)
    {
        using HlxRuntime hlx = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDevice.CpuAddress, AuditFraction = fraction });
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 8, 8));
        Handle result = hlx.Multiply(a, a).Result;
        for (int i = 0; i < 8; i++) Assert.Equal(result, hlx.Multiply(a, a).Result);
        Assert.Equal(new(8, 0, 1 + expected, expected), hlx.MemoStatistics);
    }

    [Fact]
    public void An_audit_that_finds_another_result_is_an_incident()
    {
        using HlxRuntime hlx = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDevice.CpuAddress, AuditFraction = 1 });
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 4, 4));
        string key = ExecutionKey.ForOperator("gemm", NumericsProfile.Fp32Ieee, NumericsProfile.Fp32IeeeVersion, a, a);
        hlx.Space.Ledger.Record(key, hlx.Collapse(FloatSamples.Unit(9, 4, 4)), HlxValue.Object(("operator", "gemm"), ("device", "elsewhere")));
        HlxAssert.Refuses(ErrorCode.LedgerIncident, () => hlx.Multiply(a, a));
        HlxAssert.Refuses(ErrorCode.LedgerIncident, () => hlx.Multiply(a, a)); // and stays refused
        Assert.Single(hlx.Space.Ledger.Incidents());
    }

    [Fact]
    public void An_audit_runs_kernels_again()
    {
        using HlxRuntime hlx = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDrivers.Lavapipe, AuditFraction = 1, KeepPipelines = false });
        ComputeKernel kernel = Reduce(hlx, [1, 2, 3]);
        Assert.Equal(hlx.RunKernel(kernel).Outputs, hlx.RunKernel(kernel).Outputs);
        Assert.Equal(new(1, 0, 2, 1), hlx.MemoStatistics);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_part_is_a_part_of_one(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => HlxRuntime.Open(new HlxOptions { InMemory = true, AuditFraction = fraction }));

    private static ComputeKernel Reduce(HlxRuntime hlx, IEnumerable<uint> words)
    {
        Tensor input = Words(words);
        return new("reduce", hlx.Collapse(VulkanShader.Compute(TestShader.Load("reduce"))), (256, 1, 1))
        {
            Inputs = [hlx.Collapse(input)],
            Outputs = [new(DType.U32, [3])],
            Dispatch = new(3, 1, 1),
            PushConstants = [HlxValue.From((int)input.Count)],
        };
    }

    private static Tensor Words(IEnumerable<uint> words)
    {
        uint[] all = [.. words];
        return Tensor.From<uint>(DType.U32, [all.Length], all);
    }

    private static HlxRuntime Open(string device, bool validation = true) =>
        HlxRuntime.Open(new HlxOptions { InMemory = true, Device = device, Validation = validation && device != CpuDevice.CpuAddress, KeepPipelines = false });
}
