using System.Globalization;
using Hlx.Compute;
using Hlx.Store;

namespace Hlx.Cli.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        Argument<string> contract = Shared.Source("CONTRACT", "A CONTRACT_901: a handle, or a file in JSON, LC-T or LC-B, or -.");
        Option<string?> device = Shared.Device();
        Option<bool> json = Shared.Json();
        Command command = new("run", "Run a kernel and print the handle of each output.") { contract, device, json };
        command.SetAction(parsed =>
        {
            using HlxRuntime runtime = Shared.Open(parsed.GetValue(device));
            HlxValue value = Shared.ReadValue(runtime.Space, parsed.GetValue(contract)!);
            if (ContractValidator.IdOf(value) == PipelineConfig.ContractId)
            {
                _ = PipelineConfig.FromValue(value);
                throw new HlxException(ErrorCode.StageUnsupported, "this version does not execute pipelines (CONTRACT_902)", "Run its stages one by one");
            }
            KernelRun run = runtime.RunKernel(ComputeKernel.FromValue(value));
            if (!parsed.GetValue(json))
            {
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"ran on {runtime.KernelDevice.Name} in {run.DeviceTime?.TotalMilliseconds:F3} ms on the device"));
            }
            foreach (Handle output in run.Outputs) Shared.Write(parsed.GetValue(json), output.Text, () => HlxValue.Object(("handle", output)));
        });
        return command;
    }
}
