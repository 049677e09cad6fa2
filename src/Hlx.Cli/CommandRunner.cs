namespace Hlx.Cli;

/// <summary>Runs a command line: 0 done, 1 failed with one line <c>error E_CODE: …</c>, 2 wrong usage.</summary>
internal static class CommandRunner
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    public static int Run(RootCommand root, string[] arguments)
    {
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct()) Console.Error.WriteLine($"usage error: {message}");
            Console.Error.WriteLine("Run the command with --help.");
            return WrongUsage;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (HlxException failure)
        {
            return Fail(failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Fail(new HlxException(ErrorCode.FileIo, failure.Message.TrimEnd('.'), "Check the path and its permissions"));
        }
#pragma warning disable CA1031 // Nobody who uses the command should meet a stack trace; the message asks for a report.
        catch (Exception failure)
        {
            return Fail(new HlxException(ErrorCode.Internal, $"{failure.GetType().Name}: {failure.Message.TrimEnd('.')}", "This is a defect of HLX; please report it with the command line"));
        }
#pragma warning restore CA1031
    }

    private static int Fail(HlxException failure)
    {
        Console.Error.WriteLine($"error {failure.Message.ReplaceLineEndings(" ")}");
        return Failed;
    }
}
