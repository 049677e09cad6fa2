using System.CommandLine.Parsing;

namespace Hlx.Cli;

/// <summary>Runs a command line: 0 done, 1 failed with one line <c>error E_CODE: …</c>, 2 wrong usage.</summary>
internal static class CommandRunner
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    public static int Run(RootCommand root, string[] arguments)
    {
        // A file's name may begin with an @, which System.CommandLine would take for a file of further arguments.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        string[] unknown = [.. UnknownOptions(parsed)], errors = unknown.Length > 0 ? unknown : [.. parsed.Errors.Select(error => error.Message)];
        if (errors.Length > 0)
        {
            foreach (string message in errors.Distinct()) Console.Error.WriteLine($"usage error: {message}");
            Console.Error.WriteLine("Run the command with --help.");
            return WrongUsage;
        }
        bool json = parsed.CommandResult.Command.Options.OfType<Option<bool>>().FirstOrDefault(option => option.Name == "--json") is { } option && parsed.GetValue(option);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (HlxException failure)
        {
            return Fail(failure, json);
        }
        catch (IOException failure) when (OutputFile.IsBrokenPipe(failure))
        {
            return Failed; // nobody reads on, as after `hlx ... | head`
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Fail(new HlxException(ErrorCode.FileIo, failure.Message.TrimEnd('.'), "Check the path and its permissions"), json);
        }
#pragma warning disable CA1031 // Nobody who uses the command should meet a stack trace; the message asks for a report.
        catch (Exception failure)
        {
            string what = $"{failure.GetType().Name}: {failure.Message.TrimEnd('.')}";
            return Fail(new HlxException(ErrorCode.Internal, what, "This is a defect of HLX; please report it with the command line"), json);
        }
#pragma warning restore CA1031
    }

    // A misspelt option would otherwise be taken for a positional argument. What follows -- and negative numbers are none.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .Where(token => token is { Type: TokenType.Argument, Value: { Length: > 1 } text } && text[0] == '-' && !char.IsAsciiDigit(text[1]))
        .Select(token => $"there is no option {token.Value}; write -- before a name that begins with a -");

    private static int Fail(HlxException failure, bool json)
    {
        Console.Error.WriteLine($"error {failure.Message.ReplaceLineEndings(" ")}");
        if (json)
        {
            Console.Out.WriteLine(Json.Encode(HlxValue.Object(
                ("error", HlxValue.Object(("code", failure.Code), ("message", failure.What), ("remedy", failure.Remedy))))));
        }
        return Failed;
    }
}
