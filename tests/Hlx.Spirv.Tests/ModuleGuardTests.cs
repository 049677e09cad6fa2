using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>Guarded modules are valid, and the same for the same module.</summary>
public sealed class ModuleGuardTests
{
    [Theory]
    [InlineData("bitonic")]
    [InlineData("reduce")]
    [InlineData("scan")]
    [InlineData("sha256")]
    [InlineData("transpose")]
    [InlineData("stencil")]
    [InlineData("spmv")]
    [InlineData("histogram")]
    [InlineData("mix_i64")]
    [InlineData("shared_i64")]
    [InlineData("saxpy_f64")]
    [InlineData("gemm")]
    public void Kernels_stay_valid(string name) => AssertGuarded(TestShader.Load(name));

    [Theory]
    [InlineData("int x = a[i] % a[i + 1u]; a[i] = x / a[i + 2u];")]
    [InlineData("ivec3 v = ivec3(a[i], a[i + 1u], 3); v %= ivec3(a[2], a[3], 7); v /= ivec3(a[4]); a[i] = v.x ^ v.y ^ v.z;")]
    [InlineData("uvec2 v = uvec2(a[i], a[i + 1u]); v %= uvec2(a[2], 0); v <<= uvec2(a[4]); a[i] = int(v.x ^ v.y);")]
    [InlineData("a[i] = bitfieldInsert(a[0], a[1], a[2], a[3]) + bitfieldExtract(a[0], a[1], a[2]) + int(bitfieldExtract(uint(a[0]), a[1], a[2]));")]
    [InlineData("int t[5]; t[a[i]] = 1; ivec4 v = ivec4(2); v[a[i + 1u]] = t[a[2]]; mat3 m = mat3(1); a[i] = v[a[3]] + (m[a[4]][a[5]] > 0.5 ? 1 : 0);")]
    [InlineData("s[i][a[0]] = 1; barrier(); atomicAdd(s[a[1]][2], a[2]); barrier(); a[a[3]] = s[0][a[4]]; atomicMax(a[a[4]], 3);")]
    [InlineData("f[a[0]].b[a[1]].xy[a[2]] = 5; a[i] = f[a[0]].b[a[1]].x;")]
    [InlineData("a[i] = clamp(a[0], a[1], a[2]) + int(clamp(uint(a[3]), uint(a[4]), 7u));")]
    [InlineData("mediump int m = a[i]; a[i] = m * m;")]
    [InlineData("for (int k = 0; k < a[0]; k++) { if (a[k] == 3) break; a[a[k]] = k; }")]
    public void What_is_undefined_for_some_operands_is_rewritten_to_a_valid_module(string body)
    {
        byte[] shader = ShaderText.Compile($$"""
            layout(local_size_x_id = 0, local_size_y = 2) in;
            struct E { ivec4 b[3]; };
            layout(binding = 0) buffer A { int a[]; };
            layout(binding = 1) buffer F { E f[]; };
            shared int s[4][6];
            void main() { uint i = gl_LocalInvocationIndex; {{body}} }
            """);
        DeterminismClaim claim = AdmissionLint.Judge(SpirvModule.Parse(shader));
        Assert.True(claim.Level != DeterminismLevel.DeviceToDevice || claim.NeedsGuard);
        Assert.NotNull(claim.Guarded);
        Assert.NotEqual(shader, AssertGuarded(shader));
    }

    [Fact]
    public void A_module_that_needs_no_guard_is_left_as_it_is()
    {
        byte[] shader = ShaderText.Compile("layout(local_size_x = 1) in; layout(binding = 0) buffer A { uint a[4]; }; void main() { a[0] = a[1] / 3u + (a[2] << 5) + a[3] % 7u; }");
        SpirvModule module = SpirvModule.Parse(shader);
        Assert.Equal((DeterminismLevel.DeviceToDevice, false), (AdmissionLint.Judge(module).Level, AdmissionLint.Judge(module).NeedsGuard));
        Assert.Equal(shader, ModuleGuard.Rewrite(module).ToArray());
    }

    private static byte[] AssertGuarded(byte[] shader)
    {
        byte[] guarded = ModuleGuard.Rewrite(SpirvModule.Parse(shader)).ToArray();
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(guarded));
        Assert.Equal(guarded, ModuleGuard.Rewrite(SpirvModule.Parse(shader)).ToArray());
        return guarded;
    }
}
