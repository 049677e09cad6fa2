using Hlx.Testing;

namespace Hlx.Compute.Tests;

/// <summary>Which tensor each binding gets: by what the shader does with it, not by its place.</summary>
public sealed class BindingPlanTests
{
    private static readonly DeviceCapabilities Device = new(
        new DeviceLimits(new(1024, 1024, 64), 1024, new(65535, 65535, 65535), 49152, 128, 1L << 27) { Descriptors = new() { MaxPerStageDescriptorStorageBuffers = 8 } }, new HashSet<string>(), new Version(1, 6));

    [Fact]
    public void An_output_may_stand_before_an_input()
    {
        KernelPlan plan = Plan("""
            layout(binding=0) readonly buffer A{float a[];}; layout(binding=1) writeonly buffer R{float r[];}; layout(binding=2) readonly buffer W{float w[];};
            void main(){uint i=gl_GlobalInvocationID.x; r[i]=a[i]*w[i];}
            """, [F32(1), F32(2)]);
        Assert.Equal("0i:1 1o 2i:2", Text(plan));
        Assert.Equal([4], plan.Outputs[0].Shape); // inferred: one output is left
    }

    [Fact]
    public void Without_decorations_the_code_decides() => Assert.Equal("0o 1i:1 2o", Text(Plan(
        "layout(binding=0) buffer R{float r[];}; layout(binding=1) buffer A{float a[];}; layout(binding=2) buffer S{float s[];}; void main(){ r[0] = a[0]; s[0] = a[1]; }",
        [F32(1)], 2)));

    [Fact]
    public void What_is_read_and_written_starts_from_zeros_or_from_an_input()
    {
        const string Code = "layout(binding=0) buffer X{float x[];}; layout(binding=1) buffer A{float a[];}; layout(binding=2) buffer R{float r[];}; void main(){ x[0] += a[0]; r[0] = 1; }";
        Assert.Equal("0o 1i:1 2o", Text(Plan(Code, [F32(1)], 2)));
        Assert.Equal("0o:1 1i:2 2o", Text(Plan(Code, [F32(1), F32(2)], 2)));
    }

