namespace Hlx.Cli.Drivers;

/// <summary>What <c>hlx doctor</c> finds.</summary>
/// <param name="Subject">Of what.</param>
/// <param name="IsGood">Whether nothing has to be done.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">What to do; empty if nothing.</param>
internal sealed record Finding(string Subject, bool IsGood, string Detail, string Remedy)
{
    public static Finding Good(string subject, string detail) => new(subject, true, detail, "");

    public static Finding Problem(string subject, string detail, string remedy) => new(subject, false, detail, remedy);

    public HlxValue ToValue() => HlxValue.Object(("subject", Subject), ("ok", IsGood), ("detail", Detail), ("remedy", Remedy));

    public static Finding From(HlxValue value)
    {
        var fields = value.AsObject();
        return new(fields["subject"].AsText(), fields["ok"].AsBool(), fields["detail"].AsText(), fields["remedy"].AsText());
    }

    public override string ToString() => $"{(IsGood ? "ok     " : "problem")}  {Subject}: {Detail}{(IsGood ? "" : $"  →  {Remedy}")}";
}
