using Hlx.Spirv;
using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>What a module uses needs features that its capabilities do not tell: by type, by where memory is, by scope and by layout.</summary>
public sealed class FeatureUseTests
{
    private const string Extensions = """
        #extension GL_EXT_shader_atomic_float : enable
        #extension GL_EXT_shader_atomic_float2 : enable
        #extension GL_EXT_shader_atomic_int64 : enable
        #extension GL_EXT_shader_explicit_arithmetic_types : enable
        #extension GL_EXT_scalar_block_layout : enable
        #extension GL_KHR_shader_subgroup_arithmetic : enable
        #extension GL_KHR_shader_subgroup_vote : enable
        #extension GL_EXT_shader_subgroup_extended_types_int64 : enable
        #extension GL_EXT_shader_subgroup_extended_types_float16 : enable
        #extension GL_EXT_shader_subgroup_extended_types_int8 : enable
        #extension GL_ARB_shader_clock : enable
        #extension GL_EXT_shader_realtime_clock : enable
        #extension GL_EXT_null_initializer : enable
        #extension GL_EXT_shared_memory_block : enable
        #extension GL_EXT_subgroup_uniform_control_flow : enable
        layout(binding=0) writeonly buffer R { float r[]; };

        """;

    [Theory]
    [InlineData("shared float s;", "atomicAdd(s, 1.0)", "shaderSharedFloat32AtomicAdd")]
    [InlineData("layout(binding=1) buffer B { float s; };", "atomicAdd(s, 1.0)", "shaderBufferFloat32AtomicAdd")]
    [InlineData("shared float s;", "atomicExchange(s, 1.0)", "shaderSharedFloat32Atomics")]
    [InlineData("layout(binding=1) buffer B { float s; };", "atomicExchange(s, 1.0)", "shaderBufferFloat32Atomics")]
    [InlineData("layout(binding=1) buffer B { float s; };", "atomicMin(s, 1.0)", "shaderBufferFloat32AtomicMinMax")]
    [InlineData("shared float s;", "atomicMax(s, 1.0)", "shaderSharedFloat32AtomicMinMax")]
    [InlineData("shared float16_t s;", "atomicAdd(s, 1.0hf)", "shaderSharedFloat16AtomicAdd")]
    [InlineData("layout(binding=1) buffer B { double s; };", "atomicAdd(s, 1.0lf)", "shaderBufferFloat64AtomicAdd")]
    [InlineData("shared double s;", "atomicMax(s, 1.0lf)", "shaderSharedFloat64AtomicMinMax")]
    [InlineData("shared int64_t s;", "atomicAdd(s, 1l)", "shaderSharedInt64Atomics")]
    [InlineData("layout(binding=1) buffer B { uint64_t s; };", "atomicMax(s, 1ul)", "shaderBufferInt64Atomics")]
    [InlineData("layout(r32f, binding=1) uniform imageBuffer b;", "imageAtomicAdd(b, 0, 1.0)", "shaderImageFloat32AtomicAdd")]
    [InlineData("layout(binding=1) buffer B { uint8_t s; };", "s = uint8_t(1)", "storageBuffer8BitAccess")]
    [InlineData("layout(binding=1) uniform B { uint16_t s; };", "r[1] = s", "uniformAndStorageBuffer16BitAccess")]
    [InlineData("layout(push_constant) uniform P { float16_t s; };", "r[1] = s", "storagePushConstant16")]
    [InlineData("layout(push_constant) uniform P { int8_t s; };", "r[1] = s", "storagePushConstant8")]
    [InlineData("", "r[1] = float(subgroupAdd(int64_t(1)))", "shaderSubgroupExtendedTypes")]
    [InlineData("", "r[1] = subgroupAdd(float16_t(1))", "shaderSubgroupExtendedTypes")]
    [InlineData("", "r[1] = subgroupAllEqual(int8_t(gl_LocalInvocationIndex)) ? 1 : 0", "shaderSubgroupExtendedTypes")]
    [InlineData("", "r[1] = float(clockARB())", "shaderSubgroupClock")]
    [InlineData("", "r[1] = float(clockRealtimeEXT())", "shaderDeviceClock")]
    [InlineData("shared uint s = { };", "r[1] = s", "shaderZeroInitializeWorkgroupMemory")]
    [InlineData("layout(scalar, binding=1) buffer B { float a; vec3 b[2]; };", "b[1].x = a", "scalarBlockLayout")]
    [InlineData("layout(std430, binding=1) uniform B { float a[4]; };", "r[1] = a[3]", "uniformBufferStandardLayout")]
    [InlineData("layout(scalar, push_constant) uniform P { float a; vec3 b[2]; };", "r[1] = b[1].x", "scalarBlockLayout")]
    [InlineData("layout(scalar) shared S { float a; vec3 b[2]; };", "b[1].x = a", "workgroupMemoryExplicitLayoutScalarBlockLayout")]
    [InlineData("shared S { uint8_t a; };", "a = uint8_t(1)", "workgroupMemoryExplicitLayout8BitAccess")]
    [InlineData("shared S { uint16_t a; };", "a = uint16_t(1)", "workgroupMemoryExplicitLayout16BitAccess")]
    public void A_use_needs_its_feature(string declaration, string use, string feature)
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Compile($"{Extensions}{declaration}\nvoid main() {{ {use}; r[0] = 1; }}", "spirv1.4", "vulkan1.2"));
        Assert.Contains(feature, module.FeatureUses.Select(found => found.Feature));

        HashSet<string> all = [.. AllFeatures()];
        FeatureCheck.Require(module, Device(all));
        _ = all.Remove(feature);
        HlxException refusal = HlxAssert.Refuses(ErrorCode.DeviceFeature, () => FeatureCheck.Require(module, Device(all)));
        Assert.StartsWith("the shader uses ", refusal.What, StringComparison.Ordinal);
        Assert.Contains($"does not offer {feature}", refusal.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shared uint s;", "atomicAdd(s, 1)")]
    [InlineData("struct S { float d; vec2 e; }; layout(std430, binding=1) buffer B { float a; vec3 b[2]; mat3 c; S f[2]; };", "b[1].x = a")]
    [InlineData("layout(std140, binding=1) uniform B { float a; vec3 b[2]; mat3 c; layout(row_major) mat2x3 d[2]; float e; };", "r[1] = b[1].x")]
    [InlineData("layout(push_constant) uniform P { vec3 a; float b; mat4 c; };", "r[1] = b")]
    [InlineData("shared uint16_t s;", "s = uint16_t(1)")]
    [InlineData("", "r[1] = float(subgroupAdd(1.0)) + float(subgroupAdd(1u))")]
    public void What_needs_no_feature_is_not_found(string declaration, string use) =>
        Assert.Empty(SpirvModule.Parse(ShaderText.Compile($"{Extensions}{declaration}\nvoid main() {{ {use}; r[0] = 1; }}")).FeatureUses);

    [Theory]
    [InlineData("OpMemberDecorate %blk 0 Offset 0\nOpMemberDecorate %blk 1 Offset 4", true)] // a vector that does not cross 16 bytes may follow at once
    [InlineData("OpMemberDecorate %blk 0 Offset 0\nOpMemberDecorate %blk 1 Offset 8", false)] // one that crosses needs scalar layout
    [InlineData("OpMemberDecorate %blk 0 Offset 12\nOpMemberDecorate %blk 1 Offset 0", true)] // in any order
    public void Vectors_may_lie_as_relaxed_layout_allows(string decorations, bool isRelaxed)
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Assemble($"""
            OpCapability Shader
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main"
            OpExecutionMode %main LocalSize 1 1 1
            OpDecorate %blk Block
            {decorations}
            OpDecorate %buf DescriptorSet 0
            OpDecorate %buf Binding 0
            %void = OpTypeVoid
            %fn = OpTypeFunction %void
            %float = OpTypeFloat 32
            %v3 = OpTypeVector %float 3
            %blk = OpTypeStruct %float %v3
            %p = OpTypePointer StorageBuffer %blk
            %buf = OpVariable %p StorageBuffer
            %main = OpFunction %void None %fn
            %l = OpLabel
            OpReturn
            OpFunctionEnd
            """));
        Assert.Equal(isRelaxed ? [] : ["scalarBlockLayout"], module.FeatureUses.Select(use => use.Feature));
    }

    [Fact]
    public void Modes_of_execution_need_features()
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Assemble("""
            OpCapability Shader
            OpExtension "SPV_KHR_subgroup_uniform_control_flow"
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main"
            OpExecutionMode %main SubgroupUniformControlFlowKHR
            OpExecutionModeId %main LocalSizeId %one %one %one
            %void = OpTypeVoid
            %fn = OpTypeFunction %void
            %uint = OpTypeInt 32 0
            %one = OpConstant %uint 1
            %main = OpFunction %void None %fn
            %l = OpLabel
            OpReturn
            OpFunctionEnd
            """, "spv1.5"));
        Assert.Equal(["shaderSubgroupUniformControlFlow", "maintenance4"], module.FeatureUses.Select(use => use.Feature));
    }

    [Fact]
    public void Blocks_in_shared_memory_lie_on_each_other()
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Compile(
            $"{Extensions}shared A {{ float a[100]; }};\nshared B {{ uint b[300]; }};\nvoid main() {{ a[0] = 1; r[0] = b[0]; }}", "spirv1.4", "vulkan1.2"));
        Assert.Equal(1200, module.SharedMemoryBytes(module.RequireCompute("main"), new Dictionary<uint, ulong>()));
    }

    private static IEnumerable<string> AllFeatures() => SpirvCapabilityTable.All.SelectMany(row => row.Need.AnyOf).Concat(FeatureTable.ExtensionOf.Keys)
        .Concat(["scalarBlockLayout", "uniformBufferStandardLayout", "shaderSubgroupExtendedTypes", "shaderZeroInitializeWorkgroupMemory", "maintenance4"]);

    private static DeviceCapabilities Device(HashSet<string> features) =>
        new(new DeviceLimits(new(1024, 1024, 64), 1024, new(65535, 65535, 65535), 49152, 128, 1L << 27), features, new Version(1, 6));
}
