using Hlx.Store;

namespace Hlx.Cli.Commands;

internal static class CollapseCommand
{
    public static Command Create()
    {
        Option<string> from = Shared.Format("--from", "json", "json", "lct", "lcb", "npy");
        Option<bool> lines = new("--lines") { Description = "One value a line; LC-B as hex. All are stored, or none." };
        Option<bool> normalize = new("--normalize") { Description = "Pre-serialise texts first: NFC, LF, no trailing white space." };
        Option<bool> json = Shared.Json();
        Argument<string> file = Shared.File();
        Command command = new("collapse", "Store values and print their handles.") { from, lines, normalize, json, file };
        command.SetAction(parsed =>
        {
            string format = parsed.GetValue(from)!;
            byte[] input = Shared.ReadAll(parsed.GetValue(file)!);
            using LatentSpace space = LatentSpace.Open();
            if (format == "npy")
            {
                Print(parsed.GetValue(json), [space.Collapse(Npy.Decode(input))]);
                return;
            }
            HlxValue[] values = parsed.GetValue(lines)
                ? [.. ValueFormat.Lines(input).Select(line => ValueFormat.DecodeLine(format, line.Number, line.Text))]
                : [ValueFormat.Decode(format, input)];
            using LatentTransaction transaction = space.BeginTransaction();
            Handle[] handles = [.. values.Select(value => transaction.Collapse(parsed.GetValue(normalize) ? PreSerialize.Normalize(value) : value))];
            transaction.Commit();
            Print(parsed.GetValue(json), handles);
        });
        return command;
    }

    private static void Print(bool json, Handle[] handles)
    {
        foreach (Handle handle in handles) Shared.Write(json, handle.Text, () => HlxValue.Object(("handle", handle)));
    }
}
