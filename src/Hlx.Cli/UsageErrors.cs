using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Hlx.Cli;

/// <summary>What is wrong with a command line, one sentence for each fault.</summary>
internal static partial class UsageErrors
{
    /// <summary>The faults of a command line; none if it can be run.</summary>
    public static string[] Of(ParseResult parsed)
    {
        Func<ParseResult, IEnumerable<string>>[] kinds = [UnknownCommands, UnknownOptions, EmptyValues];
        foreach (Func<ParseResult, IEnumerable<string>> faults in kinds)
        {
            string[] found = [.. faults(parsed)];
            if (found.Length > 0) return found;
        }
        return [.. parsed.Errors.Select(error => InOneLine(error.Message)).Distinct()];
    }

    private static IEnumerable<string> UnknownCommands(ParseResult parsed) => parsed.CommandResult.Command.Subcommands.Count == 0
        ? []
        : parsed.UnmatchedTokens.Where(token => !token.StartsWith('-')).Take(1).Select(token => $"there is no command \"{token}\"");

    // A misspelt option would otherwise be taken for a positional argument. What follows -- and negative numbers are none.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .Where(token => token is { Type: TokenType.Argument, Value: { Length: > 1 } text } && text[0] == '-' && !char.IsAsciiDigit(text[1]))
        .Select(token => $"there is no option {token.Value}; write -- before a name that begins with a -");

    // An empty value is what a shell makes of a variable that is not set; of several values only the first is a name.
    private static IEnumerable<string> EmptyValues(ParseResult parsed) => parsed.CommandResult.Children.Select(result => result switch
    {
        OptionResult { IdentifierToken: Token name, Tokens: [{ Value: "" }, ..] } => $"{name.Value} is empty",
        ArgumentResult { Argument.Name: string name, Tokens: [{ Value: "" }, ..] } => $"{name} is empty",
        _ => "",
    }).Where(message => message.Length > 0);

    // System.CommandLine lists what is allowed in lines of their own.
    private static string InOneLine(string message) => ListEntry().Replace(ListStart().Replace(message, ": "), ", ");

    [GeneratedRegex(@":\r?\n\t")]
    private static partial Regex ListStart();

    [GeneratedRegex(@"\r?\n\t")]
    private static partial Regex ListEntry();
}
