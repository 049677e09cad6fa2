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
        // Known even where the command line is wrong, so that a program that asked for JSON always gets it.
        bool json = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Any(token => token.Value == "--json");
        string[] errors = UsageErrors.Of(parsed);
        if (errors.Length > 0)
        {
            foreach (string message in errors) Console.Error.WriteLine($"usage error: {message}");
            Console.Error.WriteLine("Run the command with --help.");
            if (json) WriteJson(ErrorCode.Usage, string.Join("; ", errors), "Run the command with --help");
            return WrongUsage;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (HlxException failure)
        {
            return Fail(failure, json);
        }
        catch (AggregateException several) when (several.Flatten().InnerExceptions[0] is HlxException failure)
        {
            return Fail(failure, json);
        }
        catch (OutOfMemoryException)
        {
            return Fail(new HlxException(ErrorCode.DeviceMemory, "this machine has not enough memory for the request", "Cut it into parts"), json);
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

    private static int Fail(HlxException failure, bool json)
    {
        Console.Error.WriteLine($"error {failure.Message.ReplaceLineEndings(" ")}");
        if (json) WriteJson(failure.Code, failure.What, failure.Remedy);
        return Failed;
    }

    private static void WriteJson(string code, string what, string remedy)
    {
        try
        {
            Console.Out.WriteLine(Json.Encode(HlxValue.Object(
                ("error", HlxValue.Object(("code", code), ("message", what), ("remedy", remedy))))));
        }
        catch (Exception unwritten) when (unwritten is HlxException or IOException)
        {
            // Standard output is what fails; standard error has the message.
        }
    }
}
