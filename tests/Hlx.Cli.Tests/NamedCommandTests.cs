using System.CommandLine;
using System.Text.RegularExpressions;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>What the documents and the command's own messages tell a user to type exists: commands and options of hlx, and scripts.</summary>
public sealed partial class NamedCommandTests
{
    private static IEnumerable<string> Documents => [.. Files("*.md"), .. Directory.GetFiles(Path.Combine(TestData.Root, "docs"), "*.md", SearchOption.AllDirectories), Path.Combine(TestData.Root, "benchmarks", "results", "README.md")];

    private static IEnumerable<string> Sources => new[] { "src", "examples", "scripts" }
        .SelectMany(folder => Directory.GetFiles(Path.Combine(TestData.Root, folder), "*", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [Fact]
    public void Commands_and_options_of_hlx_exist()
    {
        (string File, string Line)[] named = [.. Documents.Concat(Sources).SelectMany(file => Lines(File.ReadAllText(file)).Select(line => (Path.GetRelativePath(TestData.Root, file), line)))];
        Assert.True(named.Length > 50, $"only {named.Length} command lines were found");
        Assert.Equal([], named.Select(item => Fault(item.Line) is string fault ? $"{item.File}: {item.Line}: {fault}" : "").Where(text => text.Length > 0));
    }

    [Fact]
    public void Scripts_that_documents_name_exist()
    {
        (string File, string Script)[] named = [.. Documents.SelectMany(file => Script().Matches(File.ReadAllText(file)).Select(match => (Path.GetFileName(file), match.Groups[1].Value)))];
        Assert.NotEmpty(named);
        Assert.Equal([], named.Where(item => !File.Exists(Path.Combine(TestData.Root, "scripts", item.Script))).Select(item => $"{item.File}: scripts/{item.Script}"));
    }

    [Theory]
    [InlineData("store stats", "there is no command stats")]
    [InlineData("gemm a.npy b.npy --to npy", "there is no option --to")]
    [InlineData("bench gemm --size=64 --runs 9 | tail", null)]
    [InlineData("devices run -- prog --its-own", null)]
    [InlineData("store ls|stat", null)]
    [InlineData("...", null)]
    public void A_command_line_is_judged_by_the_parsers_own_tables(string line, string? fault) => Assert.Equal(fault, Fault(line));

    private static IEnumerable<string> Files(string pattern) => Directory.GetFiles(TestData.Root, pattern).Where(file => Path.GetFileName(file) != "CHANGELOG.md"); // which tells of the past

    // In `code`, at the start of a line of a block, after "$ " or "(", and in a message's quotation marks.
    private static IEnumerable<string> Lines(string text) => CommandLine().Matches(text).Select(match => match.Groups[1].Value);

    private static string? Fault(string line)
    {
        Command command = HlxCommand.Create();
        foreach (string word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "--" or "|" or ">" or "2>&1" or "&&" or "||" or ";" or "#") return null;
            if (word.StartsWith('-') && word.Length > 1)
            {
                string name = OptionName().Match(word).Value;
                bool isOption = name is "-h" or "--help" or "--version" || command.Options.Any(option => option.Name == name || option.Aliases.Contains(name));
                if (!isOption) return $"there is no option {name}";
            }
            else if (command.Subcommands.Count > 0 && Name().IsMatch(word))
            {
                if (command.Subcommands.FirstOrDefault(item => item.Name == word.Split('|')[0]) is not Command found) return $"there is no command {word}";
                command = found;
            }
        }
        return null;
    }

    [GeneratedRegex(@"(?:`|^\$ |^|[^\w]\()hlx ([a-z-][^`\n\)]*)", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex("^--?[a-z-]+")]
    private static partial Regex OptionName();

    [GeneratedRegex("^[a-z][a-z|-]*$")]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<![\w/.-])scripts/([a-z0-9-]+)")]
    private static partial Regex Script();
}
