using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>A driver that claims to be a GPU and fails.</summary>
public sealed class BrokenDriverTests : IDisposable
{
    private readonly HlxProcess _hlx = new();
    private readonly string _a, _manifest;

    public BrokenDriverTests()
    {
        _a = _hlx.Folder["a.npy"];
        File.WriteAllBytes(_a, Npy.Encode(FloatSamples.Unit(1, 5, 5)));
        _manifest = BrokenDriver.Build(_hlx.Folder);
    }

    public void Dispose() => _hlx.Dispose();

    [Theory]
    [InlineData("create", "opening llvmpipe")]
    [InlineData("crash", "crashed")]
    [InlineData("load", "crashed")]
    [InlineData("nothing", "products of its self-test are wrong")]
    public void Without_a_named_device_the_cpu_takes_over_and_says_why(string mode, string why)
    {
        (int code, string output, string errors) = Run(mode, "gemm", _a, _a);
        Assert.Equal(0, code);
        Assert.Equal(_hlx.Succeeds("gemm", _a, _a, "--no-memo", "--device", "cpu://"), output.TrimEnd());
        string note = Assert.Single(errors.Split('\n'), line => line.StartsWith("note: ", StringComparison.Ordinal));
        Assert.Contains("computing on the CPU", note, StringComparison.Ordinal);
        Assert.Contains(why, note, StringComparison.Ordinal);
        Assert.Contains("hlx doctor", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create", ErrorCode.DriverFailure)]
    [InlineData("crash", ErrorCode.DriverFailure)]
    [InlineData("nothing", ErrorCode.DeviceUnsuitable)]
    public void A_named_device_is_refused(string mode, string error)
    {
        (int code, string output, string errors) = Run(mode, "gemm", _a, _a, "--device", "vulkan://0");
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.StartsWith($"error {error}: ", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("crash")]
    [InlineData("cpu")]
    public void A_shader_which_the_cpu_cannot_take_over_is_refused(string mode)
    {
        string shader = _hlx.Folder["gemm.spv"], kernel = _hlx.Folder["kernel.json"], matrix = _hlx.SucceedsWith("[[1.0]]", "collapse");
        File.WriteAllBytes(shader, TestShader.Load("gemm"));
        File.WriteAllText(kernel, $"{{\"901\":{{\"kernel_name\":\"gemm\",\"shader_handle\":\"{_hlx.Succeeds("shader", "package", shader)}\",\"workgroup_size\":[16,16,1],\"inputs\":[\"{matrix}\",\"{matrix}\"]}}}}");
        (int code, string output, string errors) = Run(mode, "run", kernel);
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.StartsWith($"error {ErrorCode.DriverFailure}: ", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("crash")]
    [InlineData("load")]
    public void Doctor_names_the_driver_and_still_tries_the_others(string mode)
    {
        (int code, string output, _) = _hlx.Run("", [("HLX_TEST_DRIVER", mode), .. BrokenDriver.Variables($"{_manifest}:{CpuDrivers.Manifests()}")], ["doctor"]);
        Assert.Equal(1, code);
        string problem = Assert.Single(output.Split('\n'), line => line.StartsWith("problem", StringComparison.Ordinal));
        Assert.Contains(mode == "create" ? "llvmpipe" : _manifest, problem, StringComparison.Ordinal);
        Assert.Contains("→", problem, StringComparison.Ordinal);
        Assert.Contains("SwiftShader", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_that_works_is_tried_once_until_it_changes()
    {
        string[] command = ["gemm", _a, _a, "--no-memo", "--device", "vulkan://SwiftShader"];
        _hlx.Succeeds(command);
        string note = Assert.Single(Directory.GetFiles(_hlx.Folder["cache"] + "/probes"));
        DateTime written = File.GetLastWriteTimeUtc(note);
        _hlx.Succeeds(command);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Assert.Single(Directory.GetFiles(_hlx.Folder["cache"] + "/probes"))));
    }

    private (int Code, string Output, string Errors) Run(string mode, params string[] arguments) => _hlx.Run("", [("HLX_TEST_DRIVER", mode), .. BrokenDriver.Variables(_manifest)], arguments);
}
