namespace Hlx.Cli.Survey;

/// <summary>What a survey says about an entry point of a file.</summary>
/// <param name="Folder">The folder that was named, or the file's own.</param>
/// <param name="File">The file, relative to the folder.</param>
/// <param name="Entry">What became of it.</param>
/// <param name="Differences">Where another device gave something else; null if it was not compared.</param>
internal sealed record SurveyRow(string Folder, string File, SurveyEntry Entry, IReadOnlyList<string>? Differences = null)
{
    /// <summary>Why the other device did not run it; empty if it did, or was not asked.</summary>
    public string Against { get; init; } = "";

    /// <summary>The ranges of numbers with which invocations met, on either device: a data race, for which nothing is promised.</summary>
    public IReadOnlyList<string> Races { get; init; } = [];

    public HlxValue ToValue()
    {
        HlxValue entry = Entry.ToValue();
        return HlxValue.Object(
        [
            ("folder", Folder), ("file", File), .. entry.AsObject().Select(field => (field.Key, field.Value)),
            ("against", Against), ("races", HlxValue.Array([.. Races.Select(HlxValue.From)])), ("differences", Differences is null ? HlxValue.Null : HlxValue.Array([.. Differences.Select(HlxValue.From)])),
        ]);
    }
}
