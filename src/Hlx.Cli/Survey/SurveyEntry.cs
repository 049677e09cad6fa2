namespace Hlx.Cli.Survey;

/// <summary>What became of an entry point of a module.</summary>
/// <param name="EntryPoint">Its name; empty for a module that was not read, or has no compute entry point.</param>
/// <param name="Step">The last step that went well.</param>
internal sealed record SurveyEntry(string EntryPoint, SurveyStep Step)
{
    /// <summary>The code of the refusal; empty for what ran.</summary>
    public string Code { get; init; } = "";

    /// <summary>Why the next step did not go well; empty for what ran.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What spirv-val says: valid, not-installed, too-old; empty if it was not asked, or refuses.</summary>
    public string Validation { get; init; } = "";

    /// <summary>The determinism that the module may claim; empty for a module that was not read.</summary>
    public string Determinism { get; init; } = "";

    public bool Ran => Step == SurveyStep.Ran;

    /// <summary>The entry point after a refusal of its next step.</summary>
    public SurveyEntry Refused(string code, string reason) => this with { Code = code, Reason = reason };

    public HlxValue ToValue() => HlxValue.Object(
        ("entry_point", EntryPoint), ("step", Step.ToString().ToLowerInvariant()), ("code", Code), ("reason", Reason), ("validation", Validation), ("determinism", Determinism));

    public static SurveyEntry FromValue(HlxValue value)
    {
        HlxObject fields = value.AsObject();
        return new(fields["entry_point"].AsText(), Enum.Parse<SurveyStep>(fields["step"].AsText(), ignoreCase: true))
        {
            Code = fields["code"].AsText(),
            Reason = fields["reason"].AsText(),
            Validation = fields["validation"].AsText(),
            Determinism = fields["determinism"].AsText(),
        };
    }
}
