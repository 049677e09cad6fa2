namespace Hlx.Cli.Drivers;

/// <summary>What <c>hlx doctor</c> finds.</summary>
/// <param name="Subject">Of what.</param>
/// <param name="Level">Whether something has to be done.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">What to do; empty if nothing.</param>
internal sealed record Finding(string Subject, FindingLevel Level, string Detail, string Remedy)
{
    public static Finding Good(string subject, string detail) => new(subject, FindingLevel.Ok, detail, "");

    public static Finding Note(string subject, string detail, string remedy = "") => new(subject, FindingLevel.Note, detail, remedy);

    public static Finding Problem(string subject, string detail, string remedy) => new(subject, FindingLevel.Problem, detail, remedy);

    /// <summary>Whether it is said without being asked for: a note with nothing to do is not.</summary>
    public bool IsWorthSaying => Level != FindingLevel.Note || Remedy.Length > 0;

    private string LevelName => Level switch { FindingLevel.Ok => "ok", FindingLevel.Note => "note", _ => "problem" };

    public HlxValue ToValue() => HlxValue.Object(("subject", Subject), ("level", LevelName), ("ok", Level != FindingLevel.Problem), ("detail", Detail), ("remedy", Remedy));

    public static Finding From(HlxValue value)
    {
        var fields = value.AsObject();
        FindingLevel level = fields["level"].AsText() switch { "ok" => FindingLevel.Ok, "note" => FindingLevel.Note, _ => FindingLevel.Problem };
        return new(fields["subject"].AsText(), level, fields["detail"].AsText(), fields["remedy"].AsText());
    }

    public override string ToString() => $"{LevelName,-7}  {Subject}: {Detail}{(Remedy.Length == 0 ? "" : $"  →  {Remedy}")}";
}
