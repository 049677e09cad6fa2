namespace Hlx.Cli;

/// <summary>This program, for processes of its own.</summary>
internal static class OwnProgram
{
    /// <summary>The words that start it. A framework-dependent build is run by the dotnet host, which then needs the assembly.</summary>
    public static string[] Words
    {
        get
        {
            string program = Environment.ProcessPath!;
            return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0]] : [program];
        }
    }
}
