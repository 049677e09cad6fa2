using Hlx.Testing;

namespace Hlx.Cli.Tests;

public sealed class DeviceCommandTests : IDisposable
{
    private readonly HlxProcess _hlx = new();
    private readonly string _a, _b, _shader;

    public DeviceCommandTests()
    {
        (_a, _b, _shader) = (_hlx.Folder["a.npy"], _hlx.Folder["b.npy"], _hlx.Folder["gemm.spv"]);
        File.WriteAllBytes(_a, Npy.Encode(FloatSamples.Unit(1, 5, 600)));
        File.WriteAllBytes(_b, Npy.Encode(FloatSamples.Unit(2, 600, 7)));
        File.WriteAllBytes(_shader, TestShader.Load("gemm"));
    }

    public void Dispose() => _hlx.Dispose();

    [Fact]
    public void The_cache_is_warmed_counted_and_cleared()
    {
        string dry = _hlx.Succeeds("cache", "warm", "--dry-run", "--device", CpuDrivers.SwiftShader);
        Assert.Matches("^[0-9]+ pipelines, [1-9][0-9]* to compile$", dry);
        HlxValue warm = Json.Decode(_hlx.Succeeds("cache", "warm", "--json", "--device", CpuDrivers.SwiftShader));
        Assert.Equal(warm.AsObject()["missing"], warm.AsObject()["pipelines"]);
        Assert.Contains($"{_hlx.Folder["cache"]}\n0 pipelines", _hlx.Succeeds("cache", "stat"), StringComparison.Ordinal); // this driver gives nothing to keep
        string kept = Path.Combine(_hlx.Folder["cache"], "pipelines", "device", "pipeline");
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.WriteAllText(kept, "12345");
        Assert.Contains("1 pipelines, 5 bytes", _hlx.Succeeds("cache", "stat"), StringComparison.Ordinal);
        _hlx.Succeeds("cache", "clear");
        Assert.False(File.Exists(kept));
    }

    [Fact]
    public void Devices_lists_both_drivers_and_the_cpu()
    {
        string text = _hlx.Succeeds("devices");
        foreach (string name in (string[])["llvmpipe", "SwiftShader", "cpu://"]) Assert.Contains(name, text, StringComparison.Ordinal);
        HlxValue json = Json.Decode(_hlx.Succeeds("devices", "--json"));
        Assert.Equal(3, json.AsArray().Length);
        Assert.Equal("cpu", json.AsArray()[0].AsObject()["type"].AsText());
        Assert.Equal(3, json.AsArray().ToArray().Select(device => device.AsObject()["fingerprint"].AsText()).Distinct().Count());
        Assert.All(json.AsArray().ToArray(), device => Assert.NotEmpty(device.AsObject()["behaviour"].AsObject()["digest"].AsText()));
    }

    [Fact]
    public void Doctor_finds_this_machine_in_order()
    {
        string text = _hlx.Succeeds("doctor");
        Assert.DoesNotContain("problem", text, StringComparison.Ordinal);
        Assert.Contains("emulated exactly", text, StringComparison.Ordinal);
        Assert.Contains("fingerprint &h_map_", text, StringComparison.Ordinal);
        Assert.All(Json.Decode(_hlx.Succeeds("doctor", "--json")).AsArray().ToArray(), finding => Assert.True(finding.AsObject()["ok"].AsBool()));
    }

    [Fact]
    public void Exact_profiles_have_one_handle_on_every_device_and_others_name_what_they_need()
    {
        string[] devices = ["cpu://", CpuDrivers.Lavapipe, CpuDrivers.SwiftShader];
        string[] handles = [.. devices.Select(device => _hlx.Succeeds("gemm", _a, _b, "--numerics", "fp32.fixed", "--no-memo", "--device", device))];
        Assert.Single(handles.Distinct());
        Assert.NotEqual(_hlx.Succeeds("gemm", _a, _b, "--device", "cpu://"), handles[0]);
        Assert.Contains("the same handle", _hlx.Succeeds("verify", handles[0], "--device", CpuDrivers.Lavapipe), StringComparison.Ordinal);
        Assert.Contains("matrix units", _hlx.Fails(ErrorCode.NumericsUnsupported, "gemm", _a, _b, "--numerics", "fp32.split", "--device", "cpu://"), StringComparison.Ordinal);
        Assert.Contains("f16[M,K]", _hlx.Fails(ErrorCode.ShapeMismatch, "gemm", _a, _b, "--numerics", "fp16", "--device", "cpu://"), StringComparison.Ordinal);

        string left = _hlx.Folder["a8.npy"], product = _hlx.Folder["c8.npy"];
        File.WriteAllBytes(left, Npy.Encode(Tensor.From<sbyte>(DType.I8, [1, 2], [100, -3])));
        string right = _hlx.Folder["b8.npy"];
        File.WriteAllBytes(right, Npy.Encode(Tensor.From<sbyte>(DType.I8, [2, 1], [120, 4])));
        _hlx.Succeeds("gemm", left, right, "--numerics", "i8", "--device", "cpu://", "-o", product);
        Assert.Equal([(100 * 120) - 12], Npy.Decode(File.ReadAllBytes(product)).AsSpan<int>().ToArray());
    }

