using System.Runtime.CompilerServices;
using Hlx.Compute;
using Hlx.Store;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Tests;

/// <summary>From a value to a handle: the whole way through store, plan and device.</summary>
public sealed class HlxRuntimeTests
{
    public static TheoryData<string> Devices => [CpuDevice.CpuAddress, CpuDrivers.Lavapipe, CpuDrivers.SwiftShader];

    public static TheoryData<string> Drivers => [CpuDrivers.Lavapipe, CpuDrivers.SwiftShader];

    [Theory, MemberData(nameof(Drivers))]
    public void The_roadmap_example_runs_in_its_own_form(string device)
    {
        using HlxRuntime hlx = Open(device);
        Handle a = hlx.Collapse(HlxValue.From(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } }));
        Handle b = hlx.Collapse(HlxValue.From(new[,] { { 5.0, 6.0 }, { 7.0, 8.0 } }));
        Handle shader = hlx.Collapse(VulkanShader.Compute(TestShader.Load("gemm"), entryPoint: "main"));
        Handle c = hlx.ExecuteKernel(new ComputeKernel("gemm_1024", shader, workgroupSize: (16, 16, 1)) { Inputs = [a, b] });
        Assert.Equal(new float[,] { { 19, 22 }, { 43, 50 } }, hlx.Resolve<float[,]>(c));
        Assert.Equal(c, hlx.Collapse(Tensor.From(new float[,] { { 19, 22 }, { 43, 50 } })));
        Assert.Empty(((VulkanContext)hlx.KernelDevice).ValidationMessages);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_product_has_one_handle_on_every_device(string device)
    {
        using HlxRuntime hlx = Open(device), cpu = Open(CpuDevice.CpuAddress);
        ProductRun run = Multiply(hlx), reference = Multiply(cpu);
        Assert.Equal(reference.Result, run.Result);
        Assert.False(run.IsMemoized);
        Assert.NotNull(run.DeviceTime);

        static ProductRun Multiply(HlxRuntime runtime) =>
            runtime.Multiply(runtime.Collapse(FloatSamples.Special(1, 30, 600)), runtime.Collapse(FloatSamples.Unit(2, 600, 20)));
    }

    [Fact]
    public void The_same_product_is_computed_once()
    {
        using HlxRuntime hlx = Open(CpuDevice.CpuAddress);
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 8, 9)), b = hlx.Collapse(FloatSamples.Unit(2, 9, 7));
        ProductRun first = hlx.Multiply(a, b), second = hlx.Multiply(a, b);
        Assert.Equal((false, true), (first.IsMemoized, second.IsMemoized));
        Assert.Equal(first.Result, second.Result);
        LedgerEntry entry = Assert.Single(hlx.Space.Ledger.List());
        Assert.Equal(first.Result, entry.Result);
        Assert.Contains("\"device\":\"CPU", entry.Provenance, StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_arrays_have_the_key_of_the_tensor_that_they_are()
    {
        using HlxRuntime hlx = Open(CpuDevice.CpuAddress);
        Handle nested = hlx.Collapse(HlxValue.From(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } }));
        Handle tensor = hlx.Collapse(Tensor.From(new float[,] { { 1, 2 }, { 3, 4 } }));
        Assert.False(hlx.Multiply(nested, nested).IsMemoized);
        Assert.True(hlx.Multiply(tensor, nested).IsMemoized);
    }

    [Fact]
    public void Without_memoization_everything_is_computed()
    {
        using HlxRuntime hlx = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDevice.CpuAddress, Memoize = false });
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 8, 8));
        Assert.Equal(hlx.Multiply(a, a).Result, hlx.Multiply(a, a).Result);
        Assert.False(hlx.Multiply(a, a).IsMemoized);
    }

    [Fact]
    public void A_result_that_was_lost_is_computed_again()
    {
        using TempFolder folder = new();
        Handle result;
        using (HlxRuntime hlx = Open(CpuDevice.CpuAddress, folder))
        {
            Handle a = hlx.Collapse(FloatSamples.Unit(1, 8, 8));
            result = hlx.Multiply(a, a).Result;
            Handle data = hlx.Resolve<Tensor>(result).DataHandle;
            File.Delete(folder[$"objects/b3/{data.Digest[..2]}/{data.Digest}"]);
            ProductRun again = hlx.Multiply(a, a);
            Assert.Equal((result, false), (again.Result, again.IsMemoized));
        }
        using HlxRuntime reopened = Open(CpuDevice.CpuAddress, folder);
        Handle same = reopened.Collapse(FloatSamples.Unit(1, 8, 8));
        Assert.True(reopened.Multiply(same, same).IsMemoized);
    }

    [Fact]
    public void A_device_that_computes_something_else_is_an_incident()
    {
        using HlxRuntime hlx = Open(CpuDevice.CpuAddress);
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 4, 4));
        string key = ExecutionKey.ForOperator("gemm", NumericsProfile.Fp32Ieee, NumericsProfile.Fp32IeeeVersion, a, a);
        hlx.Space.Ledger.Record(key, hlx.Collapse(Tensor.From([1f])), HlxValue.Null);
        using HlxRuntime plain = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDevice.CpuAddress, Memoize = false });
        Handle same = plain.Collapse(FloatSamples.Unit(1, 4, 4));
        plain.Space.Ledger.Record(key, plain.Collapse(Tensor.From([1f])), HlxValue.Null);
        HlxAssert.Refuses(ErrorCode.LedgerIncident, () => plain.Multiply(same, same));
        Assert.Single(plain.Space.Ledger.Incidents());
    }

    [Fact]
    public void A_refused_request_leaves_store_and_ledger_as_they_were()
    {
        using TempFolder folder = new();
        using HlxRuntime hlx = Open(CpuDrivers.Lavapipe, folder);
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 4, 5)), shader = hlx.Collapse(VulkanShader.Compute(TestShader.Load("gemm")));
        Handle text = hlx.Collapse("no tensor"), missing = Handle.Of("missing");
        Dictionary<string, string> before = folder.Fingerprint();
        int recorded = hlx.Space.Ledger.List().Count;

        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => hlx.Multiply(a, a));
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => hlx.Multiply(a, text));
        HlxAssert.Refuses(ErrorCode.HandleNotFound, () => hlx.Multiply(a, missing));
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => hlx.Multiply(a, a, "fp32.fast"));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => hlx.ExecuteKernel(new ComputeKernel("k", shader, (16, 16, 1)) { Inputs = [a, a] }));
        HlxAssert.Refuses(ErrorCode.HandleNotFound, () => hlx.ExecuteKernel(new ComputeKernel("k", missing, (16, 16, 1)) { Inputs = [a, a] }));
        HlxAssert.Refuses(ErrorCode.ContractStructure, () => hlx.ExecuteKernel(new ComputeKernel("k", text, (16, 16, 1)) { Inputs = [a, a] }));
        HlxAssert.Refuses(ErrorCode.ContractFieldUnknown, () => hlx.Collapse(Json.Decode("{\"950\":{\"dtype\":\"f32\",\"shape\":[],\"data\":\"&h_x\",\"extra\":1}}")));

        Assert.Equal(before, folder.Fingerprint());
        Assert.Equal(recorded, hlx.Space.Ledger.List().Count);
    }

    [Fact]
    public void A_named_device_is_never_replaced()
    {
        using HlxRuntime hlx = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = "vulkan://no such device" });
        Handle a = hlx.Collapse(FloatSamples.Unit(1, 4, 4));
        HlxAssert.Refuses(ErrorCode.DeviceNotFound, () => hlx.Multiply(a, a));
        Assert.Null(hlx.FallbackReason);
    }

    [Fact]
    public void Without_a_gpu_the_cpu_computes_and_says_so()
    {
        using HlxRuntime hlx = HlxRuntime.Open(new HlxOptions { InMemory = true });
        Assert.IsType<CpuDevice>(hlx.Device);
        Assert.Contains("no GPU", hlx.FallbackReason, StringComparison.Ordinal);
        Assert.Equal(DeviceType.Cpu, ((VulkanContext)hlx.KernelDevice).Snapshot.Type);
    }

    [Fact]
    public void Many_threads_may_ask_for_products()
    {
        using HlxRuntime hlx = Open(CpuDrivers.SwiftShader);
        Handle[] inputs = [.. Enumerable.Range(0, 4).Select(i => hlx.Collapse(FloatSamples.Unit(i, 16, 16)))];
        using HlxRuntime cpu = Open(CpuDevice.CpuAddress);
        foreach (int i in Enumerable.Range(0, 4)) cpu.Collapse(FloatSamples.Unit(i, 16, 16));
        Parallel.For(0, 32, i => Assert.Equal(cpu.Multiply(inputs[i % 4], inputs[i / 8]).Result, hlx.Multiply(inputs[i % 4], inputs[i / 8]).Result));
    }

    [Fact]
    public void Handles_resolve_to_the_types_that_were_stored()
    {
        using HlxRuntime hlx = Open(CpuDevice.CpuAddress);
        VulkanShader shader = VulkanShader.Compute(TestShader.Load("gemm"));
        Handle handle = hlx.Collapse(shader);
        ComputeKernel kernel = new("k", handle, (16, 16, 1));
        Assert.Equal(shader.Spirv.ToArray(), hlx.Resolve<VulkanShader>(handle).Spirv.ToArray());
        Assert.Equal(kernel.ToValue(), hlx.Resolve<ComputeKernel>(hlx.Collapse(kernel)).ToValue());
        Assert.Equal("p", hlx.Resolve<PipelineConfig>(hlx.Collapse(new PipelineConfig("p", [handle]))).Id);
        Assert.Equal(HlxKind.Text, hlx.Resolve<HlxValue>(hlx.Collapse("x")).Kind);
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => hlx.Resolve<string>(handle));
    }

    [ModuleInitializer]
    internal static void UseCpuDrivers() => TestDevices.Use();

    private static HlxRuntime Open(string device, TempFolder? folder = null) =>
        HlxRuntime.Open(new HlxOptions { InMemory = folder is null, StoreFolder = folder?.Path, Device = device, Validation = device != CpuDevice.CpuAddress });
}
