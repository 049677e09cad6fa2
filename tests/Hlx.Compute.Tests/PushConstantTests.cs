using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>Push constants of every type that Vulkan allows, by value, by name or as bytes; and workgroups that follow from constants.</summary>
public sealed class PushConstantTests
{
    private static readonly DeviceCapabilities Device = new(
        new DeviceLimits(new(1024, 1024, 64), 1024, new(65535, 65535, 65535), 49152, 128, 1L << 27), new HashSet<string> { "shaderInt64", "shaderFloat64" }, new Version(1, 6));

    [Theory]
    [InlineData("uint ne[4];", "ne[3]", "1 2 3 4", "00000001 00000002 00000003 00000004")]
    [InlineData("T t; uint c;", "t.b + c", "1 2 3", "00000001 00000002 00000003")]
    [InlineData("T t[2];", "t[1].b", "1 2 3 4", "00000001 00000002 00000003 00000004")]
    [InlineData("uvec2 a[2]; uint c;", "a[1].y + c", "1 2 3 4 5", "00000001 00000002 00000003 00000004 00000005")]
    [InlineData("layout(column_major) mat2 m;", "uint(m[1][0])", "1 2 3 4", "3f800000 40000000 40400000 40800000")]
    [InlineData("layout(row_major) mat2 m;", "uint(m[1][0])", "1 2 3 4", "3f800000 40400000 40000000 40800000")]
    [InlineData("mat3x2 m;", "uint(m[1][0])", "1 2 3 4 5 6", "3f800000 40000000 40400000 40800000 40a00000 40c00000")]
    [InlineData("layout(row_major) mat3x2 m;", "uint(m[1][0])", "1 2 3 4 5 6", "3f800000 40400000 40a00000 00000000 40000000 40800000 40c00000")]
    [InlineData("mat2 m[2];", "uint(m[1][1][1])", "1 2 3 4 5 6 7 8", "3f800000 40000000 40400000 40800000 40a00000 40c00000 40e00000 41000000")]
    [InlineData("layout(offset=8) uint a;", "a", "1", "00000000 00000000 00000001")]
    public void Values_go_where_the_block_has_them(string members, string use, string values, string words)
    {
        byte[] block = Plan(members, use, kernel => kernel with { PushConstants = [.. values.Split(' ').Select(value => (HlxValue)long.Parse(value))] }).ToArray();
        Assert.Equal(words, string.Join(' ', block.Chunk(4).Select(word => BitConverter.ToUInt32(word).ToString("x8"))));
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("-1e-300")]
    [InlineData("16777217")]
    [InlineData("16777217.0")]
    public void A_number_that_the_type_would_change_is_refused(string json)
    {
        HlxAssert.Refuses(ErrorCode.PushConstantMismatch, () => _ = Plan("float f;", "uint(f)", kernel => kernel with { PushConstants = [Json.Decode(json)] }));
        Assert.Equal(4, Plan("float f;", "uint(f)", kernel => kernel with { PushConstants = [Json.Decode("0.1")] }).Length);
    }

