using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>The hlx command as a user starts it, with a store of its own.</summary>
/// <param name="program">Another program than <see cref="Program"/>.</param>
internal sealed class HlxProcess(string? program = null) : IDisposable
{
    /// <summary>The command that is tested. HLX_TEST_PROGRAM names another build of it, such as the native one.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("HLX_TEST_PROGRAM") is { Length: > 0 } named
        ? named
        : Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "Hlx.Cli");

    // Guards against a hang, not against a slow machine: the slowest command compiles for two minutes beside other work.
    private const int TimeoutMilliseconds = 600_000;

    public TempFolder Folder { get; } = new();

    /// <summary>The folder it runs in; that of the tests unless given.</summary>
    public string? WorkingFolder { get; init; }

    public string Store => Folder["store"];

    /// <summary>Runs a command; standard input is empty unless given.</summary>
    public (int ExitCode, string Output, string Errors) Run(string input, params string[] arguments) => Run(input, [], arguments);

    /// <summary>Runs a command with other environment variables.</summary>
    public (int ExitCode, string Output, string Errors) Run(string input, (string Name, string Value)[] variables, string[] arguments)
    {
        ProcessStartInfo start = new(program ?? Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (WorkingFolder is not null) start.WorkingDirectory = WorkingFolder;
        start.Environment["HLX_STORE"] = Store;
        start.Environment["HLX_CACHE"] = Folder["cache"];
        start.Environment.Remove("HLX_DEVICE");
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeoutMilliseconds), "the command did not finish");
        return (process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Runs a command that must succeed; returns its output without the last line end.</summary>
    public string Succeeds(params string[] arguments) => SucceedsWith("", arguments);

    public string SucceedsWith(string input, params string[] arguments)
    {
        (int code, string output, string errors) = Run(input, arguments);
        Assert.True(code == 0, $"exit code {code}: {errors}");
        return output.TrimEnd('\n');
    }

    /// <summary>Runs a command that must fail with one line that starts with a code.</summary>
    public string Fails(string code, params string[] arguments) => FailsWith("", code, arguments);

    public string FailsWith(string input, string code, params string[] arguments)
    {
        (int exit, string output, string errors) = Run(input, arguments);
        Assert.Equal(1, exit);
        Assert.Empty(output);
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.StartsWith("note: ", StringComparison.Ordinal));
        Assert.StartsWith($"error {code}: ", line, StringComparison.Ordinal);
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        return line;
    }

    public void Dispose() => Folder.Dispose();

    [ModuleInitializer]
    internal static void UseCpuDrivers() => CpuDrivers.Use();
}
