using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>Modules that count the invocations whose loops ended by themselves are valid, and the same for the same module.</summary>
public sealed class LoopGuardTests
{
    private const string Head = "layout(local_size_x = 4) in; layout(binding = 1) buffer A { uint a[]; }; ";

    [Theory]
    [InlineData("for (uint k = 0; k < a[0]; k++) a[k] += k;")]
    [InlineData("for (uint k = 0; k < a[0]; k++) for (uint j = k; j < a[1]; j++) { if (a[j] == 3) break; if (a[j] == 4) continue; a[k] += j; }")]
    [InlineData("uint k = 0; do { k++; if (a[k] > 5) break; } while (a[k] != 0); a[0] = k;")]
    [InlineData("while (true) { if (a[0] == 1) return; a[1]++; if (a[2] == 3) break; }")]
    [InlineData("while (true) { if (a[0] == 1) return; a[1]++; }")]
    [InlineData("while (true) a[1]++;")]
    [InlineData("for (uint k = 0; k < 9; k++) { switch (a[k]) { case 1: a[0] = 1; break; case 7: continue; case 8: return; default: a[3] = 1; } }")]
    [InlineData("a[0] = find(a[1]); helper(); a[3] = find(a[4]);")]
    public void A_module_with_loops_stays_valid(string body)
    {
        string text = Head + """
            void helper() { for (uint k = 0; k < a[0]; k++) { a[k] = 0; } }
            uint find(uint x) { for (uint k = 0; k < 100; k++) { if (a[k] == x) return k; for (uint j = 0; j < x; j++) if (a[j] == 9) return j; } return 0xffffffffu; }
            """ + $"void main() {{ {body} }}";
        foreach ((string spirv, string vulkan) in ((string, string)[])[("spirv1.0", "vulkan1.0"), ("spirv1.3", "vulkan1.1"), ("spirv1.5", "vulkan1.2"), ("spirv1.6", "vulkan1.3")])
            AssertCounting(ShaderText.Compile(text, spirv, vulkan));
    }

    [Theory]
    [InlineData("reduce")]
    [InlineData("scan")]
    [InlineData("sha256")]
    [InlineData("spmv")]
    [InlineData("gemm")]
    public void Kernels_stay_valid(string name)
    {
        AssertCounting(TestShader.Load(name));
        AssertCounting(ModuleGuard.Rewrite(SpirvModule.Parse(TestShader.Load(name))).ToArray());
    }

    [Fact]
    public void Under_the_Vulkan_memory_model() => AssertCounting(ShaderText.Compile(
        "#pragma use_vulkan_memory_model\n#extension GL_KHR_memory_scope_semantics : enable\n" + Head + "void main() { for (uint k = 0; k < a[0]; k++) a[k] += k; }"));

    [Fact]
    public void Specialization_and_values_that_leave_a_loop() => AssertCounting(ShaderText.Assemble("""
        OpCapability Shader
        OpMemoryModel Logical GLSL450
        OpEntryPoint GLCompute %main "main"
        OpEntryPoint GLCompute %main "again"
        OpEntryPoint GLCompute %other "other"
        OpExecutionMode %main LocalSize 1 1 1
        OpExecutionMode %other LocalSize 1 1 1
        OpDecorate %n SpecId 0
        %void = OpTypeVoid
        %bool = OpTypeBool
        %int = OpTypeInt 32 1
        %void_void = OpTypeFunction %void
        %n = OpSpecConstant %int 4
        %zero = OpConstant %int 0
        %one = OpConstant %int 1
        %main = OpFunction %void None %void_void
        %start = OpLabel
        OpBranch %header
        %header = OpLabel
        %k = OpPhi %int %zero %start %next %continue
        %ends = OpSGreaterThanEqual %bool %k %n
        OpLoopMerge %second %continue None
        OpBranchConditional %ends %second %body
        %body = OpLabel
        %equal = OpIEqual %bool %k %one
        OpBranchConditional %equal %second %continue
        %continue = OpLabel
        %next = OpIAdd %int %k %one
        OpBranch %header
        %second = OpLabel
        %j = OpPhi %int %one %header %k %body %following %third
        OpLoopMerge %merge %third None
        OpBranch %third
        %third = OpLabel
        %following = OpIAdd %int %j %one
        %done = OpSLessThan %bool %following %n
        OpBranchConditional %done %second %merge
        %merge = OpLabel
        %last = OpPhi %int %j %third
        OpReturn
        OpFunctionEnd
        %other = OpFunction %void None %void_void
        %only = OpLabel
        OpReturn
        OpFunctionEnd
        """));

    [Fact]
    public void A_module_without_loops_is_left_as_it_is() =>
        Assert.Null(LoopGuard.Rewrite(SpirvModule.Parse(ShaderText.Compile(Head + "void main() { if (a[0] == 1) a[1] = 2; }"))));

    [Fact]
    public void The_counter_has_a_binding_of_its_own()
    {
        SpirvModule module = SpirvModule.Parse(ShaderText.Compile("""
            layout(local_size_x = 1) in;
            layout(binding = 0) buffer A { uint a[]; };
            layout(binding = 1) buffer B { uint b[]; } bs[2];
            layout(binding = 3) buffer C { uint c[]; };
            void main() { for (uint k = 0; k < a[0]; k++) { bs[0].b[k] = c[k]; bs[1].b[k] = 0; } }
            """));
        CountingModule counting = LoopGuard.Rewrite(module)!;
        Assert.Equal(2u, counting.Binding);
        Assert.Equal([(0u, 0u), (0, 1), (0, 2), (0, 3)], SpirvModule.Parse(counting.Spirv).Bindings.Select(binding => (binding.Set, binding.Binding)));
    }

    private static void AssertCounting(byte[] shader)
    {
        CountingModule counting = LoopGuard.Rewrite(SpirvModule.Parse(shader))!;
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(counting.Spirv));
        Assert.Equal(counting.Spirv.ToArray(), LoopGuard.Rewrite(SpirvModule.Parse(shader))!.Spirv.ToArray());
    }
}