    [Fact]
    public void Without_a_loader_operators_run_on_the_cpu_and_shaders_are_refused() =>
        WithoutVulkan("HLX_VULKAN_LOADER", ErrorCode.VulkanLoaderMissing, "there is no Vulkan loader");

    [Fact]
    public void Without_a_driver_operators_run_on_the_cpu_and_shaders_are_refused() =>
        WithoutVulkan("VK_DRIVER_FILES", ErrorCode.DriverFailure, "no Vulkan driver is installed");

    private void WithoutVulkan(string variable, string code, string said)
    {
        (string, string)[] without = [(variable, "/nowhere/at/all"), ("VK_ICD_FILENAMES", "/nowhere/at/all")];
        string[] gemm = ["gemm", _a, _b];
        (int exit, string output, string errors) = _hlx.Run("", without, gemm);
        Assert.Equal(0, exit);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.Equal(_hlx.Succeeds([.. gemm, "--device", "cpu://"]), output.TrimEnd('\n'));
        (exit, output, errors) = _hlx.Run("", without, [.. gemm, "--device", "vulkan://0", "--no-memo"]);
        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith($"error {code}: ", errors, StringComparison.Ordinal);
        (exit, output, _) = _hlx.Run("", without, ["doctor"]);
        Assert.Equal(1, exit);
        Assert.Contains("problem", output, StringComparison.Ordinal);
        (exit, output, _) = _hlx.Run("", without, ["devices"]);
        Assert.Equal(0, exit);
        Assert.Contains("cpu://", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_there_is_never_replaced()
    {
        _hlx.Fails(ErrorCode.DeviceNotFound, "gemm", _a, _b, "--device", "vulkan://77");
        _hlx.Fails(ErrorCode.DeviceNotFound, "gemm", _a, _b, "--device", "cuda://0");
    }

    [Fact]
    public void Gemm_prints_one_handle_on_every_device_and_computes_once()
    {
        string[] handles = [.. ((string[])["cpu://", CpuDrivers.Lavapipe, CpuDrivers.SwiftShader]).Select(device =>
            _hlx.Succeeds("gemm", _a, _b, "--no-memo", "--device", device))];
        Assert.Single(handles.Distinct());
        (_, string output, string errors) = _hlx.Run("", "gemm", _a, _b);
        Assert.Equal(handles[0], output.TrimEnd('\n'));
        Assert.StartsWith("memoized", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Gemm_writes_the_product()
    {
        string product = _hlx.Folder["c.npy"], handle = _hlx.Succeeds("gemm", _a, _b, "-o", product, "--device", "cpu://");
        Assert.Equal("f32[5,7]", Npy.Decode(File.ReadAllBytes(product)).ToString());
        Assert.Equal(handle, _hlx.Succeeds("collapse", "--from", "npy", product));
        HlxObject json = Json.Decode(_hlx.Succeeds("gemm", _a, _b, "--json")).AsObject();
        Assert.Equal((handle, true), (json["handle"].AsText(), json["memoized"].AsBool()));
    }

    [Fact]
    public void Gemm_notes_why_the_cpu_computes()
    {
        (int code, _, string errors) = _hlx.Run("", "gemm", _a, _b);
        Assert.Equal(0, code);
        Assert.Contains("note: computing on the CPU, because there is no GPU", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Gemm_refuses_in_one_line_and_records_nothing()
    {
        _hlx.Fails(ErrorCode.DeviceNotFound, "gemm", _a, _b, "--device", "vulkan://nothing");
        _hlx.Fails(ErrorCode.ShapeMismatch, "gemm", _a, _a);
        _hlx.Fails(ErrorCode.FileIo, "gemm", _a, _hlx.Folder["missing.npy"]);
        _hlx.Fails(ErrorCode.HandleNotFound, "gemm", _a, Handle.Of(1).Text);
        Assert.EndsWith("0 executions, 0 incidents", _hlx.Succeeds("store", "stat"), StringComparison.Ordinal);
    }

    [Fact]
    public void Shader_package_prints_a_handle_that_resolves_to_the_contract()
    {
        string handle = _hlx.Succeeds("shader", "package", _shader);
        Assert.Equal("900 VULKAN_SHADER valid", _hlx.Succeeds("validate", handle));
        Assert.Equal("valid", _hlx.Succeeds("shader", "validate", handle));
        Assert.Contains("MatrixA storage buffer read-only", _hlx.Succeeds("shader", "inspect", handle), StringComparison.Ordinal);
        Assert.Equal(3, Json.Decode(_hlx.Succeeds("shader", "inspect", _shader, "--json")).AsObject()["bindings"].AsArray().Length);
    }

    [Fact]
    public void Bad_shaders_are_refused_and_not_stored()
    {
        string broken = _hlx.Folder["broken.spv"];
        byte[] module = TestShader.Load("gemm");
        File.WriteAllBytes(broken, module[..^8]);
        _hlx.Fails(ErrorCode.SpirvInvalid, "shader", "package", broken);
        _hlx.Fails(ErrorCode.SpirvInvalid, "shader", "validate", _a);
        _hlx.Fails(ErrorCode.EntryPointMissing, "shader", "package", _shader, "--entry", "other");
        Assert.False(Directory.Exists(_hlx.Store));
    }

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void Run_executes_a_kernel_from_a_file(string device)
    {
        string shader = _hlx.Succeeds("shader", "package", _shader);
        string a = _hlx.SucceedsWith("[[1.0,2.0],[3.0,4.0]]", "collapse"), b = _hlx.SucceedsWith("[[5.0,6.0],[7.0,8.0]]", "collapse");
        string kernel = _hlx.Folder["kernel.json"];
        File.WriteAllText(kernel, $"{{\"901\":{{\"kernel_name\":\"gemm\",\"shader_handle\":\"{shader}\",\"workgroup_size\":[16,16,1],\"inputs\":[\"{a}\",\"{b}\"]}}}}");
        string result = _hlx.Succeeds("run", kernel, "--device", device);
        _hlx.Succeeds("resolve", result, "--to", "npy", "-o", _hlx.Folder["c.npy"]);
        Assert.Equal(new float[,] { { 19, 22 }, { 43, 50 } }, Npy.Decode(File.ReadAllBytes(_hlx.Folder["c.npy"])).ToMatrix());
        string handle = _hlx.Succeeds("collapse", kernel);
        Assert.Equal(result, _hlx.Succeeds("run", handle, "--device", device));
        Assert.Equal(result, _hlx.SucceedsWith(_hlx.Succeeds("resolve", handle, "--to", "lct"), "run", "-", "--device", device));
    }

    [Fact]
    public void Verify_computes_again_on_another_device()
    {
        string handle = _hlx.Succeeds("gemm", _a, _b, "--device", "cpu://");
        foreach (string device in (string[])[CpuDrivers.Lavapipe, CpuDrivers.SwiftShader])
            Assert.StartsWith("the same handle from ", _hlx.Succeeds("verify", handle, "--device", device), StringComparison.Ordinal);
        Assert.True(Json.Decode(_hlx.Succeeds("verify", handle, "--json")).AsObject()["same"].AsBool());
        _hlx.Fails(ErrorCode.HandleNotFound, "verify", _hlx.Succeeds("collapse", "--from", "npy", _a));
    }

    [Fact]
    public void Devices_run_starts_a_command_for_each_device()
    {
        (int code, string output, string errors) = _hlx.Run("", "devices", "run", "--", "sh", "-c", "echo $HLX_DEVICE");
        Assert.Equal(0, code);
        Assert.Equal(3, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
        Assert.EndsWith("cpu://\n", output, StringComparison.Ordinal);
        Assert.Equal(3, errors.Split("== ").Length - 1);
        Assert.Equal(1, _hlx.Run("", "devices", "run", "--", "sh", "-c", "exit 3").ExitCode);
        Assert.Contains(ErrorCode.FileIo, _hlx.Run("", "devices", "run", "--", "no such program").Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CpuDrivers.Lavapipe)]
    [InlineData(CpuDrivers.SwiftShader)]
    public void Run_executes_a_pipeline(string device)
    {
        string shader = _hlx.Succeeds("shader", "package", _shader);
        string a = _hlx.SucceedsWith("[[1.0,2.0],[3.0,4.0]]", "collapse");
        string square = Kernel($"\"{a}\",\"{a}\""), cube = Kernel($"\"@0.0\",\"{a}\"");
        string result = _hlx.SucceedsWith($"{{\"902\":{{\"pipeline_id\":\"cube\",\"stages\":[\"{square}\",\"{cube}\"]}}}}", "run", "-", "--device", device);
        _hlx.Succeeds("resolve", result, "--to", "npy", "-o", _hlx.Folder["c.npy"]);
        Assert.Equal(new float[,] { { 37, 54 }, { 81, 118 } }, Npy.Decode(File.ReadAllBytes(_hlx.Folder["c.npy"])).ToMatrix());

        string Kernel(string inputs) => _hlx.SucceedsWith(
            $"{{\"901\":{{\"kernel_name\":\"gemm\",\"shader_handle\":\"{shader}\",\"workgroup_size\":[16,16,1],\"inputs\":[{inputs}]}}}}", "collapse");
    }

    [Fact]
    public void Run_refuses_what_it_cannot_execute()
    {
        _hlx.FailsWith("{\"902\":{\"pipeline_id\":\"p\",\"stages\":[]}}", ErrorCode.ContractFieldValue, "run", "-");
        _hlx.FailsWith("{\"14\":{\"@0\":1}}", ErrorCode.ContractStructure, "run", "-");
        _hlx.FailsWith("{\"901\":{}}", ErrorCode.ContractFieldMissing, "run", "-");
    }
}
