using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>What an entry point takes from outside: only what its own code names, and what it does with it.</summary>
public sealed class EntryPointTests
{
    // Two functions with a buffer each; the entry points come before.
    private const string TwoFunctions = """
        OpDecorate %ra ArrayStride 4
        OpDecorate %S Block
        OpMemberDecorate %S 0 Offset 0
        OpDecorate %a DescriptorSet 0
        OpDecorate %a Binding 0
        OpDecorate %b DescriptorSet 0
        OpDecorate %b Binding 1
        %void = OpTypeVoid
        %fn = OpTypeFunction %void
        %uint = OpTypeInt 32 0
        %u0 = OpConstant %uint 0
        %u7 = OpConstant %uint 7
        %ra = OpTypeRuntimeArray %uint
        %S = OpTypeStruct %ra
        %pS = OpTypePointer StorageBuffer %S
        %pu = OpTypePointer StorageBuffer %uint
        %a = OpVariable %pS StorageBuffer
        %b = OpVariable %pS StorageBuffer
        %fill = OpFunction %void None %fn
        %l1 = OpLabel
        %c1 = OpAccessChain %pu %a %u0 %u0
        OpStore %c1 %u7
        OpReturn
        OpFunctionEnd
        %bump = OpFunction %void None %fn
        %l2 = OpLabel
        %c2 = OpAccessChain %pu %b %u0 %u0
        %v2 = OpLoad %uint %c2
        OpStore %c2 %v2
        OpReturn
        OpFunctionEnd
        """;

