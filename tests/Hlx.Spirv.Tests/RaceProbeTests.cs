using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>Probes for data races are valid modules. What they find, the survey's tests show on devices.</summary>
public sealed class RaceProbeTests
{
    [Theory]
    [InlineData("bitonic")]
    [InlineData("reduce")]
    [InlineData("transpose")]
    [InlineData("spmv")]
    [InlineData("mix_i64")]
    [InlineData("saxpy_f64")]
    [InlineData("gemm")]
    public void Probes_of_kernels_are_valid(string name)
    {
        byte[] shader = TestShader.Load(name);
        AssertProbe(shader);
        AssertProbe(ModuleGuard.Rewrite(SpirvModule.Parse(shader)).ToArray());
    }

    [Theory]
    [InlineData("a[i] = a[i + 1u];")]
    [InlineData("f[i].v[i % 4u] = a[i]; f[i].w[1] = f[i].w[0]; f[i].m[1] = f[i].m[0];")]
    [InlineData("f[i] = f[i + 1u];")]
    [InlineData("atomicAdd(a[0], 1u); for (uint k = 0u; k < 4u; k++) { if (a[k] == 3u) a[k] = i; }")]
    public void Probes_of_every_kind_of_element_are_valid(string body)
    {
        foreach (string target in new[] { "vulkan1.0", "vulkan1.1", "vulkan1.2", "vulkan1.3" })
        {
            AssertProbe(ShaderText.Compile($$"""
                layout(local_size_x = 64) in;
                struct E { uvec4 v; uint w[3]; mat2x3 m; };
                layout(binding = 0) buffer A { uint a[]; };
                layout(binding = 1) buffer F { E f[]; };
                void main() { uint i = gl_GlobalInvocationID.x; {{body}} }
                """, target));
        }
    }

    [Fact]
    public void What_cannot_be_followed_is_not_probed()
    {
        byte[] shader = ShaderText.Compile("layout(local_size_x = 64) in; layout(binding = 0) buffer A { uint a[]; } b[2]; void main() { b[gl_LocalInvocationIndex % 2u].a[0] = 1u; }");
        Assert.Null(Probe(shader));
    }

    private static void AssertProbe(byte[] shader)
    {
        ProbingModule? probe = Probe(shader);
        Assert.NotNull(probe);
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(probe.Spirv));
        Assert.Equal(probe.Spirv.ToArray(), Probe(shader)!.Spirv.ToArray());
    }

    private static ProbingModule? Probe(byte[] shader)
    {
        SpirvModule module = SpirvModule.Parse(shader);
        Dictionary<(uint, uint), long> starts = Enumerable.Range(0, 8).ToDictionary(binding => (0u, (uint)binding), binding => 4096L * binding);
        return RaceProbe.Rewrite(module, module.RequireCompute("main"), starts);
    }
}
