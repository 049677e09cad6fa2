using System.Diagnostics;
using System.Runtime.Versioning;

namespace Hlx.Cli.Tests;

/// <summary>Results written into files: what was there stays until the new content is complete.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OutputFileTests : IDisposable
{
    private const int Elements = 40_000;

    private readonly HlxProcess _hlx = new();
    private readonly string _handle;

    public OutputFileTests() => _handle = _hlx.SucceedsWith($"[{string.Join(',', Enumerable.Range(0, Elements))}]", "collapse");

    public void Dispose() => _hlx.Dispose();

    private string Result => _hlx.Folder["result.json"];

    [Fact]
    public void A_file_that_does_not_fit_leaves_the_old_one_as_it_was()
    {
        File.WriteAllText(Result, "good");
        (int code, string errors) = Shell("trap '' XFSZ; ulimit -f 128; exec"); // a file that grows too large fails as on a full disk
        Assert.NotEqual(0, code);
        Assert.Equal("good", File.ReadAllText(Result));
        Assert.Single(Directory.GetFiles(_hlx.Folder.Path));
        Assert.Contains("what was there is unchanged", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_is_killed_while_it_writes_leaves_the_old_file_as_it_was()
    {
        File.WriteAllText(Result, "good");
        Assert.NotEqual(0, Shell("ulimit -f 128; exec").Code); // the signal SIGXFSZ ends it
        Assert.Equal("good", File.ReadAllText(Result));
    }

    [Fact]
    public void A_file_keeps_its_mode_and_a_link_stays_a_link()
    {
        string link = _hlx.Folder["link.json"];
        File.WriteAllText(Result, "old");
        File.SetUnixFileMode(Result, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.CreateSymbolicLink(link, Result);
        _hlx.Succeeds("resolve", _handle, "-o", link);
        Assert.StartsWith("[0,1,2,", File.ReadAllText(Result), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, File.GetUnixFileMode(Result));
        Assert.Equal(Result, File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName);
    }

    [Fact]
    public void A_file_that_root_overwrites_keeps_its_owner()
    {
        string owner = Environment.IsPrivilegedProcess ? "1234:1235" : "$(id -u):$(id -g)"; // only root can give a file away
        File.WriteAllText(Result, "old");
        Assert.Equal(0, Shell($"chown {owner} result.json && chmod 640 result.json &&").Code);
        Assert.StartsWith("[0,1,2,", File.ReadAllText(Result), StringComparison.Ordinal);
        Assert.Equal(0, Shell($"test \"$(stat -c '%u:%g %a' result.json)\" = \"{owner} 640\" &&").Code);
    }

    [Fact]
    public void A_link_to_nothing_is_followed()
    {
        File.CreateSymbolicLink(_hlx.Folder["link.json"], "result.json");
        _hlx.Succeeds("resolve", _handle, "-o", _hlx.Folder["link.json"]);
        Assert.StartsWith("[0,1,2,", File.ReadAllText(Result), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        string folder = _hlx.Folder["none"];
        Assert.Contains($"there is no folder \"{folder}\"", _hlx.Fails("E_FILE_IO", "resolve", _handle, "-o", Path.Combine(folder, "a.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Pipes_and_devices_are_written_and_folders_refused()
    {
        _hlx.Succeeds("resolve", _handle, "-o", "/dev/null");
        Assert.StartsWith("[0,1,2,", _hlx.Succeeds("resolve", _handle, "-o", "/dev/stdout"), StringComparison.Ordinal);
        (int code, string errors) = Shell("mkfifo result.json; cat result.json > copy &");
        Assert.True(code == 0, errors);
        Assert.Contains("is a folder", _hlx.Fails("E_FILE_IO", "resolve", _handle, "-o", _hlx.Folder.Path), StringComparison.Ordinal);
    }

    private (int Code, string Errors) Shell(string before)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", $"{before} '{HlxProcess.Program}' resolve '{_handle}' -o result.json"])
        {
            RedirectStandardError = true,
            WorkingDirectory = _hlx.Folder.Path,
        };
        start.Environment["HLX_STORE"] = _hlx.Store;
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // else the managed build's runtime needs a large file of its own
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
