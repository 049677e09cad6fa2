namespace Hlx.Cli.Drivers;

/// <summary>How much a <see cref="Finding"/> matters.</summary>
internal enum FindingLevel
{
    /// <summary>It is as it should be.</summary>
    Ok,

    /// <summary>It is worth knowing, and keeps nobody from computing.</summary>
    Note,

    /// <summary>It keeps the user from computing, on one device at least.</summary>
    Problem,
}