    [Fact]
    public void A_block_may_be_given_as_bytes()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        Assert.Equal(bytes, Plan("T t; float f;", "t.a + uint(f)", kernel => kernel with { PushConstantBytes = bytes }).ToArray());
        HlxAssert.Refuses(ErrorCode.PushConstantMismatch, () => Plan("T t; float f;", "t.a + uint(f)", kernel => kernel with { PushConstantBytes = bytes.AsMemory(0, 8) }));
        ComputeKernel kernel = new("k", Handle.Of(1), (1, 1, 1)) { PushConstantBytes = bytes };
        Assert.Equal(bytes, ComputeKernel.FromValue(kernel.ToValue()).PushConstantBytes!.Value.ToArray());
    }

    [Theory]
    [InlineData("float", "inf", "0000807f")]
    [InlineData("float", "-inf", "000080ff")]
    [InlineData("float", "-0", "00000080")]
    [InlineData("float", "nan", "0000c07f")]
    [InlineData("double", "-0", "0000000000000080")]
    [InlineData("double", "inf", "000000000000f07f")]
    public void Numbers_that_values_lack_have_names(string type, string text, string hex)
    {
        string block = Convert.ToHexStringLower(Plan($"{type} f;", "uint(f)", kernel => kernel with { PushConstants = [text] }).Span);
        Assert.Equal(hex, text == "nan" ? block[..6] + "7f" : block); // of NaN the sign is open
        HlxAssert.Refuses(ErrorCode.PushConstantMismatch, () => Plan("uint f;", "f", kernel => kernel with { PushConstants = [text] }));
    }

    [Fact]
    public void What_follows_from_the_inputs_is_found_by_name_in_structures_too() => Assert.Equal(
        "0100000001000000", Convert.ToHexString(Plan("S t;", "t.n + t.rows", kernel => kernel).Span));

    [Fact]
    public void A_part_of_an_array_is_not_found_by_name() => Assert.Contains(
        "\"n[0]\"", HlxAssert.Refuses(ErrorCode.PushConstantMismatch, () => Plan("uint n[2];", "n[0]", kernel => kernel)).What, StringComparison.Ordinal);

    [Fact]
    public void A_block_beyond_the_device_is_one_error() => Assert.Contains("132 bytes of push constants", HlxAssert.Refuses(
        ErrorCode.DeviceLimit, () => Plan("uint a[33];", "a[32]", kernel => kernel with { PushConstants = [1] })).What, StringComparison.Ordinal);

    [Theory]
    [InlineData("OpMemberDecorate %blk 0 Offset 2147483632", "%blk = OpTypeStruct %m", ErrorCode.DeviceLimit)]
    [InlineData("OpMemberDecorate %blk 0 Offset 0", "%n = OpConstant %uint 4294967295\n%arr = OpTypeArray %uint %n\n%blk = OpTypeStruct %arr", ErrorCode.SpirvInvalid)] // elements on one place
    [InlineData("OpMemberDecorate %blk 0 Offset 0\nOpDecorate %arr ArrayStride 4", "%n = OpConstant %uint 4294967295\n%arr = OpTypeArray %uint %n\n%blk = OpTypeStruct %arr", ErrorCode.DeviceLimit)]
    [InlineData("OpMemberDecorate %blk 0 Offset 0\nOpDecorate %arr ArrayStride 4294967295\nOpDecorate %a2 ArrayStride 4294967295",
        "%n = OpConstant %uint 4294967295\n%arr = OpTypeArray %uint %n\n%a2 = OpTypeArray %arr %n\n%blk = OpTypeStruct %a2", ErrorCode.DeviceLimit)]
    [InlineData("OpMemberDecorate %blk 0 Offset 0\nOpMemberDecorate %blk 1 Offset 0", "%n = OpConstant %uint 4294967295\n%e = OpTypeStruct\n%arr = OpTypeArray %e %n\n%blk = OpTypeStruct %m %arr", null)]
    public void A_hostile_layout_is_refused_before_anything_is_made_of_its_size(string decorations, string types, string? code)
    {
        byte[] module = ShaderText.Assemble($"""
            OpCapability Shader
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main"
            OpExecutionMode %main LocalSize 1 1 1
            {decorations}
            OpDecorate %blk Block
            %void = OpTypeVoid
            %fn = OpTypeFunction %void
            %uint = OpTypeInt 32 0
            %m = OpTypeInt 32 1
            {types}
            %pblk = OpTypePointer PushConstant %blk
            %buf = OpVariable %pblk PushConstant
            %main = OpFunction %void None %fn
            %l = OpLabel
            %x = OpLoad %blk %buf
            OpReturn
            OpFunctionEnd
            """);
        long before = GC.GetAllocatedBytesForCurrentThread();
        void Plan() => KernelPlan.For(
            new ComputeKernel("k", Handle.Of(1), (1, 1, 1)) { Dispatch = (1, 1, 1), Outputs = [], PushConstants = [1] }, VulkanShader.Compute(module), KernelOperands.Of(),
            Device with { Features = new HashSet<string> { "scalarBlockLayout" } });
        if (code is null) Plan();
        else HlxAssert.Refuses(code, Plan);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("IMul %n %u2", 4, 8)]
    [InlineData("IAdd %n %u2", 4, 6)]
    [InlineData("ISub %n %u2", 4, 2)]
    [InlineData("UDiv %n %u2", 4, 2)]
    [InlineData("UMod %n %u3", 4, 1)]
    [InlineData("SDiv %n %u2", 7, 3)]
    [InlineData("SRem %n %u3", 8, 2)]
    [InlineData("SMod %minus %u5", 4, 2)] // of -3
    [InlineData("ShiftLeftLogical %n %u2", 4, 16)]
    [InlineData("ShiftRightLogical %n %u1", 4, 2)]
    [InlineData("ShiftRightArithmetic %n %u1", 4, 2)]
    [InlineData("BitwiseAnd %n %u5", 7, 5)]
    [InlineData("BitwiseOr %n %u2", 4, 6)]
    [InlineData("BitwiseXor %n %u2", 6, 4)]
    [InlineData("SNegate %minus", 4, 3)]
    [InlineData("Select %less %u2 %u5", 4, 5)]
    [InlineData("Select %less %u2 %u5", 2, 2)]
    public void A_workgroup_that_follows_from_a_constant_is_evaluated_again(string operation, uint constant, uint size)
    {
        byte[] module = ShaderText.Assemble($"""
            OpCapability Shader
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main"
            OpExecutionMode %main LocalSize 1 1 1
            OpDecorate %n SpecId 0
            OpDecorate %wg BuiltIn WorkgroupSize
            %void = OpTypeVoid
            %fn = OpTypeFunction %void
            %uint = OpTypeInt 32 0
            %int = OpTypeInt 32 1
            %bool = OpTypeBool
            %v3 = OpTypeVector %uint 3
            %u1 = OpConstant %uint 1
            %u2 = OpConstant %uint 2
            %u3 = OpConstant %uint 3
            %u5 = OpConstant %uint 5
            %minus = OpConstant %uint 4294967293
            %n = OpSpecConstant %uint 100
            %less = OpSpecConstantOp %bool SLessThan %n %u3
            %x = OpSpecConstantOp %uint {operation}
            %wg = OpSpecConstantComposite %v3 %x %u1 %u1
            %main = OpFunction %void None %fn
            %l = OpLabel
            OpReturn
            OpFunctionEnd
            """);
        KernelPlan For(uint x) => KernelPlan.For(
            new ComputeKernel("k", Handle.Of(1), (x, 1, 1)) { Dispatch = (1, 1, 1), Outputs = [], Specialization = new Dictionary<uint, HlxValue> { [0] = constant } },
            VulkanShader.Compute(module), KernelOperands.Of(), Device);
        Assert.Equal([new SpecializationValue(0, constant)], For(size).Launch.Specialization);
        Assert.Contains($"{size}×1×1", HlxAssert.Refuses(ErrorCode.ContractFieldValue, () => For(100)).What, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> Plan(string members, string use, Func<ComputeKernel, ComputeKernel> change)
    {
        VulkanShader shader = VulkanShader.Compute(ShaderText.Compile($$"""
            struct T{uint a; uint b;}; struct S{uint n; uint rows;};
            layout(local_size_x=1) in; layout(push_constant) uniform P{ {{members}} }; layout(binding=0) writeonly buffer R{uint r[];}; void main(){ r[0] = {{use}}; }
            """));
        ComputeKernel kernel = change(new ComputeKernel("k", Handle.Of(1), (1, 1, 1)) { Dispatch = (1, 1, 1), Outputs = [new OutputSpec(DType.U32, [1])] });
        return KernelPlan.For(kernel, shader, KernelOperands.Of(), Device).Launch.PushConstants;
    }
}
