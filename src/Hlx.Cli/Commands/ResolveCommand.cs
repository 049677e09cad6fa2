using Hlx.Store;

namespace Hlx.Cli.Commands;

internal static class ResolveCommand
{
    public static Command Create()
    {
        Argument<string> handle = Shared.Source("HANDLE", "A handle, in quotes for the shell's sake.");
        Option<string> to = Shared.Format("--to", "json", "json", "lct", "lcb", "runic", "npy", "raw");
        Option<string?> output = Shared.Output("Write to a file.");
        Command command = new("resolve", "Print the value of a handle. A tensor becomes an npy file with --to npy, its numbers with --to raw.") { handle, to, output };
        command.SetAction(parsed =>
        {
            Handle name = Handle.Parse(parsed.GetValue(handle)!);
            using LatentSpace space = Shared.OpenExisting();
            byte[] bytes = parsed.GetValue(to) switch
            {
                "npy" => Npy.Encode(space.ResolveTensor(name)),
                "raw" => name.IsBlob ? space.ResolveBytes(name).ToArray() : space.ResolveTensor(name).Data.ToArray(),
                string format => ValueFormat.Encode(format, space.Resolve(name)),
                null => [],
            };
            Shared.WriteBytes(bytes, parsed.GetValue(output));
        });
        return command;
    }
}
