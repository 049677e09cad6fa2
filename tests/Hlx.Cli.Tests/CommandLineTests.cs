using System.Diagnostics;

namespace Hlx.Cli.Tests;

/// <summary>What a user types wrongly, and what stands in the way of a result.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    [Theory]
    [InlineData("A is empty", "gemm", "", "b.npy")]
    [InlineData("-o is empty", "gemm", "a.npy", "b.npy", "-o", "")]
    [InlineData("--device is empty", "gemm", "a.npy", "b.npy", "--device", "")]
    [InlineData("--results is empty", "bench", "report", "--results", "")]
    [InlineData("COMMAND is empty", "devices", "run", "--", "")]
    [InlineData("SHADER is empty", "shader", "inspect", "")]
    [InlineData("there is no option --formt", "collapse", "--formt", "json")]
    [InlineData("there is no command \"colapse\"", "colapse", "--json")]
    [InlineData("there is no command \"lst\"", "store", "lst")]
    [InlineData("--runs is -5, and must be a whole number from 1", "bench", "memo", "--runs", "-5")]
    [InlineData("--runs is 99999999999, and must be a whole number from 1", "bench", "memo", "--runs", "99999999999")]
    [InlineData("--runs is nan, and must be a whole number from 1", "bench", "memo", "--runs", "nan")]
    [InlineData("--runs is 2147483647, and must be a whole number from 1", "bench", "memo", "--runs", "2147483647")]
    [InlineData("--seed is -1, and must be a whole number from 0", "bench", "golden", "--seed", "-1")]
    [InlineData("--seed is 18446744073709551615, and must be a whole number from 0", "bench", "golden", "--seed", "1", "18446744073709551615")]
    [InlineData("--batch is 0, and must be a whole number from 1", "bench", "batch", "--batch", "8", "0")]
    [InlineData("--width is 2147483648, and must be a whole number from 1", "bench", "startup", "--width", "2147483648")]
    [InlineData("--timeout is 9223372036854775808, and must be a whole number from 1", "shader", "survey", ".", "--timeout", "9223372036854775808")]
    [InlineData("--timeout is a number of seconds above 0", "gemm", "a.npy", "b.npy", "--timeout", "nan")]
    [InlineData("--name is a name without folders", "bench", "gemm", "--name", "a/b")]
    [InlineData("Argument 'fp99' not recognized. Must be one of: 'fp32.ieee', ", "gemm", "a.npy", "b.npy", "--numerics", "fp99")]
    public void A_wrong_command_line_is_a_usage_error(string message, params string[] arguments)
    {
        (int code, string output, string errors) = _hlx.Run("", arguments);
        Assert.Equal((2, arguments.Contains("--json") ? output : ""), (code, output));
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

    [Theory]
    [InlineData("Required argument 'B' missing", "gemm", "--json", "a.npy")]
    [InlineData("there is no option --deep", "store", "verify", "--json", "--deep")]
    [InlineData("there is no option --json", "resolve", "x", "--json")]
    [InlineData("there is no command \"colapse\"", "colapse", "--json")]
    public void Usage_errors_are_json_for_programs_too(string message, params string[] arguments)
    {
        (int code, string output, string errors) = _hlx.Run("", [], arguments);
        HlxObject error = Json.Decode(output.TrimEnd('\n')).AsObject()["error"].AsObject();
        Assert.Equal((2, "E_USAGE"), (code, error["code"].AsText()));
        Assert.StartsWith(message, error["message"].AsText(), StringComparison.Ordinal);
        Assert.NotEmpty(error["remedy"].AsText());
        Assert.StartsWith($"usage error: {message}", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench", "gemm", "--size", "9223372036854775808")]
    [InlineData("bench", "gemm", "--size", "0")]
    [InlineData("bench", "gemm", "--size", "65536x65536x65536")]
    public void A_size_that_no_tensor_has_is_refused_before_the_work(params string[] arguments)
    {
        (int code, string output, string errors) = _hlx.Run("", arguments);
        Assert.Equal((1, ""), (code, output));
        Assert.Matches("^error E_(SHAPE_MISMATCH|TENSOR_INVALID): ", errors);
    }

    [Theory]
    [InlineData("is a file", "bench", "memo", "--runs", "1", "--openings", "1", "-o", "FILE")]
    [InlineData("there is no file", "bench", "determinism", "--golden", "FILE.none")]
    [InlineData("there is no file", "bench", "compare", "FILE.none", "FILE")]
    [InlineData("is not a result file", "bench", "compare", "FILE", "FILE")]
    public void Files_of_a_benchmark_are_checked_before_the_work(string message, params string[] arguments)
    {
        string file = _hlx.Folder["file"];
        File.WriteAllText(file, "1");
        Assert.Contains(message, _hlx.Fails("E_FILE_IO", [.. arguments.Select(word => word.Replace("FILE", file, StringComparison.Ordinal))]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_percentage_is_finite()
    {
        string file = _hlx.Folder["result.json"];
        File.WriteAllText(file, "{\"rows\":[]}");
        foreach (string percent in (string[])["nan", "1e400%", "-5%", "many"])
            Assert.Contains($"\"{percent}\" is not a percentage", _hlx.Fails("E_TYPE_MISMATCH", "bench", "compare", file, file, $"--max-regression={percent}"), StringComparison.Ordinal);
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
