using System.Globalization;
using Hlx.Compute;
using Hlx.Store;

namespace Hlx.Cli.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        Argument<string> contract = Shared.Source("CONTRACT", "A kernel (901) or pipeline (902): a handle, or a file in JSON, LC-T or LC-B, or -.");
        Option<string?> device = Shared.Device();
        Option<double?> timeout = Shared.Timeout();
        Option<bool> noMemo = new("--no-memo") { Description = "Compute even if the result is known." }, json = Shared.Json();
        Command command = new("run", "Run a kernel or a pipeline and print the handle of each output.") { contract, device, timeout, noMemo, json };
        command.SetAction(parsed =>
        {
            using ProgressLine progress = new();
            using HlxRuntime runtime = Shared.Open(parsed.GetValue(device), !parsed.GetValue(noMemo), parsed.GetValue(timeout), progress);
            Shared.RequireDevice(runtime, parsed.GetValue(device), forShaders: true);
            HlxValue value = Shared.ReadValue(runtime.Space, parsed.GetValue(contract)!);
            KernelRun run = ContractValidator.IdOf(value) == PipelineConfig.ContractId
                ? runtime.RunPipeline(PipelineConfig.FromValue(value))
                : runtime.RunKernel(ComputeKernel.FromValue(value));
            progress.Dispose();
            Shared.NoteMissingValidator();
            if (!parsed.GetValue(json))
            {
                string times = string.Join(" + ", run.DeviceTimes.Select(time => time?.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture) ?? "?"));
                Console.Error.WriteLine(run.IsMemoized ? "known already: nothing was computed" : $"ran on {runtime.KernelDevice.Name} in {times} ms on the device");
            }
            foreach (Handle output in run.Outputs) Shared.Write(parsed.GetValue(json), output.Text, () => HlxValue.Object(("handle", output), ("memoized", run.IsMemoized)));
        });
        return command;
    }
}
