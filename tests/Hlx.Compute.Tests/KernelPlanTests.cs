using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>How a request becomes a launch, and what is refused on the way; no device is needed.</summary>
public sealed class KernelPlanTests
{
    private static readonly DeviceLimits Limits = new(new(1024, 1024, 64), 1024, new(65535, 65535, 65535), 49152, 128, 1L << 27);
    private static readonly DeviceCapabilities Device = new(Limits, new HashSet<string>(), new Version(1, 6));
    private static readonly VulkanShader Gemm = VulkanShader.Compute(TestShader.Load("gemm"));
    private static readonly VulkanShader Behaviour = VulkanShader.Compute(TestShader.Load("behaviour"));
    private static readonly Handle Shader = Handle.Of(Gemm.ToValue());
    private static readonly Tensor A = FloatSamples.Unit(1, 33, 20), B = FloatSamples.Unit(2, 20, 50);
    private static readonly ComputeKernel Product = new("product", Shader, (16, 16, 1));

    [Fact]
    public void Two_matrices_need_nothing_more()
    {
        KernelPlan plan = KernelPlan.For(Product, Gemm, KernelOperands.Of(A, B), Device);
        Assert.Equal("f32[33,50]", Tensor.Describe(plan.Outputs[0].Type, plan.Outputs[0].Shape.ToArray()));
        Assert.Equal(new Extent3(4, 3, 1), plan.Launch.Workgroups);
        Assert.Equal("210000003200000014000000", Convert.ToHexString(plan.Launch.PushConstants.Span));
        Assert.Equal([new(0, 16), new(1, 16)], plan.Launch.Specialization);
        Assert.Equal([(0u, false), (1, false), (2, true)], plan.Launch.Buffers.Select(buffer => (buffer.Binding, buffer.IsOutput)));
        Assert.Equal(4 * 33 * 50, plan.Launch.Buffers[2].Bytes);
    }

    [Fact]
    public void The_workgroup_size_is_specialized() =>
        Assert.Equal(new Extent3(7, 9, 1), KernelPlan.For(Product with { WorkgroupSize = (8, 4, 1) }, Gemm, KernelOperands.Of(A, B), Device).Launch.Workgroups);

    [Fact]
    public void Everything_can_be_stated()
    {
        ComputeKernel kernel = Product with
        {
            Outputs = [new OutputSpec(DType.F32, [33, 50])],
            Dispatch = new Extent3(4, 3, 1),
            PushConstants = [33, 50, 20],
            PushConstantsLayout = "3×uint32",
            Specialization = new Dictionary<uint, HlxValue> { [2] = 32 },
        };
        KernelPlan stated = KernelPlan.For(kernel, Gemm, KernelOperands.Of(A, B), Device), inferred = KernelPlan.For(Product, Gemm, KernelOperands.Of(A, B), Device);
        Assert.Equal(inferred.Launch.PushConstants.ToArray(), stated.Launch.PushConstants.ToArray());
        Assert.Equal([new(0, 16), new(1, 16), new(2, 32)], stated.Launch.Specialization);
        Assert.Equal(kernel.ToValue(), ComputeKernel.FromValue(kernel.ToValue()).ToValue());
    }

