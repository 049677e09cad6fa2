using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// The name of a computation: the handle of a value that holds everything its result depends on and nothing else. Equal keys have
/// equal results, so a result is never computed twice.
/// </summary>
public static class ExecutionKey
{
    private const int SchemaVersion = 1;

    /// <summary>The key of an operator whose bits are the same on every device: neither shader nor device is part of it.</summary>
    /// <param name="name">The operator's name.</param>
    /// <param name="numerics">The numerics profile.</param>
    /// <param name="version">The profile's version.</param>
    /// <param name="inputs">The inputs as CONTRACT_950 handles, so that equal tensors have one key however they were given.</param>
    public static string ForOperator(string name, string numerics, int version, params ReadOnlySpan<Handle> inputs) => Handle.Of(HlxValue.Object(
        ("schema", SchemaVersion), ("operator", name), ("numerics", numerics), ("numerics_version", version),
        ("inputs", HlxValue.Array([.. inputs.ToArray().Select(HlxValue.From)])))).Text;
}
