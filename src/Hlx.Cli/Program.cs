using Hlx.Cli;

StandardStreams.Install();
return CommandRunner.Run(HlxCommand.Create(), args);