    [Fact]
    public void An_empty_product_has_no_workgroups() =>
        Assert.Equal(0ul, KernelPlan.For(Product, Gemm, KernelOperands.Of(FloatSamples.Unit(1, 0, 20), B), Device).Launch.Workgroups.Count);

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refuses(ErrorCode.ShapeMismatch, Product, A, A);
        Refuses(ErrorCode.BindingMismatch, Product with { Outputs = [new(DType.F32, [1])], Dispatch = (1, 1, 1), PushConstants = [1, 1, 1] }, A);
        Refuses(ErrorCode.ContractFieldMissing, Product, A);
        Refuses(ErrorCode.ContractFieldMissing, Product with { Outputs = [] }, A, B);
        Refuses(ErrorCode.ContractFieldValue, Product with { SharedMemoryBytes = 100 }, A, B); // the shader declares more
        Refuses(ErrorCode.PushConstantMismatch, Product with { PushConstants = [1, 2] }, A, B);
        Refuses(ErrorCode.PushConstantMismatch, Product with { PushConstants = [1, 2, 3.5] }, A, B);
        Refuses(ErrorCode.PushConstantMismatch, Product with { PushConstants = [1, 2, -1] }, A, B);
        Refuses(ErrorCode.PushConstantMismatch, Product with { PushConstantsLayout = "2×int32" }, A, B);
        Refuses(ErrorCode.PushConstantMismatch, Product with { Outputs = [new(DType.F32, [1])], Dispatch = (1, 1, 1) }, A, B);
        Refuses(ErrorCode.ContractFieldValue, Product with { PushConstantsLayout = "three ints" }, A, B);
        Refuses(ErrorCode.ContractFieldValue, Product with { Specialization = new Dictionary<uint, HlxValue> { [9] = 1 } }, A, B);
        Refuses(ErrorCode.ContractFieldValue, Product with { Specialization = new Dictionary<uint, HlxValue> { [0] = 8 } }, A, B);
        Refuses(ErrorCode.ContractFieldValue, Product with { WorkgroupSize = (16, 16, 2) }, A, B);
        Refuses(ErrorCode.NumericsUnsupported, Product with { Numerics = "fp32.ieee" }, A, B);
        Refuses(ErrorCode.NumericsUnsupported, Product with { Determinism = "device-to-device" }, A, B);
        Refuses(ErrorCode.DeviceLimit, Product with { WorkgroupSize = (64, 64, 1) }, A, B);
        Refuses(ErrorCode.DeviceLimit, Product with { WorkgroupSize = (2048, 1, 1) }, A, B);
        Refuses(ErrorCode.DeviceLimit, Product with { SharedMemoryBytes = 1 << 20 }, A, B);
        Refuses(ErrorCode.DeviceLimit, Product with { Dispatch = (70_000, 1, 1) }, A, B);
    }

    [Theory]
    [InlineData(8, 8, 1, 7, 5, 3)] // columns along x, rows along y, layers along z
    [InlineData(64, 1, 1, 30, 1, 1)] // one dimension: all 7·5·54 elements along x
    public void The_dispatch_covers_the_output(uint x, uint y, uint z, uint groupsX, uint groupsY, uint groupsZ)
    {
        ComputeKernel kernel = new("fma", Handle.Of(1), (x, y, z))
        {
            Outputs = [new(DType.F32, z == 1 && y == 1 ? [7, 5, 54] : [3, 40, 54])],
            PushConstants = [1, 1, 1],
        };
        KernelPlan plan = KernelPlan.For(kernel, Gemm, KernelOperands.Of(FloatSamples.Unit(1, 4), FloatSamples.Unit(1, 4)), Device);
        Assert.Equal(new Extent3(groupsX, groupsY, groupsZ), plan.Launch.Workgroups);
    }

    [Fact]
    public void A_large_buffer_is_refused() =>
        HlxAssert.Refuses(ErrorCode.DeviceLimit, () => KernelPlan.For(Product, Gemm, KernelOperands.Of(A, B), Device with { Limits = Limits with { MaxBufferBytes = 1000 } }));

    [Fact]
    public void A_shader_of_another_workgroup_size_is_refused() =>
        HlxAssert.Refuses(ErrorCode.ContractFieldValue, () => KernelPlan.For(
            Product with { Outputs = [new(DType.U32, [4]), new(DType.U32, [4])], Dispatch = (1, 1, 1), PushConstants = [1] }, Behaviour, KernelOperands.Of(A), Device));

    [Fact]
    public void A_stage_that_is_not_compute_is_refused() =>
        HlxAssert.Refuses(ErrorCode.StageUnsupported, () => KernelPlan.For(Product, Gemm with { Stage = "vertex" }, KernelOperands.Of(A, B), Device));

    [Fact]
    public void A_shader_is_checked_when_it_is_wrapped()
    {
        HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => VulkanShader.Compute(new byte[8]));
        HlxAssert.Refuses(ErrorCode.EntryPointMissing, () => VulkanShader.Compute(TestShader.Load("gemm"), "other"));
        Assert.Equal(Gemm.ToValue(), VulkanShader.FromValue(Gemm.ToValue()).ToValue());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("2×int32 + 1×float32", "Int32 Int32 Float32")]
    [InlineData("float,int", "Float32 Int32")]
    [InlineData("3*uint32", "UInt32 UInt32 UInt32")]
    [InlineData("1xuint,float32", "UInt32 Float32")]
    public void Layouts_parse(string layout, string types) => Assert.Equal(types, string.Join(' ', PushConstantLayout.Parse(layout)));

    [Theory]
    [InlineData("quad")]
    [InlineData("2×")]
    [InlineData("int,,int")]
    [InlineData("-1×int")]
    [InlineData("999×int")]
    public void Other_layouts_do_not(string layout) => HlxAssert.Refuses(ErrorCode.ContractFieldValue, () => PushConstantLayout.Parse(layout));

    [Fact]
    public void A_pipeline_is_a_value()
    {
        PipelineConfig pipeline = new("p", [Shader]) { SyncBarriers = [new(0, "device")], OutputImage = "&h_out" };
        Assert.Equal(pipeline.ToValue(), PipelineConfig.FromValue(pipeline.ToValue()).ToValue());
        HlxAssert.Refuses(ErrorCode.ContractStructure, () => PipelineConfig.FromValue(Gemm.ToValue()));
    }

    [Fact]
    public void An_execution_key_changes_with_everything_that_it_names()
    {
        Handle a = Handle.Of(1), b = Handle.Of(2);
        string[] keys =
        [
            ExecutionKey.ForOperator("gemm", "fp32.ieee", 1, a, b), ExecutionKey.ForOperator("gemm", "fp32.ieee", 1, b, a),
            ExecutionKey.ForOperator("gemm", "fp32.ieee", 2, a, b), ExecutionKey.ForOperator("gemm", "fp32.fixed", 1, a, b),
            ExecutionKey.ForOperator("conv", "fp32.ieee", 1, a, b), ExecutionKey.ForOperator("gemm", "fp32.ieee", 1, a),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], ExecutionKey.ForOperator("gemm", "fp32.ieee", 1, a, b));
    }

    private static void Refuses(string code, ComputeKernel kernel, params Tensor[] inputs) =>
        HlxAssert.Refuses(code, () => KernelPlan.For(kernel, Gemm, KernelOperands.Of(inputs), Device));
}
