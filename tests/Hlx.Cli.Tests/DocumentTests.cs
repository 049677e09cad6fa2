using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>
/// The console blocks of the documents are run, in order, in one shell for each document; what they print must be what the document shows.
/// A "…" stands for any text.
/// </summary>
public sealed partial class DocumentTests : IDisposable
{
    private const int TimeoutMilliseconds = 300_000;

    private static readonly string Docs = Path.Combine(TestData.Root, "docs");

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Documents => [.. Directory.GetFiles(Docs, "*.md").Where(file => Blocks(File.ReadAllText(file)).Any()).Select(file => Path.GetFileName(file)!)];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Documents))]
    public void What_a_document_shows_is_what_happens(string document)
    {
        (string Command, string[] Expected)[] steps = [.. Blocks(File.ReadAllText(Path.Combine(Docs, document))).SelectMany(Steps)];
        Assert.NotEmpty(steps);
        StringBuilder script = new("set -e\n");
        for (int i = 0; i < steps.Length; i++) script.Append($"printf '\\n@@ {i}\\n'\n{steps[i].Command}\n");
        (int code, string output, string errors) = Shell(script.ToString());
        string[] outputs = output.Split("\n@@ ")[1..];
        Assert.True(code == 0, $"{document}: exit code {code} at \"{steps[Math.Max(outputs.Length - 1, 0)].Command}\": {errors}");
        for (int i = 0; i < steps.Length; i++)
        {
            string[] lines = [.. outputs[i].Split('\n')[1..].Select(line => line.TrimEnd())];
            if (steps[i].Expected.Length == 0) continue; // a step whose output does not matter to the reader
            string actual = string.Join('\n', lines).TrimEnd(), expected = string.Join('\n', steps[i].Expected);
            Assert.True(Fits(expected, actual), $"{document}: $ {steps[i].Command}\nprints\n{actual}\nand not\n{expected}");
        }
    }

    private static IEnumerable<string> Blocks(string markdown) => Console().Matches(markdown).Select(match => match.Groups[1].Value);

    // "$ " begins a command, "> " goes on with it, and other lines are its output.
    private static IEnumerable<(string Command, string[] Expected)> Steps(string block)
    {
        string? command = null;
        List<string> expected = [];
        foreach (string line in block.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("$ ", StringComparison.Ordinal))
            {
                if (command is not null) yield return (command, [.. expected]);
                (command, expected) = (line[2..], []);
                continue;
            }
            if (line == ">" || line.StartsWith("> ", StringComparison.Ordinal)) command += "\n" + (line.Length > 2 ? line[2..] : "");
            else expected.Add(line.TrimEnd());
        }
        if (command is not null) yield return (command, [.. expected]);
    }

    private static bool Fits(string expected, string actual) => Regex.IsMatch(actual, $"^{string.Join(".*", expected.Split('…').Select(Regex.Escape))}$", RegexOptions.Singleline);

    private (int Code, string Output, string Errors) Shell(string script)
    {
        string bin = _folder["bin"];
        Directory.CreateDirectory(bin);
        string program = Environment.GetEnvironmentVariable("HLX_TEST_PROGRAM") is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "Hlx.Cli");
        File.CreateSymbolicLink(Path.Combine(bin, "hlx"), program);
        string work = _folder["work"];
        Directory.CreateDirectory(work);
        ProcessStartInfo start = new("bash", ["-s"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = work };
        start.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        (start.Environment["HLX_STORE"], start.Environment["HLX_CACHE"], start.Environment["HLX_REPOSITORY"]) = (_folder["store"], _folder["cache"], TestData.Root);
        start.Environment.Remove("HLX_DEVICE");
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeoutMilliseconds), "the document's commands did not finish");
        return (process.ExitCode, output.Result, errors.Result);
    }

    [GeneratedRegex("^```console\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Console();
}
