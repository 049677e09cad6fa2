using System.Globalization;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>What does not end is ended by the time limit, with one error.</summary>
public sealed class TimeoutTests : IDisposable
{
    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    // This driver can neither interrupt a loop nor close a device that runs one.
    [Fact]
    public void A_loop_without_end_ends_at_the_timeout()
    {
        string kernel = Kernel("infinite_loop");
        string error = _hlx.Fails(ErrorCode.DeviceTimeout, "run", kernel, "--device", CpuDrivers.SwiftShader, "--timeout", "0.5");
        Assert.Contains("did not finish within 0.5 s", error, StringComparison.Ordinal);
        Assert.Contains("--timeout", error, StringComparison.Ordinal);
        (int code, string output, string errors) = _hlx.Run("", [("HLX_TIMEOUT", "0.25")], ["run", kernel, "--device", CpuDrivers.SwiftShader]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("did not finish within 0.25 s", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("NaN")]
    [InlineData("1e99")]
    public void What_is_no_time_is_refused(string text)
    {
        string kernel = Kernel("infinite_loop");
        (int code, string output, string errors) = _hlx.Run("", "run", kernel, "--device", CpuDrivers.Lavapipe, $"--timeout={text}");
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("usage error: --timeout is a number of seconds above 0", errors, StringComparison.Ordinal);
        (code, _, errors) = _hlx.Run("", [("HLX_TIMEOUT", text)], ["run", kernel, "--device", CpuDrivers.Lavapipe]);
        Assert.Equal(1, code);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"error {ErrorCode.SettingInvalid}: HLX_TIMEOUT is \"{text}\""), errors, StringComparison.Ordinal);
    }

    private string Kernel(string shader)
    {
        string module = _hlx.Folder["shader.spv"], file = _hlx.Folder["kernel.json"];
        File.WriteAllBytes(module, TestShader.Load(shader));
        string handle = _hlx.Succeeds("shader", "package", module);
        File.WriteAllText(file, $"{{\"901\":{{\"kernel_name\":\"loop\",\"shader_handle\":\"{handle}\",\"workgroup_size\":[1,1,1],\"outputs\":[{{\"dtype\":\"u32\",\"shape\":[2]}}],\"dispatch\":[1,1,1]}}}}");
        return file;
    }
}
