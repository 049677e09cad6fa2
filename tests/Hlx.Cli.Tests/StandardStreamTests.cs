using System.Diagnostics;

namespace Hlx.Cli.Tests;

/// <summary>Standard streams that are closed, full or not read to the end: an error of one line or none, and never a crash.</summary>
public sealed class StandardStreamTests : IDisposable
{
    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    [Theory]
    [InlineData("collapse one.json >&-")]
    [InlineData("collapse one.json --json >&-")]
    [InlineData("collapse one.json --json >/dev/full")]
    [InlineData("convert one.json >/dev/full")]
    [InlineData("convert --lines one.json >/dev/full")]
    [InlineData("store ls --help >/dev/full")]
    public void Data_that_cannot_be_written_is_one_error(string command)
    {
        (int code, _, string errors) = Shell($"hlx {command}");
        Assert.Equal(1, code);
        Assert.StartsWith("error E_FILE_IO: standard output cannot be written (", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hlx cache clear 2>&-", 0)]
    [InlineData("hlx cache clear 2>/dev/full", 0)]
    [InlineData("hlx collapse none.json 2>&-", 1)]
    [InlineData("hlx collapse none.json --json 2>/dev/full >/dev/full", 1)]
    [InlineData("hlx nonsense 2>&-", 2)]
    [InlineData("hlx nonsense --json 2>/dev/full >&-", 2)]
    [InlineData("hlx collapse --help | head -c0; exit ${PIPESTATUS[0]}", 0)]
    public void Notes_that_nobody_reads_change_nothing(string command, int expected)
    {
        (int code, _, string errors) = Shell(command);
        Assert.Equal((expected, ""), (code, errors));
    }

    [Fact]
    public void Waiting_for_a_pipe_that_nobody_writes_into_is_said()
    {
        (int code, string output, string errors) = Shell(
            "mkfifo pipe; touch notes; hlx collapse pipe 2> notes & for i in $(seq 600); do grep -q waiting notes && break; sleep 0.1; done; "
            + "cat one.json > pipe; wait $!; cat notes >&2");
        Assert.Equal(0, code);
        Assert.StartsWith("&h_int_", output, StringComparison.Ordinal);
        Assert.Equal("note: waiting for \"pipe\"\n", errors);
    }

    private (int Code, string Output, string Errors) Shell(string command)
    {
        File.WriteAllText(_hlx.Folder["one.json"], "1\n");
        ProcessStartInfo start = new("bash", ["-c", $"hlx() {{ '{HlxProcess.Program}' \"$@\"; }}; {command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _hlx.Folder.Path,
        };
        (start.Environment["HLX_STORE"], start.Environment["HLX_CACHE"]) = (_hlx.Store, _hlx.Folder["cache"]);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