    [Fact]
    public void An_input_of_what_is_read_and_written_has_the_form_of_the_output()
    {
        const string Code = "layout(binding=0) buffer X{float x[];}; void main(){ x[0] += 1; }";
        Assert.Equal("0o:1", Text(Plan(Code, [F32(1)]))); // inferred from the input
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Plan(Code, [Tensor.From<float>(DType.F32, [2], [1, 2])], 1));
    }

    [Fact]
    public void Where_the_numbers_fit_the_order_only_it_counts_as_before()
    {
        // The first is read and written and gets an input; its content afterwards is dropped.
        Assert.Equal("0i:1 1o", Text(Plan("layout(binding=0) buffer X{float x[];}; layout(binding=1) buffer R{float r[];}; void main(){ x[0] += 1; r[0] = x[0]; }", [F32(1)], 1)));
        // A buffer that no code names may be given all the same.
        Assert.Equal("0i:1 1i:2 2o", Text(Plan(
            "layout(binding=0) buffer A{float a[];}; layout(binding=1) buffer B{float b[];}; layout(binding=2) buffer R{float r[];}; void main(){ r[0] = a[0]; }", [F32(1), F32(2)], 1)));
    }

    [Fact]
    public void A_binding_that_no_code_names_needs_nothing() => Assert.Equal("0i:1 2o", Text(Plan(
        "layout(binding=0) buffer A{float a[];}; layout(binding=1) buffer B{float b[];}; layout(binding=2) buffer R{float r[];}; float never(){ return b[0]; } void main(){ r[0] = a[0]; }",
        [F32(1)], 1)));

    [Fact]
    public void An_array_of_descriptors_takes_as_many_tensors()
    {
        const string Code = "layout(binding=0) readonly buffer A{float a[];} src[2]; layout(binding=1) writeonly buffer R{float r[];} dst[3]; void main(){ dst[2].r[0] = src[0].a[0] + src[1].a[0]; dst[0].r[0] = 1; dst[1].r[0] = 1; }";
        KernelPlan plan = Plan(Code, [F32(1), F32(2)], 3);
        Assert.Equal("0i:1 0i:2 1o 1o 1o", Text(plan));
        Assert.Equal([0u, 1, 0, 1, 2], plan.Launch.Buffers.Select(buffer => buffer.Element));
        Assert.Contains("binding 0.0 (src) × 2 as input", HlxAssert.Refuses(ErrorCode.BindingMismatch, () => Plan(Code, [F32(1)], 3)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_names_the_roles()
    {
        string what = HlxAssert.Refuses(ErrorCode.BindingMismatch, () => Plan(
            "layout(binding=0) buffer R{float r[];}; layout(binding=1) buffer A{float a[];}; layout(binding=2) buffer X{float x[];}; void main(){ r[0] = a[0]; x[0]++; }",
            [F32(1), F32(2), F32(3)], 1)).What;
        Assert.Contains("binding 0.0 (R) as output, binding 0.1 (A) as input, binding 0.2 (X) as output that may start from an input", what, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layout(binding=0,r32f) uniform image2D im;", "imageLoad(im,ivec2(0)).x", "storage image")]
    [InlineData("layout(binding=0) uniform sampler2D im;", "textureLod(im,vec2(0),0).x", "combined image sampler")]
    public void Images_are_refused_for_what_they_are(string declaration, string use, string kind)
    {
        string what = HlxAssert.Refuses(ErrorCode.BindingMismatch, () => Plan(
            $"{declaration} layout(binding=1) writeonly buffer R{{float r[];}}; void main(){{ r[0] = {use}; }}", [F32(1)], 1)).What;
        Assert.Contains($"binding 0.0 (im) is a {kind}; HLX runs kernels on buffers", what, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_of_descriptors_without_a_length_is_refused_by_name() => Assert.Contains("binding 0.0 (x)", HlxAssert.Refuses(
        ErrorCode.BindingMismatch, () => Plan("layout(binding=0) buffer P { float n; } x[]; void main(){ x[gl_GlobalInvocationID.x].n = 1; }", [], 1)).What, StringComparison.Ordinal);

    [Fact]
    public void A_uniform_block_takes_the_bytes_of_a_tensor()
    {
        const string Code = "layout(binding=0) uniform P{uint n; vec3 v; float f[2];}; layout(binding=1) writeonly buffer R{float r[];}; void main(){ r[0] = v.x + f[1] + n; }";
        Assert.Equal(Spirv.DescriptorKind.UniformBuffer, Plan(Code, [Bytes(52)], 1).Launch.Buffers[0].Kind); // 4, to 16: 12, to 32: 16 and 4
        _ = Plan(Code, [Bytes(64)], 1);
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Plan(Code, [Bytes(48)], 1));
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Plan(Code, [Bytes(80)], 1));
    }

    [Theory]
    [InlineData("r32f", "imageBuffer", DType.F32, 4, Spirv.ImageFormat.R32f)]
    [InlineData("rgba32f", "imageBuffer", DType.F32, 4, Spirv.ImageFormat.Rgba32f)]
    [InlineData("r16i", "iimageBuffer", DType.I16, 3, Spirv.ImageFormat.R16i)]
    [InlineData("rg8", "imageBuffer", DType.U8, 4, Spirv.ImageFormat.Rg8)]
    public void A_storage_texel_buffer_has_the_shaders_format(string format, string image, DType type, int count, Spirv.ImageFormat expected)
    {
        string code = $"layout(binding=0,{format}) readonly uniform {image} im; layout(binding=1) writeonly buffer R{{float r[];}}; void main(){{ r[0] = imageLoad(im, 0).x; }}";
        Assert.Equal(expected, Plan(code, [Of(type, count)], 1).Launch.Buffers[0].Format);
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Plan(code, [Of(DType.F64, 4)], 1));
    }

    [Theory]
    [InlineData("samplerBuffer", DType.F32, Spirv.ImageFormat.R32f)]
    [InlineData("samplerBuffer", DType.F16, Spirv.ImageFormat.R16f)]
    [InlineData("usamplerBuffer", DType.U8, Spirv.ImageFormat.R8ui)]
    [InlineData("isamplerBuffer", DType.I16, Spirv.ImageFormat.R16i)]
    public void A_uniform_texel_buffer_has_the_tensors_format(string sampler, DType type, Spirv.ImageFormat expected)
    {
        string code = $"layout(binding=0) uniform {sampler} im; layout(binding=1) writeonly buffer R{{float r[];}}; void main(){{ r[0] = texelFetch(im, 0).x; }}";
        Assert.Equal(expected, Plan(code, [Of(type, 4)], 1).Launch.Buffers[0].Format);
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => Plan(code, [Of(DType.F64, 4)], 1));
    }

    [Theory]
    [InlineData("int16_t", DType.I16)]
    [InlineData("int16_t", DType.U16)]
    [InlineData("uint16_t", DType.U16)]
    [InlineData("int64_t", DType.U64)]
    [InlineData("uint64_t", DType.U64)]
    public void Integers_of_every_width_have_tensors(string element, DType type)
    {
        DeviceCapabilities device = Device with { Features = new HashSet<string> { "storageBuffer16BitAccess", "shaderInt64", "shaderInt16" } };
        _ = Plan($"layout(binding=0) readonly buffer A{{{element} a[];}}; layout(binding=1) writeonly buffer R{{int r[];}}; void main(){{ r[0] = int(a[0]); }}", [Of(type, 4)], 1, device);
    }

    // Each input holds its number; outputs are f32[4].
    private static KernelPlan Plan(string code, Tensor[] inputs, int? outputs = null, DeviceCapabilities? device = null)
    {
        const string Head = """
            #extension GL_EXT_nonuniform_qualifier : require
            #extension GL_EXT_shader_16bit_storage : require
            #extension GL_EXT_shader_explicit_arithmetic_types : require
            layout(local_size_x=4) in;
            """;
        VulkanShader shader = VulkanShader.Compute(ShaderText.Compile($"{Head}\n{code}"));
        ComputeKernel kernel = new("k", Handle.Of(1), (4, 1, 1))
        {
            Dispatch = (1, 1, 1),
            Outputs = outputs is int count ? [.. Enumerable.Repeat(new OutputSpec(code.Contains("int r[]", StringComparison.Ordinal) ? DType.I32 : DType.F32, [4]), count)] : null,
        };
        return KernelPlan.For(kernel, shader, KernelOperands.Of(inputs), device ?? Device with { Features = new HashSet<string> { "shaderStorageImageExtendedFormats" } });
    }

    private static Tensor F32(float number) => Tensor.From<float>(DType.F32, [4], [number, number, number, number]);

    private static Tensor Bytes(int count) => new(DType.U8, [count], new byte[count]);

    private static Tensor Of(DType type, int count) => new(type, [count], new byte[count * type.Size()]);

    // The bindings in order: i for an input, o for an output, and the number that it starts from.
    private static string Text(KernelPlan plan) => string.Join(' ', plan.Launch.Buffers.Select(buffer =>
        $"{buffer.Binding}{(buffer.IsOutput ? 'o' : 'i')}{(buffer.Content.IsEmpty ? "" : $":{BitConverter.ToSingle(buffer.Content.Span)}")}"));
}
