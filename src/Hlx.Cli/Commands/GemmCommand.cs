using System.Globalization;
using Hlx.Compute;

namespace Hlx.Cli.Commands;

internal static class GemmCommand
{
    public static Command Create()
    {
        Argument<string> a = Shared.Source("A", "A matrix [M,K] of the type of --numerics: an npy file or a handle.");
        Argument<string> b = Shared.Source("B", "A matrix [K,N] of the same type.");
        Option<string?> output = Shared.Output("Write the product as an npy file; the handle goes to standard error with -.");
        Option<string> numerics = Shared.Format("--numerics", NumericsProfile.Fp32Ieee, [.. NumericsProfile.All]);
        Option<string?> device = Shared.Device();
        Option<double?> timeout = Shared.Timeout();
        Option<bool> noMemo = new("--no-memo") { Description = "Compute even if the result is known." };
        Option<bool> json = Shared.Json();
        Command command = new("gemm", "Multiply two matrices and print the handle of the product.") { a, b, output, numerics, device, timeout, noMemo, json };
        command.SetAction(parsed =>
        {
            using ProgressLine progress = new();
            using HlxRuntime runtime = Shared.Open(parsed.GetValue(device), !parsed.GetValue(noMemo), parsed.GetValue(timeout), progress);
            Shared.RequireDevice(runtime, parsed.GetValue(device));
            ProductRun run = runtime.Multiply(Load(runtime, parsed.GetValue(a)!), Load(runtime, parsed.GetValue(b)!), parsed.GetValue(numerics)!);
            progress.Dispose();
            Shared.NoteFallback(runtime);
            if (parsed.GetValue(output) is string file) Shared.WriteBytes(Npy.Encode(runtime.Resolve<Tensor>(run.Result)), file);
            if (!parsed.GetValue(json)) Console.Error.WriteLine(Describe(run));
            Shared.WriteBeside(parsed.GetValue(output), parsed.GetValue(json), run.Result.Text, () => HlxValue.Object(
                ("handle", run.Result), ("memoized", run.IsMemoized), ("device", run.Device), ("elapsed_us", run.Elapsed.TotalMicroseconds),
                ("device_us", run.DeviceTime is TimeSpan time ? time.TotalMicroseconds : HlxValue.Null),
                ("path", run.Path is FmaPath path ? path.ToString().ToLowerInvariant() : HlxValue.Null)));
        });
        return command;
    }

    private static Handle Load(HlxRuntime runtime, string source) =>
        Handle.IsHandleText(source) ? Handle.Parse(source) : runtime.Collapse(Npy.Decode(Shared.ReadAll(source)));

    private static string Describe(ProductRun run) => run.IsMemoized
        ? string.Create(CultureInfo.InvariantCulture, $"memoized, found in {run.Elapsed.TotalMilliseconds:F2} ms")
        : string.Create(CultureInfo.InvariantCulture, $"computed on {run.Device} in {run.DeviceTime?.TotalMilliseconds:F3} ms on the device, {run.Elapsed.TotalMilliseconds:F1} ms in all");
}
