using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>Policy on what real drivers have reported, without the drivers.</summary>
public sealed class RecordedSnapshotTests
{
    private static readonly DeviceSnapshot[] Recorded =
        [.. File.ReadLines(TestData.PathOf("device-snapshots.jsonl")).Select(line => DeviceSnapshot.FromValue(Json.Decode(line)))];

    private static DeviceSnapshot H100 => Recorded[0];

    [Fact]
    public void A_snapshot_reads_back_as_it_was_written()
    {
        foreach ((DeviceSnapshot snapshot, string line) in Recorded.Zip(File.ReadLines(TestData.PathOf("device-snapshots.jsonl"))))
            Assert.Equal(line, Json.Encode(snapshot.ToValue()));
    }

    [Fact]
    public void The_h100_computes_on_the_queue_family_that_has_no_graphics()
    {
        Assert.Equal(new QueueFamily(2, 8, true, false, 64), H100.ComputeFamily);
        Assert.Null(H100.Unsuitable);
        Assert.Equal(49152u, H100.Limits.MaxSharedMemoryBytes);
    }

    [Fact]
    public void Among_all_three_the_h100_is_chosen_and_without_it_the_cpu_or_a_cpu_driver()
    {
        Assert.Same(H100, DeviceSelector.ForOperators(Recorded, null));
        Assert.Same(H100, DeviceSelector.ForShaders(Recorded, null));
        Assert.Null(DeviceSelector.ForOperators(Recorded[1..], null));
        Assert.Equal("SwiftShader Device (Subzero)", DeviceSelector.ForShaders(Recorded[1..], null).Name);
        Assert.Equal("llvmpipe (LLVM 15.0.6, 256 bits)", DeviceSelector.ForShaders(Recorded, "vulkan://llvmpipe").Name);
    }

    [Fact]
    public void A_large_dispatch_fits_the_h100_along_x_only()
    {
        VulkanShader shader = VulkanShader.Compute(TestShader.Load("gemm"));
        ComputeKernel kernel = new("k", Handle.Of(shader.ToValue()), (16, 16, 1))
        {
            Outputs = [new(DType.F32, [1])],
            PushConstants = [1, 1, 1],
            Dispatch = (1_000_000, 1, 1),
        };
        KernelOperands operands = KernelOperands.Of(Tensor.From([1f]), Tensor.From([1f]));
        Assert.Equal(1_000_000u, KernelPlan.For(kernel, shader, operands, CapabilitiesOf(H100)).Launch.Workgroups.X);
        HlxAssert.Refuses(ErrorCode.DeviceLimit, () => KernelPlan.For(kernel with { Dispatch = (1, 1_000_000, 1) }, shader, operands, CapabilitiesOf(H100)));
        HlxAssert.Refuses(ErrorCode.DeviceLimit, () => KernelPlan.For(kernel, shader, operands, CapabilitiesOf(Recorded[1])));
    }

    private static DeviceCapabilities CapabilitiesOf(DeviceSnapshot snapshot) => DevicePlan.For(snapshot, new DeviceRequest()).Capabilities;

    [Theory]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("{\"limits\":{}}")]
    public void What_is_no_snapshot_is_refused(string json) => HlxAssert.Refuses(ErrorCode.TypeMismatch, () => DeviceSnapshot.FromValue(Json.Decode(json)));
}
