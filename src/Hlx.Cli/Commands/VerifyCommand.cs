namespace Hlx.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Create()
    {
        Argument<string> handle = Shared.Source("HANDLE", "The handle of a result that `hlx gemm` printed.");
        Option<string?> device = Shared.Device();
        Option<double?> timeout = Shared.Timeout();
        Option<bool> json = Shared.Json();
        Command command = new("verify", "Compute a result again, on another device if you name one, and compare. Exits 1 if it differs.") { handle, device, timeout, json };
        command.SetAction(parsed =>
        {
            using ProgressLine progress = new();
            using HlxRuntime runtime = Shared.Open(parsed.GetValue(device), timeout: parsed.GetValue(timeout), progress: progress);
            VerifyRun run = runtime.Verify(Handle.Parse(parsed.GetValue(handle)!));
            progress.Dispose();
            Shared.NoteFallback(runtime);
            Shared.Write(
                parsed.GetValue(json),
                run.IsSame ? $"the same handle from {run.Device}" : $"ANOTHER HANDLE from {run.Device}: {run.Recomputed}",
                () => HlxValue.Object(("same", run.IsSame), ("recomputed", run.Recomputed), ("device", run.Device)));
            return run.IsSame ? 0 : 1;
        });
        return command;
    }
}
