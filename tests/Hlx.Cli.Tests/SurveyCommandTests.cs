using Hlx.Testing;

namespace Hlx.Cli.Tests;

public sealed class SurveyCommandTests : IDisposable
{
    private const string Square = "layout(local_size_x = 64) in; layout(binding = 0) readonly buffer A { float a[]; }; layout(binding = 1) buffer B { float b[]; };"
        + "void main() { uint i = gl_GlobalInvocationID.x; b[i] = a[i] * a[i]; }";

    private readonly HlxProcess _hlx = new();
    private readonly string _folder;

    public SurveyCommandTests()
    {
        _folder = Directory.CreateDirectory(_hlx.Folder["shaders"]).FullName;
        Add("square", Square);
    }

    public void Dispose() => _hlx.Dispose();

    [Fact]
    public void Each_module_is_told_by_how_far_it_came_and_why_not_further()
    {
        byte[] cut = File.ReadAllBytes(Path.Combine(_folder, "square.spv"))[..^8];
        Directory.CreateDirectory(Path.Combine(_folder, "more"));
        File.WriteAllBytes(Path.Combine(_folder, "more", "cut.spv"), cut);
        File.WriteAllText(Path.Combine(_folder, "text.spv"), "no shader at all");
        Add("image", "layout(binding = 0, rgba8) uniform image2D picture; void main() { imageStore(picture, ivec2(0), vec4(1)); }");
        Add("sizes", "layout(local_size_x = 32) in; layout(push_constant) uniform P { uint count; vec2 scale; } p; layout(binding = 0) buffer B { uint b[]; };"
            + "void main() { if (gl_GlobalInvocationID.x < p.count) b[gl_GlobalInvocationID.x] += uint(p.scale.y); }");

        (int code, string output, string errors) = _hlx.Run("", "shader", "survey", _folder, "--json", "--device", CpuDrivers.Lavapipe);
        Assert.True(code == 0, errors);
        Dictionary<string, HlxObject> found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Json.Decode(line).AsObject()).ToDictionary(row => row["file"].AsText());
        Assert.Equal(["image.spv", Path.Combine("more", "cut.spv"), "sizes.spv", "square.spv", "text.spv"], found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("ran", "", "main", "valid"), Told("square.spv"));
        Assert.Equal(("ran", "", "main", "valid"), Told("sizes.spv"));
        Assert.Equal("valid", found["image.spv"]["step"].AsText());
        Assert.NotEmpty(found["image.spv"]["reason"].AsText());
        Assert.Equal(("found", ErrorCode.SpirvInvalid, "", ""), Told(Path.Combine("more", "cut.spv")));
        Assert.Equal(("found", ErrorCode.SpirvInvalid, "", ""), Told("text.spv"));
        Assert.Contains("5 of 5 modules, 2 entry points ran", errors, StringComparison.Ordinal);

        string table = _hlx.Succeeds("shader", "survey", _folder, "--device", CpuDrivers.Lavapipe);
        Assert.Contains("5        5        3        3        2        2        2", table, StringComparison.Ordinal);
        Assert.Contains(ErrorCode.SpirvInvalid, table, StringComparison.Ordinal);

