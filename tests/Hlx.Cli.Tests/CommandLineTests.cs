using System.Diagnostics;

namespace Hlx.Cli.Tests;

/// <summary>What a user types wrongly, and what stands in the way of a result.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    [Theory]
    [InlineData("A is empty", "gemm", "", "b.npy")]
    [InlineData("-o names no file", "gemm", "a.npy", "b.npy", "-o", "")]
    [InlineData("SHADER is empty", "shader", "inspect", "")]
    [InlineData("there is no option --formt", "collapse", "--formt", "json")]
    [InlineData("--runs is -5, and must be at least 1", "bench", "memo", "--runs", "-5")]
    public void A_wrong_command_line_is_a_usage_error(string message, params string[] arguments)
    {
        (int code, string output, string errors) = _hlx.Run("", arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"usage error: {message}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_may_begin_with_a_dash_or_an_at_sign()
    {
        using HlxProcess hlx = new() { WorkingFolder = _hlx.Folder.Path };
        File.WriteAllText(_hlx.Folder["-dash.json"], "1");
        File.WriteAllText(_hlx.Folder["@at.json"], "1");
        Assert.Equal(hlx.Succeeds("collapse", "--", "-dash.json"), hlx.Succeeds("collapse", "@at.json"));
    }

    [Fact]
    public void Errors_are_json_for_programs()
    {
        (int code, string output, string errors) = _hlx.Run("{", [], ["collapse", "--json"]);
        Assert.Equal(1, code);
        HlxObject error = Json.Decode(output.TrimEnd('\n')).AsObject()["error"].AsObject();
        Assert.Equal("E_JSON_PARSE", error["code"].AsText());
        Assert.NotEmpty(error["message"].AsText());
        Assert.NotEmpty(error["remedy"].AsText());
        Assert.StartsWith("error E_JSON_PARSE: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_line_is_named_by_its_number_and_nothing_is_stored()
    {
        string message = _hlx.FailsWith("1\n\n2\n", "E_JSON_PARSE", "collapse", "--lines");
        Assert.Contains("line 2: ", message, StringComparison.Ordinal);
        Assert.Equal("", _hlx.SucceedsWith("", "collapse", "--lines"));
        Assert.Equal("", _hlx.Succeeds("store", "ls"));
    }

    [Fact]
    public void A_command_that_only_reads_makes_no_store()
    {
        foreach (string[] arguments in (string[][])[["store", "stat"], ["store", "ls"], ["store", "verify"], ["resolve", "&h_int_" + new string('0', 64)]])
            Assert.Contains("there is no store in", _hlx.Fails("E_STORE_IO", arguments), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_hlx.Store));
        File.WriteAllText(_hlx.Folder["value.json"], "{\"14\":{\"@0\":123}}");
        _hlx.Succeeds("validate", _hlx.Folder["value.json"]);
        Assert.False(Directory.Exists(_hlx.Store));
    }

    [Fact]
    public async Task Data_on_standard_output_is_nothing_but_data()
    {
        File.WriteAllBytes(_hlx.Folder["a.npy"], Npy.Encode(Tensor.From(new float[,] { { 1, 2 }, { 3, 4 } })));
        ProcessStartInfo start = new("/bin/sh", ["-c", $"'{HlxProcess.Program}' gemm a.npy a.npy --device cpu:// -o - | '{HlxProcess.Program}' collapse --from npy -"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _hlx.Folder.Path,
        };
        start.Environment["HLX_STORE"] = _hlx.Store;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string handle = (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd('\n');
        Assert.Equal(_hlx.Succeeds("gemm", _hlx.Folder["a.npy"], _hlx.Folder["a.npy"], "--device", "cpu://"), handle);
        Assert.Contains(handle, await errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_does_not_exist_is_noticed_even_if_the_result_is_known()
    {
        string a = _hlx.Folder["a.npy"];
        File.WriteAllBytes(a, Npy.Encode(Tensor.From(new float[,] { { 1, 2 }, { 3, 4 } })));
        string handle = _hlx.Succeeds("gemm", a, a, "--device", "cpu://");
        Assert.Contains("no device matches \"vulkan://99\"", _hlx.Fails("E_DEVICE_NOT_FOUND", "gemm", a, a, "--device", "vulkan://99"), StringComparison.Ordinal);
        Assert.Contains("\"nonsense\" is not a device address", _hlx.Fails("E_DEVICE_NOT_FOUND", "gemm", a, a, "--device", "nonsense"), StringComparison.Ordinal);
        Assert.Equal(handle, _hlx.Succeeds("gemm", a, a, "--device", "vulkan://llvmpipe"));
    }

    [Fact]
    public void A_folder_or_a_name_that_is_not_utf8_is_named_for_what_it_is()
    {
        Assert.Contains("is a folder", _hlx.Fails("E_FILE_IO", "collapse", _hlx.Folder.Path), StringComparison.Ordinal);
        Assert.Contains("is not valid UTF-8", _hlx.Fails("E_FILE_IO", "collapse", _hlx.Folder["\ufffd"]), StringComparison.Ordinal);
    }
}
