using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>Valid modules of compilers other than glslang: what they write is read, and what only debuggers need does not matter.</summary>
public sealed class ReadableModuleTests
{
    private const string Types = """
        %void = OpTypeVoid
        %fn = OpTypeFunction %void
        %uint = OpTypeInt 32 0
        %u0 = OpConstant %uint 0
        %u7 = OpConstant %uint 7
        %u32 = OpConstant %uint 32
        %ra = OpTypeRuntimeArray %uint
        %S = OpTypeStruct %ra
        %pS = OpTypePointer Uniform %S
        %pu = OpTypePointer Uniform %uint
        %b = OpVariable %pS Uniform

        """;

    private const string Main = """
        %main = OpFunction %void None %fn
        %l = OpLabel
        %c = OpAccessChain %pu %b %u0 %u0
        OpStore %c %u7
        OpReturn
        OpFunctionEnd
        """;

    [Fact]
    public void Decorations_of_groups_belong_to_their_members()
    {
        SpirvModule module = SpirvModule.Parse(Assemble("", """
            OpDecorate %grp BufferBlock
            OpDecorate %set1 DescriptorSet 1
            OpDecorate %at4 Offset 0
            %grp = OpDecorationGroup
            %set1 = OpDecorationGroup
            %at4 = OpDecorationGroup
            OpGroupDecorate %grp %S
            OpGroupDecorate %set1 %b
            OpGroupMemberDecorate %at4 %S 0
            OpDecorate %b Binding 3
            """, ""));
        DescriptorBinding binding = Assert.Single(module.RequireCompute("main").Bindings);
        Assert.Equal((1u, 3u, DescriptorKind.StorageBuffer, ResourceAccess.Write), (binding.Set, binding.Binding, binding.Kind, binding.Access));
    }

    [Fact]
    public void Debug_information_with_literals_is_read() => Assert.Single(SpirvModule.Parse(Assemble(
        "%ext = OpExtInstImport \"OpenCL.DebugInfo.100\"",
        "OpDecorate %S BufferBlock\nOpMemberDecorate %S 0 Offset 0\nOpDecorate %b DescriptorSet 0\nOpDecorate %b Binding 0",
        """
        %src = OpExtInst %void %ext DebugSource %name
        %cu = OpExtInst %void %ext DebugCompilationUnit 1 4000 %src HLSL
        %ty = OpExtInst %void %ext DebugTypeBasic %fl %u32 Float

        """)).RequireCompute("main").Bindings);

    [Fact]
    public void A_structure_may_hold_an_array_of_pointers_to_itself()
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Compile("""
            #extension GL_EXT_buffer_reference : require
            layout(buffer_reference) buffer N; layout(buffer_reference,std430) buffer N{uint v; N next[2];}; layout(local_size_x=1) in;
            layout(push_constant) uniform P{N n;}; layout(binding=0) writeonly buffer R{uint r[];}; void main(){r[0]=n.next[1].v;}
            """));
        EntryPoint entry = module.RequireCompute("main");
        Assert.Equal([new BlockScalar("n", "n", ScalarType.UInt64, 0)], module.PushConstantScalars(entry));
        Assert.Equal(0, module.SharedMemoryBytes(entry, new Dictionary<uint, ulong>()));
    }

    [Fact]
    public void What_is_announced_as_a_pointer_is_one() => HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => SpirvModule.Parse(ShaderText.Assemble("""
        OpCapability Shader
        OpCapability Addresses
        OpMemoryModel Logical GLSL450
        OpEntryPoint GLCompute %main "main"
        OpTypeForwardPointer %y Uniform
        %void = OpTypeVoid
        %x = OpTypeRuntimeArray %y
        %y = OpTypeRuntimeArray %x
        %fn = OpTypeFunction %void
        %main = OpFunction %void None %fn
        %l = OpLabel
        OpReturn
        OpFunctionEnd
        """)));

    [Fact]
    public void A_language_that_the_validator_does_not_know_does_not_make_a_module_invalid()
    {
        byte[] module = Assemble("", "OpDecorate %S BufferBlock\nOpMemberDecorate %S 0 Offset 0\nOpDecorate %b DescriptorSet 0\nOpDecorate %b Binding 0", "");
        Instruction source = SpirvModule.Parse(module).Instructions.First(instruction => instruction.Op == Op.Source);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan((int)source.Offset + 4), (uint)SourceLanguage.Slang);
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(module));
    }

    [Fact]
    public void Layouts_are_judged_by_what_the_device_offers()
    {
        byte[] module = ShaderText.Compile("#extension GL_EXT_scalar_block_layout : require\nlayout(local_size_x=1) in; layout(scalar,binding=0) buffer R{vec3 v[];}; void main(){v[1]=vec3(1,2,3);}");
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(module));
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(module, new HashSet<string> { "scalarBlockLayout" }));
        HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => SpirvValidator.Validate(module, new HashSet<string>()));
    }

    // OpString and OpSource stand in each module.
    private static byte[] Assemble(string imports, string decorations, string globals) => ShaderText.Assemble($"""
        OpCapability Shader
        {imports}
        OpMemoryModel Logical GLSL450
        OpEntryPoint GLCompute %main "main"
        OpExecutionMode %main LocalSize 1 1 1
        %name = OpString "x.hlsl"
        %fl = OpString "float"
        OpSource HLSL 600
        OpDecorate %ra ArrayStride 4
        {decorations}
        {Types}{globals}{Main}
        """, "spv1.0");
}
