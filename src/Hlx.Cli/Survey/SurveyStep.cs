namespace Hlx.Cli.Survey;

/// <summary>How far an entry point of a module came; each step needs the ones before.</summary>
internal enum SurveyStep
{
    /// <summary>It could not be read.</summary>
    Found,

    /// <summary>The module was parsed and reflected, and has a compute entry point.</summary>
    Read,

    /// <summary>spirv-val has no objection, or is missing or too old to judge.</summary>
    Valid,

    /// <summary>Inputs were made up for it, and shader, inputs and device fit together.</summary>
    Planned,

    /// <summary>The driver compiled it.</summary>
    Compiled,

    /// <summary>It ran once.</summary>
    Ran,
}
