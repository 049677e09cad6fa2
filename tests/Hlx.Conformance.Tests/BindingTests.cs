using Hlx.Compute;
using Hlx.Testing;
using static Hlx.Conformance.Bench;

namespace Hlx.Conformance;

/// <summary>Every kind of buffer that a shader of a user binds, filled from tensors, on the device.</summary>
public sealed class BindingTests
{
    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    [Theory, MemberData(nameof(Devices))]
    public void Every_kind_of_buffer_reaches_the_shader(string device)
    {
        using Bench bench = new(device);
        Equal<uint>([101u, 202, 303, 404], Run(bench, """
            layout(binding=0) readonly buffer In { uint a[]; } src[2]; layout(binding=1) writeonly buffer R { uint r[]; };
            void main() { uint i = gl_GlobalInvocationID.x; r[i] = src[0].a[i] + 100u * src[1].a[i]; }
            """, Words(1, 2, 3, 4), Words(1, 2, 3, 4)));
        Equal<uint>([2u, 4, 6, 8], Run(bench, """
            layout(binding=0) readonly buffer A { uint a[]; }; layout(binding=0) readonly buffer A2 { uvec2 a2[]; }; layout(binding=1) writeonly buffer R { uint r[]; };
            void main() { uint i = gl_GlobalInvocationID.x; r[i] = a[i] + a2[i / 2u][i % 2u]; }
            """, Words(1, 2, 3, 4)));
        Equal<uint>([5u, 12, 21, 32], Run(bench, """
            layout(binding=0) readonly buffer A { uint a[]; }; layout(binding=1) writeonly buffer R { uint r[]; }; layout(binding=2) readonly buffer W { uint w[]; };
            void main() { uint i = gl_GlobalInvocationID.x; r[i] = a[i] * w[i]; }
            """, Words(1, 2, 3, 4), Words(5, 6, 7, 8)));
        Equal<uint>([7u, 8, 9, 10], Run(bench, """
            layout(binding=0) uniform P { uint n; uint m[2]; }; layout(binding=1) writeonly buffer R { uint r[]; };
            void main() { uint i = gl_GlobalInvocationID.x; r[i] = n + m[1] + i; }
            """, Words(3, 0, 0, 0, 1, 0, 0, 0, 4)));
        Equal<uint>([6u, 8, 10, 12], Run(bench, """
            layout(binding=0) uniform usamplerBuffer a; layout(binding=1, r32ui) readonly uniform uimageBuffer b; layout(binding=2) writeonly buffer R { uint r[]; };
            void main() { int i = int(gl_GlobalInvocationID.x); r[i] = texelFetch(a, i).x + imageLoad(b, i).x; }
            """, Words(1, 2, 3, 4), Words(5, 6, 7, 8)));
        Equal<uint>([11u, 21, 31, 41], Run(bench, """
            layout(binding=0, r32ui) writeonly uniform uimageBuffer r; layout(binding=1, rgba32ui) readonly uniform uimageBuffer a;
            void main() { int i = int(gl_GlobalInvocationID.x); imageStore(r, i, uvec4(imageLoad(a, 0)[i] * 10u + 1u)); }
            """, Words(1, 2, 3, 4)));
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_buffer_that_is_read_and_written_starts_from_an_input(string device)
    {
        using Bench bench = new(device);
        Equal<uint>([11u, 12, 13, 14], Run(bench, """
            layout(binding=0) buffer X { uint x[]; };
            void main() { x[gl_GlobalInvocationID.x] += 10u; }
            """, Words(1, 2, 3, 4)));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Push_constants_of_every_form_reach_the_shader(string device)
    {
        using Bench bench = new(device);
        const string Code = """
            struct T { uint a; uint b; }; layout(push_constant) uniform P { T t; uint ne[2]; layout(row_major) mat2 m; }; layout(binding=0) writeonly buffer R { uint r[]; };
            void main() { r[0] = t.a + 10u * t.b; r[1] = ne[0] + 10u * ne[1]; r[2] = uint(m[0][0] + 10.0 * m[0][1]); r[3] = uint(m[1][0] + 10.0 * m[1][1]); }
            """;
        ComputeKernel kernel = new("k", Shader(bench, Code), (4, 1, 1)) { Dispatch = (1, 1, 1), Outputs = [new OutputSpec(DType.U32, [4])] };
        Handle byValue = bench.Runtime.ExecuteKernel(kernel with { PushConstants = [1, 2, 3, 4, 5, 6, 7, 8] });
        Equal<uint>([21u, 43, 65, 87], bench.Runtime.Resolve<Tensor>(byValue));
        byte[] block = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, .. Floats(5, 7, 6, 8)];
        Assert.Equal(byValue, bench.Runtime.ExecuteKernel(kernel with { PushConstantBytes = block }));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Scalar_layout_is_valid_where_the_device_offers_it(string device)
    {
        using Bench bench = new(device);
        ComputeKernel kernel = new("k", Shader(bench, "layout(scalar,binding=0) writeonly buffer R{vec3 v[];}; void main(){ if (gl_LocalInvocationIndex == 0) v[1]=vec3(1,2,3); }"), (4, 1, 1))
        {
            Dispatch = (1, 1, 1),
            Outputs = [new OutputSpec(DType.F32, [6])],
        };
        bool isOffered = bench.Runtime.KernelDevice.Capabilities.Features.Contains("scalarBlockLayout");
        if (isOffered) Equal<float>([0f, 0, 0, 1, 2, 3], bench.Runtime.Resolve<Tensor>(bench.Runtime.ExecuteKernel(kernel)));
        else HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => bench.Runtime.ExecuteKernel(kernel));
    }

    private static Tensor Words(params uint[] words) => Tensor.From<uint>(DType.U32, [words.Length], words);

    private static byte[] Floats(params float[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];

    private static Handle Shader(Bench bench, string code) => bench.Runtime.Collapse(VulkanShader.Compute(ShaderText.Compile(
        "#extension GL_EXT_scalar_block_layout : require\nlayout(local_size_x=4) in;\n" + code)));

    private static Tensor Run(Bench bench, string code, params Tensor[] inputs) => bench.Runtime.Resolve<Tensor>(bench.Runtime.ExecuteKernel(
        new ComputeKernel("k", Shader(bench, code), (4, 1, 1))
        {
            Inputs = [.. inputs.Select(input => KernelInput.From(bench.Runtime.Collapse(input)))],
            Dispatch = (1, 1, 1),
            Outputs = [new OutputSpec(DType.U32, [4])],
        }));
}
