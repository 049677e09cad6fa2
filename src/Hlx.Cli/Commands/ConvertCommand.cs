namespace Hlx.Cli.Commands;

internal static class ConvertCommand
{
    public static Command Create()
    {
        Option<string> from = Shared.Format("--from", "json", "json", "lct", "lcb");
        Option<string> to = Shared.Format("--to", "lct", "json", "lct", "lcb", "runic");
        Option<bool> lines = new("--lines") { Description = "One value a line; LC-B as hex." };
        Option<bool> keepGoing = new("--keep-going") { Description = "With --lines: a bad line becomes !E_CODE message." };
        Argument<string> file = Shared.File();
        Command command = new("convert", "Convert values between JSON, LC-T, LC-B and runes.") { from, to, lines, keepGoing, file };
        command.SetAction(parsed =>
        {
            string source = parsed.GetValue(from)!, target = parsed.GetValue(to)!;
            byte[] input = Shared.ReadAll(parsed.GetValue(file)!);
            if (parsed.GetValue(lines)) ConvertLines(input, source, target, parsed.GetValue(keepGoing));
            else Shared.WriteBytes(ValueFormat.Encode(target, ValueFormat.Decode(source, input)));
        });
        return command;
    }

    private static void ConvertLines(byte[] input, string source, string target, bool keepGoing)
    {
        using StreamWriter output = new(StandardStreams.OpenOutput());
        foreach ((int number, string line) in ValueFormat.Lines(input))
        {
            try
            {
                output.Write(ValueFormat.EncodeLine(target, ValueFormat.DecodeLine(source, number, line)));
            }
            catch (HlxException bad) when (keepGoing)
            {
                output.Write($"!{bad.Code} {bad.Message[(bad.Code.Length + 2)..]}");
            }
            output.Write('\n');
        }
    }
}
