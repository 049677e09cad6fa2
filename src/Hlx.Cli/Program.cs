using Hlx.Cli;
using Hlx.Cli.Commands;

RootCommand root = new("HLX: GPU compute in which kernels, inputs and results are content-addressed values.")
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
StandardStreams.Install();
return CommandRunner.Run(root, args);