    [Fact]
    public void Each_entry_point_has_its_own_bindings()
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Assemble(
            """
            OpCapability Shader
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %fill "fill"
            OpEntryPoint GLCompute %bump "bump"
            OpExecutionMode %fill LocalSize 4 1 1
            OpExecutionMode %bump LocalSize 1 1 1
            """ + "\n" + TwoFunctions));
        Assert.Equal([(0u, ResourceAccess.Write)], Accesses(module.RequireCompute("fill")));
        Assert.Equal([(1u, ResourceAccess.ReadWrite)], Accesses(module.RequireCompute("bump")));
        Assert.Equal([0u, 1], module.Bindings.Select(binding => binding.Binding));
    }

    [Fact]
    public void The_compute_entry_point_is_found_among_stages_of_one_name()
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Assemble(
            """
            OpCapability Shader
            OpMemoryModel Logical GLSL450
            OpEntryPoint Vertex %bump "main"
            OpEntryPoint GLCompute %fill "main"
            OpExecutionMode %fill LocalSize 4 1 1
            """ + "\n" + TwoFunctions));
        EntryPoint entry = module.RequireCompute("main");
        Assert.Equal(ExecutionModel.GLCompute, entry.Model);
        Assert.Equal([(0u, ResourceAccess.Write)], Accesses(entry));
    }

    [Fact]
    public void What_is_not_called_needs_nothing()
    {
        EntryPoint entry = Entry("""
            layout(local_size_x=1) in; layout(binding=0) readonly buffer A{uint a[];}; layout(binding=5) readonly buffer B{uint b[];};
            layout(binding=6) writeonly buffer R{uint r[];}; layout(push_constant) uniform P{uint p;}; shared uint s[8]; layout(constant_id=3) const uint k = 1;
            uint never(){ s[0] = k; return b[0] + p;} void main(){r[0]=a[0];}
            """, out SpirvModule module);
        Assert.Equal([(0u, ResourceAccess.Read), (6, ResourceAccess.Write)], Accesses(entry));
        Assert.Equal((0, 0), (entry.PushConstantBytes, entry.PushConstants.Count));
        Assert.Empty(entry.SpecializationConstants);
        Assert.Equal(0, module.SharedMemoryBytes(entry, new Dictionary<uint, ulong>()));
        Assert.Equal(32, module.SharedMemoryBytes(new Dictionary<uint, ulong>()));
    }

    [Fact]
    public void What_is_called_through_others_counts()
    {
        EntryPoint entry = Entry("""
            layout(local_size_x=1) in; layout(binding=0) buffer A{uint a[];}; layout(binding=1) buffer R{uint r[];}; layout(push_constant) uniform P{uint p;};
            shared uint s[8]; layout(constant_id=3) const uint k = 1; layout(constant_id=4) const uint n = 1;
            uint inner(){ s[0] = k; return a[0] + p;} uint outer(){ return inner(); } void main(){ uint l[n]; l[0] = outer(); r[0]=l[0];}
            """, out SpirvModule module);
        Assert.Equal([(0u, ResourceAccess.Read), (1, ResourceAccess.Write)], Accesses(entry));
        Assert.Equal(4, entry.PushConstantBytes);
        Assert.Equal([3u, 4], entry.SpecializationConstants.Select(constant => constant.Id));
        Assert.Equal(32, module.SharedMemoryBytes(entry, new Dictionary<uint, ulong>()));
    }

    [Theory]
    [InlineData("r[0] = a[0];", ResourceAccess.Read)]
    [InlineData("a[0] = 1;", ResourceAccess.Write)]
    [InlineData("a[0] += 1;", ResourceAccess.ReadWrite)]
    [InlineData("atomicAdd(a[0], 1);", ResourceAccess.ReadWrite)]
    [InlineData("r[0] = a.length();", ResourceAccess.Read)]
    public void Access_follows_from_the_code(string code, ResourceAccess expected)
    {
        EntryPoint entry = Entry($"layout(local_size_x=1) in; layout(binding=0) buffer A{{uint a[];}}; layout(binding=1) buffer R{{uint r[];}}; void main(){{ {code} }}", out _);
        Assert.Equal(expected, entry.Bindings[0].Access);
        Assert.False(entry.Bindings[0].IsReadOnly || entry.Bindings[0].IsWriteOnly);
    }

    [Fact]
    public void Access_follows_pointers_through_parameters_copies_and_choices()
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Assemble("""
            OpCapability Shader
            OpCapability VariablePointersStorageBuffer
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main"
            OpExecutionMode %main LocalSize 1 1 1
            OpDecorate %ra ArrayStride 4
            OpDecorate %S Block
            OpMemberDecorate %S 0 Offset 0
            OpDecorate %a DescriptorSet 0
            OpDecorate %a Binding 0
            OpDecorate %b DescriptorSet 0
            OpDecorate %b Binding 1
            OpDecorate %c DescriptorSet 0
            OpDecorate %c Binding 2
            %void = OpTypeVoid
            %fn = OpTypeFunction %void
            %uint = OpTypeInt 32 0
            %bool = OpTypeBool
            %true = OpConstantTrue %bool
            %u0 = OpConstant %uint 0
            %ra = OpTypeRuntimeArray %uint
            %S = OpTypeStruct %ra
            %pS = OpTypePointer StorageBuffer %S
            %pu = OpTypePointer StorageBuffer %uint
            %a = OpVariable %pS StorageBuffer
            %b = OpVariable %pS StorageBuffer
            %c = OpVariable %pS StorageBuffer
            %f1 = OpTypeFunction %void %pu
            %main = OpFunction %void None %fn
            %l = OpLabel
            %ca = OpAccessChain %pu %a %u0 %u0
            %cb = OpAccessChain %pu %b %u0 %u0
            %cc = OpAccessChain %pu %c %u0 %u0
            %copy = OpCopyObject %pu %ca
            %either = OpSelect %pu %true %copy %cb
            %x = OpLoad %uint %either
            %r = OpFunctionCall %void %writes %cc
            OpReturn
            OpFunctionEnd
            %writes = OpFunction %void None %f1
            %p = OpFunctionParameter %pu
            %l2 = OpLabel
            OpStore %p %u0
            OpReturn
            OpFunctionEnd
            """));
        Assert.Equal([(0u, ResourceAccess.Read), (1, ResourceAccess.Read), (2, ResourceAccess.Write)], Accesses(module.RequireCompute("main")));
    }

    [Fact]
    public void Variables_on_one_binding_are_one()
    {
        EntryPoint entry = Entry("""
            layout(local_size_x=4) in; layout(set=0,binding=0) readonly buffer A { uint a[]; }; layout(set=0,binding=0) readonly buffer A2 { uvec2 a2[]; };
            layout(set=0,binding=1) readonly buffer B { uint b[]; }; layout(set=0,binding=1) buffer B2 { float b2[]; };
            layout(set=1,binding=0) writeonly buffer R { uint r[]; }; void main(){ uint i=gl_GlobalInvocationID.x; r[i]=a[i]+a2[i].y+b[i]; b2[i] = 1; }
            """, out _);
        Assert.Equal(3, entry.Bindings.Count);
        Assert.Equal((ResourceAccess.Read, ScalarType.UInt32, true), (entry.Bindings[0].Access, entry.Bindings[0].Element, entry.Bindings[0].IsReadOnly));
        Assert.Equal((ResourceAccess.ReadWrite, ScalarType.Other, false), (entry.Bindings[1].Access, entry.Bindings[1].Element, entry.Bindings[1].IsReadOnly));
    }

    [Theory]
    [InlineData("uniform P { uint n; } x;", "x.n", DescriptorKind.UniformBuffer, 1u)]
    [InlineData("readonly buffer P { uint n; } x[3];", "x[2].n", DescriptorKind.StorageBuffer, 3u)]
    [InlineData("readonly buffer P { uint n; } x[2][3];", "x[1][2].n", DescriptorKind.StorageBuffer, 6u)]
    [InlineData("readonly buffer P { uint n; } x[];", "x[2].n", DescriptorKind.StorageBuffer, 3u)] // of the size that is used
    [InlineData("uniform usamplerBuffer x;", "texelFetch(x, 0).x", DescriptorKind.UniformTexelBuffer, 1u)]
    [InlineData("uniform utextureBuffer x;", "texelFetch(x, 0).x", DescriptorKind.UniformTexelBuffer, 1u)]
    [InlineData("uniform usampler2D x;", "texelFetch(x, ivec2(0), 0).x", DescriptorKind.CombinedImageSampler, 1u)]
    [InlineData("uniform utexture2D x;", "texelFetch(x, ivec2(0), 0).x", DescriptorKind.SampledImage, 1u)]
    [InlineData("uniform utexture2D x[4];", "texelFetch(x[3], ivec2(0), 0).x", DescriptorKind.SampledImage, 4u)]
    public void Kind_and_count_are_reflected(string declaration, string use, DescriptorKind kind, uint count)
    {
        EntryPoint entry = Entry($$"""
            #extension GL_EXT_samplerless_texture_functions : require
            layout(local_size_x=1) in; layout(binding=0) {{declaration}} layout(binding=1) writeonly buffer R{uint r[];}; void main(){ r[0] = {{use}}; }
            """, out _);
        Assert.Equal((kind, count, ResourceAccess.Read), (entry.Bindings[0].Kind, entry.Bindings[0].Count, entry.Bindings[0].Access));
    }

    [Fact]
    public void Images_are_told_apart_by_access()
    {
        EntryPoint entry = Entry("""
            layout(local_size_x=1) in; layout(binding=0,r32ui) uniform uimageBuffer a; layout(binding=1,r32ui) uniform uimageBuffer b; layout(binding=2,r32ui) uniform uimageBuffer c;
            layout(binding=3,rgba8) uniform image2D d; layout(binding=4) uniform sampler s; layout(binding=5) uniform texture2D t;
            void main(){ imageStore(b, 0, imageLoad(a, 0)); imageAtomicAdd(c, 0, 1); imageStore(d, ivec2(0), textureLod(sampler2D(t, s), vec2(0), 0)); }
            """, out _);
        Assert.Equal(
            [
                (DescriptorKind.StorageTexelBuffer, ResourceAccess.Read), (DescriptorKind.StorageTexelBuffer, ResourceAccess.Write),
                (DescriptorKind.StorageTexelBuffer, ResourceAccess.ReadWrite), (DescriptorKind.StorageImage, ResourceAccess.Write),
                (DescriptorKind.Sampler, ResourceAccess.Read), (DescriptorKind.SampledImage, ResourceAccess.Read),
            ],
            entry.Bindings.Select(binding => (binding.Kind, binding.Access)));
        Assert.Equal((ImageFormat.R32ui, ScalarType.UInt32), (entry.Bindings[0].Format, entry.Bindings[0].Element));
    }

    [Fact]
    public void An_array_of_descriptors_without_a_length_has_none()
    {
        EntryPoint entry = Entry("""
            #extension GL_EXT_nonuniform_qualifier : require
            layout(local_size_x=1) in; layout(binding=0) buffer P { uint n; } x[]; void main(){ x[gl_GlobalInvocationID.x].n = 1; }
            """, out _);
        Assert.Equal(0u, entry.Bindings[0].Count);
    }

    private static EntryPoint Entry(string glsl, out SpirvModule module)
    {
        module = SpirvModule.Parse(ShaderText.Compile(glsl));
        return module.RequireCompute("main");
    }

    private static IEnumerable<(uint Binding, ResourceAccess Access)> Accesses(EntryPoint entry) => entry.Bindings.Select(binding => (binding.Binding, binding.Access));
}
