using Hlx.Cli.Commands;

namespace Hlx.Cli;

/// <summary>The command with all its subcommands.</summary>
internal static class HlxCommand
{
    public static RootCommand Create() => new("HLX: GPU compute in which kernels, inputs and results are content-addressed values.")
    {
        ConvertCommand.Create(),
        CollapseCommand.Create(),
        ResolveCommand.Create(),
        ValidateCommand.Create(),
        DevicesCommand.Create(),
        DoctorCommand.Create(),
        StoreCommand.Create(),
        CacheCommand.Create(),
        ShaderCommand.Create(),
        GemmCommand.Create(),
        RunCommand.Create(),
        VerifyCommand.Create(),
        BenchCommand.Create(),
        ProbeCommand.Create(),
    };
}
