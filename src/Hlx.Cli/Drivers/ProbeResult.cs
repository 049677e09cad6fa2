namespace Hlx.Cli.Drivers;

/// <summary>What a process did that opened devices.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
/// <param name="Failure">In the user's words what happened if it crashed or did not answer, else null.</param>
internal sealed record ProbeResult(int ExitCode, string Output, string Errors, string? Failure);
