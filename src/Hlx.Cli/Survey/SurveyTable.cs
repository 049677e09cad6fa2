using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Hlx.Cli.Survey;

/// <summary>Counts of a survey, for people.</summary>
internal static partial class SurveyTable
{
    private const int ReasonLength = 110;

    /// <summary>How many entry points of each folder came how far, then the refusals, the most frequent first.</summary>
    public static string Text(IReadOnlyList<SurveyRow> rows)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{"folder",-24} {"modules",8} {"entries",8} {"read",8} {"valid",8} {"planned",8} {"compiled",8} {"ran",8}\n");
        IGrouping<string, SurveyRow>[] folders = [.. rows.GroupBy(row => row.Folder)];
        foreach (IGrouping<string, SurveyRow> folder in folders) Count(text, folder.Key, [.. folder]);
        if (folders.Length > 1) Count(text, "all", rows);
        foreach (IGrouping<(string Code, string Reason), SurveyRow> refusal in rows.Where(row => row.Entry.Code.Length > 0)
            .GroupBy(row => (row.Entry.Code, Reason: Kind(row.Entry.Reason))).OrderByDescending(group => group.Count()).ThenBy(group => group.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"{refusal.Count(),6}  {refusal.Key.Code}  {refusal.Key.Reason}  e.g. {refusal.First().File}\n");
        }
        foreach (IGrouping<string, SurveyRow> level in rows.Where(row => row.Entry.Ran).GroupBy(row => row.Entry.Determinism).OrderByDescending(group => group.Count()))
            text.Append(CultureInfo.InvariantCulture, $"{level.Count(),6}  ran, may claim {level.Key}\n");
        if (rows.Any(row => row.Differences is not null)) Compare(text, [.. rows.Where(row => row.Differences is not null)], rows.Count(row => row.Against.Length > 0));
        return text.ToString().TrimEnd('\n');
    }

    private static void Count(StringBuilder text, string name, IReadOnlyList<SurveyRow> rows)
    {
        int At(SurveyStep step) => rows.Count(row => row.Entry.Step >= step);
        text.Append(
            CultureInfo.InvariantCulture,
            $"{name,-24} {rows.Select(row => row.File).Distinct().Count(),8} {rows.Count,8} {At(SurveyStep.Read),8} {At(SurveyStep.Valid),8} {At(SurveyStep.Planned),8} {At(SurveyStep.Compiled),8} {At(SurveyStep.Ran),8}\n");
    }

    private static void Compare(StringBuilder text, IReadOnlyList<SurveyRow> rows, int missing)
    {
        SurveyRow[] others = [.. rows.Where(row => row.Differences!.Count > 0)];
        text.Append(CultureInfo.InvariantCulture, $"{rows.Count,6}  compared with the other device, which does not run {missing} more; {others.Length} differ\n");
        if (rows.Count(row => row.Races.Count > 0) is int races and > 0)
            text.Append(CultureInfo.InvariantCulture, $"{races,6}  of them have data races with some of the numbers, for which they are not compared\n");
        foreach (SurveyRow row in others) text.Append(CultureInfo.InvariantCulture, $"{row.File} {row.Entry.EntryPoint}\n    {string.Join("\n    ", row.Differences!)}\n");
    }

    // Reasons of one kind differ in names and numbers only.
    private static string Kind(string reason)
    {
        string kind = Number().Replace(Quoted().Replace(Named().Replace(reason, "a binding"), "…"), "N");
        return kind.Length > ReasonLength ? $"{kind[..ReasonLength]}…" : kind;
    }

    [GeneratedRegex(@"binding [0-9]+\.[0-9]+ \([^)]*\)")]
    private static partial Regex Named();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![A-Za-z0-9])-?[0-9]+(\[[^\]]*\])?")]
    private static partial Regex Number();
}
