using System.Text;
using System.Text.RegularExpressions;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>docs/CLI.md is made from the command's own help. HLX_UPDATE_DOCS=1 writes it anew.</summary>
public sealed partial class CommandDocumentTests : IDisposable
{
    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    [Fact]
    public void Every_command_is_documented_with_its_help()
    {
        StringBuilder text = new();
        text.Append("# The hlx command\n\nData goes to stdout; progress and notes go to stderr. Exit codes: 0 done, 1 failed with one line `error E_CODE: what. What to do.` ([all codes](ERRORS.md)), 2 wrong usage. `-` is standard input or output.\n");
        text.Append("Under `--json` a failure is one line of JSON on stdout as well, `{\"error\":{\"code\":…,\"message\":…,\"remedy\":…}}`; the code of wrong usage is `E_USAGE`.\n");
        text.Append("Environment: `HLX_STORE` names the folder of the store, `HLX_CACHE` that of compiled pipelines, `HLX_DEVICE` the device, `HLX_TIMEOUT` the seconds that a request may take, `HLX_VULKAN_LOADER` another Vulkan loader.\n");
        Document([], text);
        string file = Path.Combine(TestData.Root, "docs", "CLI.md");
        if (Environment.GetEnvironmentVariable("HLX_UPDATE_DOCS") == "1") File.WriteAllText(file, text.ToString());
        Assert.True(File.ReadAllText(file) == text.ToString(), $"{file} is not what the command's help says; run this test with HLX_UPDATE_DOCS=1 and commit the file");
    }

    private void Document(string[] command, StringBuilder text)
    {
        string help = Usage().Replace(_hlx.Succeeds([.. command, "--help"]), "Usage:\n  hlx");
        text.Append($"\n## {string.Join(' ', ["hlx", .. command])}\n\n```text\n{Ends().Replace(help, "").TrimEnd()}\n```\n");
        int commands = help.IndexOf("\nCommands:", StringComparison.Ordinal);
        if (commands < 0) return;
        foreach (Match match in Name().Matches(help[commands..])) Document([.. command, match.Groups[1].Value], text);
    }

    [GeneratedRegex(@"Usage:\n  (hlx|Hlx\.Cli)")]
    private static partial Regex Usage();

    [GeneratedRegex("[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex Ends();

    [GeneratedRegex(@"^  ([a-z][a-z-]*)", RegexOptions.Multiline)]
    private static partial Regex Name();
}