        (string, string, string, string) Told(string file) =>
            (found[file]["step"].AsText(), found[file]["code"].AsText(), found[file]["entry_point"].AsText(), found[file]["validation"].AsText());
    }

    [Fact]
    public void Two_devices_are_compared_on_what_may_claim_their_agreement()
    {
        Add("sine", "layout(local_size_x = 64) in; layout(binding = 0) buffer B { float b[]; }; void main() { b[gl_GlobalInvocationID.x] = sin(b[gl_GlobalInvocationID.x]); }");
        Add("mix", "layout(local_size_x = 64) in; layout(binding = 0) buffer B { uint b[]; }; void main() { b[gl_GlobalInvocationID.x] *= 2654435761u; }");
        string output = _hlx.Succeeds("shader", "survey", _folder, "--json", "--device", CpuDrivers.Lavapipe, "--against", CpuDrivers.SwiftShader);
        Dictionary<string, HlxValue> differences = output.Split('\n').Select(line => Json.Decode(line).AsObject()).ToDictionary(row => row["file"].AsText(), row => row["differences"]);
        Assert.Equal(HlxValue.Null, differences["sine.spv"]); // its bits are the device's own
        Assert.Empty(differences["mix.spv"].AsArray().ToArray());
        Assert.Contains("compared with the other device, which does not run 0 more; 0 differ", _hlx.Succeeds("shader", "survey", _folder, "--device", CpuDrivers.Lavapipe, "--against", CpuDrivers.SwiftShader), StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_a_data_race_is_not_compared()
    {
        const string Buffers = "layout(local_size_x = 64) in; layout(binding = 0) buffer A { uint a[]; }; struct E { uvec4 v; uint w[3]; mat2x3 m; };"
            + "layout(binding = 3, std430) buffer B { E b[]; };";
        (string Name, string Body, bool Races)[] shaders =
        [
            ("own", "a[i] = a[i] * 3u + 1u;", false),
            ("member", "b[i].v.y = i; b[i].w[i % 3u] = b[i].v.x; b[i].m[1] = b[i].m[0];", false),
            ("components", "if (i < 4u) b[0].v[i] = i; else if (i < 7u) b[0].w[i - 4u] = i; else if (i < 9u) b[1].m[i - 7u] = vec3(0.5);", false),
            ("atomic", "atomicAdd(a[0], i);", false),
            ("read", "a[i + 1000u] = a[0] + a[i];", false),
            ("called", "put(i, i);", false),
            ("pairs", "a[i / 2u] = i;", true),
            ("wholes", "b[i / 2u].v = uvec4(i);", true),
            ("neighbour", "a[i] = a[i + 1u];", true),
            ("groups", "a[gl_LocalInvocationIndex] = i;", true),
            ("both", "put(i % 100u, i);", true),
        ];
        foreach ((string name, string body, _) in shaders)
            Add(name, $"{Buffers} void put(uint place, uint value) {{ if (value > 2u) a[place] = value; }} void main() {{ uint i = gl_GlobalInvocationID.x; {body} }}");
        string output = _hlx.Succeeds("shader", "survey", _folder, "--json", "--device", CpuDrivers.Lavapipe, "--against", CpuDrivers.SwiftShader);
        Dictionary<string, HlxObject> rows = output.Split('\n').Select(line => Json.Decode(line).AsObject()).ToDictionary(row => row["file"].AsText());
        Assert.All(shaders, shader =>
        {
            HlxObject row = rows[$"{shader.Name}.spv"];
            Assert.Equal((shader.Name, "ran", shader.Races), (shader.Name, row["step"].AsText(), row["races"].AsArray().ToArray().Length > 0));
            Assert.Equal(shader.Races, row["differences"] == HlxValue.Null);
        });
    }

    [Fact]
    public void A_driver_that_crashes_on_one_module_does_not_end_the_survey()
    {
        Add("bad", "layout(binding = 0) buffer B { uint b[]; }; void main() { b[0] = 0x0BADC0DEu; }");
        (int code, string output, string errors) = _hlx.Run(
            "", [("HLX_TEST_DRIVER", "module"), .. BrokenDriver.Variables(BrokenDriver.Build(_hlx.Folder))], ["shader", "survey", _folder, "--json"]);
        Assert.True(code == 0, errors);
        HlxObject[] rows = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Json.Decode(line).AsObject())];
        Assert.Equal(["bad.spv planned", "square.spv ran"], rows.Select(row => $"{row["file"].AsText()} {row["step"].AsText()}"));
        Assert.Equal(ErrorCode.DriverFailure, rows[0]["code"].AsText());
        Assert.Contains("the driver crashed (signal 6)", rows[0]["reason"].AsText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_modules_and_a_device_that_is_not_there_are_refused()
    {
        string empty = Directory.CreateDirectory(_hlx.Folder["empty"]).FullName;
        Assert.Contains("no .spv file", _hlx.Fails(ErrorCode.FileIo, "shader", "survey", empty), StringComparison.Ordinal);
        _hlx.Fails(ErrorCode.FileIo, "shader", "survey", _hlx.Folder["nowhere"]);
        _hlx.Fails(ErrorCode.DeviceNotFound, "shader", "survey", _folder, "--device", "vulkan://77");
    }

    private void Add(string name, string source) => File.WriteAllBytes(Path.Combine(_folder, $"{name}.spv"), ShaderText.Compile(source));
}
