using System.Buffers.Binary;
using Hlx.Testing;

namespace Hlx.Spirv.Tests;

public sealed class SpirvModuleTests
{
    private static readonly byte[] Gemm = TestShader.Load("gemm");

    [Fact]
    public void The_gemm_shader_is_reflected()
    {
        SpirvModule module = SpirvModule.Parse(Gemm);
        Assert.Equal(new Version(1, 3), module.Version);
        EntryPoint entry = Assert.Single(module.EntryPoints);
        Assert.Equal(("main", ExecutionModel.GLCompute), (entry.Name, entry.Model));
        Assert.Equal([new(16, 0), new(16, 1), new(1, null)], entry.LocalSize);
        Assert.Equal(["MatrixA", "MatrixB", "MatrixC"], module.Bindings.Select(binding => binding.Name));
        Assert.All(module.Bindings, binding => Assert.True(binding.IsStorageBuffer));
        Assert.Equal([(0u, true, false), (1, true, false), (2, false, true)], module.Bindings.Select(b => (b.Binding, b.IsReadOnly, b.IsWriteOnly)));
        Assert.Equal([new("M", ScalarType.UInt32, 0), new("N", ScalarType.UInt32, 4), new("K", ScalarType.UInt32, 8)], module.PushConstants);
        Assert.Equal([(0u, 16ul), (1, 16), (2, 16)], module.SpecializationConstants.Select(constant => (constant.Id, constant.Default)));
        Assert.Equal([Capability.Shader], module.Capabilities);
        Assert.Empty(module.Extensions);
    }

    [Fact]
    public void A_literal_workgroup_size_is_reflected() =>
        Assert.Equal([new(64, null), new(1, null), new(1, null)], SpirvModule.Parse(TestShader.Load("behaviour")).EntryPoints[0].LocalSize);

    [Fact]
    public void An_entry_point_is_found_by_name()
    {
        SpirvModule module = SpirvModule.Parse(Gemm);
        Assert.Equal("main", module.RequireCompute("main").Name);
        Assert.Contains("\"main\"", HlxAssert.Refuses(ErrorCode.EntryPointMissing, () => module.RequireCompute("other")).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_point_of_another_stage_is_refused()
    {
        byte[] fragment = [.. Gemm];
        int entry = Find(fragment, 15);
        BinaryPrimitives.WriteUInt32LittleEndian(fragment.AsSpan(entry + 4), (uint)ExecutionModel.Fragment);
        HlxAssert.Refuses(ErrorCode.StageUnsupported, () => SpirvModule.Parse(fragment).RequireCompute("main"));
    }

    [Theory]
    [InlineData(0, 0x12345678u)] // another magic number
    [InlineData(0, 0x03022307u)] // big-endian
    [InlineData(4, 0x00020000u)] // version 2.0
    [InlineData(4, 0x00010700u)] // version 1.7
    [InlineData(4, 0x00010301u)]
    [InlineData(12, 0u)] // no ids
    [InlineData(12, 0x00400000u)] // too many ids
    [InlineData(16, 1u)] // reserved word
    public void A_bad_header_is_refused(int offset, uint word)
    {
        byte[] module = [.. Gemm];
        BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan(offset), word);
        Assert.Equal(offset, HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => SpirvModule.Parse(module)).Offset);
    }

    [Fact]
    public void Spirv_val_accepts_and_refuses()
    {
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(Gemm));
        byte[] broken = [.. Gemm];
        int capability = Find(broken, 17);
        BinaryPrimitives.WriteUInt32LittleEndian(broken.AsSpan(capability + 4), 4); // Linkage instead of Shader
        Assert.Contains("spirv-val", HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => SpirvValidator.Validate(broken)).What, StringComparison.Ordinal);
    }

    /// <summary>SPV_KHR_relaxed_extended_instruction: debug information may name what comes later, and stands among the globals.</summary>
    [Fact]
    public void Extended_instructions_with_forward_references_are_read()
    {
        byte[] module = ShaderText.Assemble(
            """
            OpCapability Shader
            OpExtension "SPV_KHR_relaxed_extended_instruction"
            %set = OpExtInstImport "NonSemantic.Test"
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main"
            OpExecutionMode %main LocalSize 1 1 1
            %void = OpTypeVoid
            %fn = OpTypeFunction %void
            %note = OpExtInst %void %set 1 %main
            %main = OpFunction %void None %fn
            %label = OpLabel
            OpReturn
            OpFunctionEnd
            """);
        int note = Find(module, (ushort)Op.ExtInst);
        BinaryPrimitives.WriteUInt16LittleEndian(module.AsSpan(note), (ushort)Op.ExtInstWithForwardRefsKHR); // which an older assembler does not know
        Assert.Equal("main", Assert.Single(SpirvModule.Parse(module).EntryPoints).Name);

        BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan(note + 20), 77); // in place of %main, an id that is not there
        HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => SpirvModule.Parse(module));
    }

    private static int Find(byte[] module, ushort opcode)
    {
        for (int at = 20; at < module.Length;)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(module.AsSpan(at));
            if ((ushort)word == opcode) return at;
            at += 4 * (int)(word >> 16);
        }
        throw new InvalidOperationException($"no instruction {opcode}");
    }
}
