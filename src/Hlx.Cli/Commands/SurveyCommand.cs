using Hlx.Cli.Survey;

namespace Hlx.Cli.Commands;

/// <summary>Tries every SPIR-V module of folders: what is read, runnable, refused and why.</summary>
internal static class SurveyCommand
{
    private const int DefaultTimeout = 30, MostTimeout = 1_000_000;

    private static string[] Steps => ["read", "valid", "planned", "compiled", "ran"];

    public static Command Create()
    {
        Argument<string[]> folders = new("FOLDER") { Description = "Folders of .spv files, their subfolders included, or files.", Arity = ArgumentArity.OneOrMore };
        Option<string?> device = Shared.Device(), against = new("--against") { Description = "Another device: what may claim device-to-device runs on both, and every difference is listed." };
        Option<string> until = new("--until") { Description = $"The step to stop after: {string.Join(", ", Steps)}.", DefaultValueFactory = _ => Steps[^1] };
        until.AcceptOnlyFromAmong(Steps);
        Option<int> timeout = Numbers.One("--timeout", "Seconds to wait for each step of a module.", DefaultTimeout, most: MostTimeout);
        Option<bool> json = new("--json") { Description = "Write one line of JSON for each entry point instead of counts." };
        Command command = new("survey", "Try the SPIR-V modules of folders: what is read, runnable, refused and why. Exits 1 if devices differ.") { folders, device, against, until, timeout, json };
        command.SetAction(parsed =>
        {
            TimeSpan patience = TimeSpan.FromSeconds(parsed.GetValue(timeout));
            SurveyStep last = Enum.Parse<SurveyStep>(parsed.GetValue(until)!, ignoreCase: true);
            (string Folder, string File)[] files = [.. parsed.GetValue(folders)!.SelectMany(Files)];
            using SurveyProcess first = new(parsed.GetValue(device), last, patience);
            using SurveyProcess? second = parsed.GetValue(against) is string other ? new(other, last, patience) : null;
            Console.Error.WriteLine($"{files.Length} modules on {first.Device} ({first.Driver}){(second is null ? "" : $" and {second.Device} ({second.Driver})")}");
            Shared.NoteMissingValidator();
            List<SurveyRow> rows = [];
            for (int i = 0; i < files.Length; i++)
            {
                SurveyRow[] found = [.. Rows(files[i], first, second)];
                rows.AddRange(found);
                if (parsed.GetValue(json)) Array.ForEach(found, row => Console.Out.WriteLine(Json.Encode(row.ToValue())));
                if ((i + 1) % 100 == 0 || i + 1 == files.Length) Console.Error.WriteLine($"{i + 1} of {files.Length} modules, {rows.Count(row => row.Entry.Ran)} entry points ran");
            }
            if (!parsed.GetValue(json)) Console.Out.WriteLine(SurveyTable.Text(rows));
            return rows.Any(row => row.Differences is { Count: > 0 }) ? 1 : 0;
        });
        return command;
    }

    private static IEnumerable<SurveyRow> Rows((string Folder, string File) file, SurveyProcess first, SurveyProcess? second)
    {
        string path = Path.Combine(file.Folder, file.File);
        SurveyAnswer answer = first.Try(path, second is not null);
        SurveyAnswer? other = second is not null && answer.Outputs.Count > 0 ? second.Try(path, true) : null;
        return answer.Entries.Select(entry => new SurveyRow(file.Folder, file.File, entry, other is null ? null : SurveyComparison.Differences(entry.EntryPoint, answer, other))
        {
            Races = [.. answer.Races.Concat(other?.Races ?? []).Where(race => race.EntryPoint == entry.EntryPoint).Select(race => race.Range).Distinct()],
            Against = other?.Entries.FirstOrDefault(its => its.EntryPoint == entry.EntryPoint && its.Code.Length > 0) is { } its ? $"{its.Code}: {its.Reason}" : "",
        });
    }

    private static IEnumerable<(string Folder, string File)> Files(string path)
    {
        if (File.Exists(path)) return [(Path.GetDirectoryName(path) ?? "", Path.GetFileName(path))];
        string[] found = Directory.Exists(path) ? Directory.GetFiles(path, "*.spv", SearchOption.AllDirectories) : [];
        if (found.Length == 0) throw new HlxException(ErrorCode.FileIo, $"there is no .spv file in \"{path}\"", "Name a folder of SPIR-V modules");
        return found.Order(StringComparer.Ordinal).Select(file => (path, Path.GetRelativePath(path, file)));
    }
}
