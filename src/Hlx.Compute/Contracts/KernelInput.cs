using System.Globalization;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>The output of an earlier stage of a pipeline, written <c>@stage.output</c>; both count from 0.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Output">The output of that stage, in the order of its bindings.</param>
public readonly record struct StageOutput(int Stage, int Output)
{
    /// <summary>Reads <c>@stage.output</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The reference, or null if the text has another form.</returns>
    public static StageOutput? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('.');
        return parts.Length == 2 && parts[0].StartsWith('@')
            && int.TryParse(parts[0].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int stage)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int output)
            ? new(stage, output)
            : null;
    }

    /// <summary>The reference as text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"@{Stage}.{Output}");
}

/// <summary>An input of a kernel: a stored tensor, or the output of an earlier stage of the same pipeline.</summary>
public readonly record struct KernelInput
{
    private KernelInput(Handle? handle, StageOutput? stage)
    {
        Handle = handle;
        Stage = stage;
    }

    /// <summary>The handle of a tensor or of nested arrays, or null.</summary>
    public Handle? Handle { get; }

    /// <summary>The output of an earlier stage, or null.</summary>
    public StageOutput? Stage { get; }

    /// <summary>A stored tensor.</summary>
    public static KernelInput From(Handle handle) => new(handle, null);

    /// <summary>The output of an earlier stage.</summary>
    public static KernelInput From(StageOutput stage) => new(null, stage);

    /// <summary>A stored tensor.</summary>
    public static implicit operator KernelInput(Handle handle) => From(handle);

    /// <summary>The output of an earlier stage.</summary>
    public static implicit operator KernelInput(StageOutput stage) => From(stage);

    /// <summary>The input as a value: a handle, or the text <c>@stage.output</c>.</summary>
    public HlxValue ToValue() => Handle is Handle handle ? HlxValue.From(handle) : HlxValue.From($"{Stage}");

    /// <summary>Reads an input.</summary>
    /// <param name="value">A handle, or the text <c>@stage.output</c>.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ContractFieldValue"/> for anything else.</exception>
    public static KernelInput FromValue(HlxValue value)
    {
        if (value.IsHandle) return From(value.AsHandle());
        return value.Kind == HlxKind.Text && StageOutput.Parse(value.AsText()) is StageOutput stage ? From(stage) : throw new HlxException(
            ErrorCode.ContractFieldValue, $"the input {value} is neither a handle nor an output of a stage", "Give a handle, or \"@stage.output\" in a pipeline");
    }
}
