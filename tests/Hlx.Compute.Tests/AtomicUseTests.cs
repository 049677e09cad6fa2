using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>Atomic operations need a feature by their type and by where their memory is, which their capability does not tell.</summary>
public sealed class AtomicUseTests
{
    [Theory]
    [InlineData("shared float s;", "atomicAdd(s, 1.0)", "shaderSharedFloat32AtomicAdd")]
    [InlineData("layout(binding=1) buffer B { float s; };", "atomicAdd(s, 1.0)", "shaderBufferFloat32AtomicAdd")]
    [InlineData("shared float s;", "atomicExchange(s, 1.0)", "shaderSharedFloat32Atomics")]
    [InlineData("layout(binding=1) buffer B { double s; };", "atomicAdd(s, 1.0lf)", "shaderBufferFloat64AtomicAdd")]
    [InlineData("shared int64_t s;", "atomicAdd(s, 1l)", "shaderSharedInt64Atomics")]
    [InlineData("layout(binding=1) buffer B { uint64_t s; };", "atomicMax(s, 1ul)", "shaderBufferInt64Atomics")]
    public void The_feature_is_found_by_use(string declaration, string use, string feature)
    {
        byte[] module = ShaderText.Compile($$"""
            #extension GL_EXT_shader_atomic_float : enable
            #extension GL_EXT_shader_atomic_int64 : enable
            #extension GL_EXT_shader_explicit_arithmetic_types : enable
            layout(binding=0) writeonly buffer R { float r[]; };
            {{declaration}}
            void main() { {{use}}; r[0] = 1; }
            """);
        HashSet<string> others = ["shaderInt64", "shaderFloat64"];
        HlxException refusal = HlxAssert.Refuses(ErrorCode.DeviceFeature, () => Plan(module, others));
        Assert.Contains($"does not offer {feature}", refusal.What, StringComparison.Ordinal);
        _ = Plan(module, [.. others, feature]);
    }

    private static KernelPlan Plan(byte[] module, HashSet<string> features)
    {
        VulkanShader shader = VulkanShader.Compute(module);
        DeviceCapabilities device = new(new DeviceLimits(new(1024, 1024, 64), 1024, new(65535, 65535, 65535), 49152, 128, 1L << 27), features, new Version(1, 6));
        OutputSpec[] outputs = [.. shader.Code.Module.RequireCompute("main").Bindings.Select(binding => new OutputSpec(TypeOf(binding.Element), [1]))];
        return KernelPlan.For(new ComputeKernel("atomics", Handle.Of(shader.ToValue()), (1, 1, 1)) { Outputs = outputs, Dispatch = new(1, 1, 1) }, shader, KernelOperands.Of(), device);
    }

    private static DType TypeOf(Spirv.ScalarType element) => element switch
    {
        Spirv.ScalarType.Float64 => DType.F64,
        Spirv.ScalarType.UInt64 => DType.U64,
        _ => DType.F32,
    };
}
