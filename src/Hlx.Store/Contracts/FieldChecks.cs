using System.Globalization;
using System.Text.RegularExpressions;
using Hlx.Values;

namespace Hlx.Store;

/// <summary>What fields must be beyond their kind. Each check returns what is wrong, or null.</summary>
internal static partial class FieldChecks
{
    private static readonly string[] Stages =
        ["compute", "vertex", "fragment", "geometry", "tessellation_control", "tessellation_evaluation", "task", "mesh"];

    private static readonly string[] Levels = ["", "not-guaranteed", "run-to-run", "device-to-device"];

    public static string? IsHandle(HlxValue value) => value.IsHandle ? null : "a handle is needed";

    /// <summary>A handle, or the output of an earlier stage written <c>@stage.output</c>.</summary>
    public static string? IsInput(HlxValue value) => value.IsHandle || (value.Kind == HlxKind.Text && StageOutputPattern().IsMatch(value.AsText()))
        ? null
        : "a handle, or \"@stage.output\" in a pipeline, is needed";

    /// <summary>A number, or one of the texts for what values have no numbers for.</summary>
    public static string? IsNumber(HlxValue value) => value.Kind is HlxKind.Int or HlxKind.Float || (value.Kind == HlxKind.Text && value.AsText() is "inf" or "-inf" or "nan" or "-0")
        ? null
        : "a number, or \"inf\", \"-inf\", \"nan\" or \"-0\", is needed";

    /// <summary>Numbers, or a block of bytes.</summary>
    public static string? PushConstants(HlxValue value) => value.Kind == HlxKind.Bytes ? null : Each(IsNumber)(value);

    public static string? NotNegative(HlxValue value) => value.AsInt() >= 0 ? null : "it is negative";

    public static string? ShaderStage(HlxValue value) =>
        Stages.Contains(value.AsText()) ? null : $"\"{value.AsText()}\" is not one of {string.Join(", ", Stages)}";

    public static string? Determinism(HlxValue value) =>
        Levels.Contains(value.AsText()) ? null : $"\"{value.AsText()}\" is not one of not-guaranteed, run-to-run, device-to-device";

    public static string? DTypeName(HlxValue value)
    {
        string text = value.AsText();
        return Enum.GetValues<DType>().Any(type => type.Name() == text) ? null : $"\"{text}\" is not an element type";
    }

    public static Func<HlxValue, string?> Each(Func<HlxValue, string?> check) => value =>
    {
        for (int i = 0; i < value.AsArray().Length; i++)
        {
            if (check(value.AsArray()[i]) is string wrong) return $"[{i}]: {wrong}";
        }
        return null;
    };

    /// <summary>A fixed number of positive 32-bit extents.</summary>
    public static Func<HlxValue, string?> Extents(int count) => value =>
        value.AsArray().Length == count && value.AsArray().ToArray().All(item => item.Kind == HlxKind.Int && item.AsInt() is > 0 and <= uint.MaxValue)
            ? null
            : $"{count} ints from 1 to 4294967295 are needed";

    /// <summary>A tensor's shape.</summary>
    public static Func<HlxValue, string?> Shape(int maxRank) => value =>
        value.Kind == HlxKind.Array && value.AsArray().Length <= maxRank
            && value.AsArray().ToArray().All(item => item.Kind == HlxKind.Int && item.AsInt() is >= 0 and <= int.MaxValue)
            ? null
            : $"at most {maxRank} ints from 0 to 2147483647 are needed";

    public static string? OutputSpec(HlxValue value)
    {
        bool hasInitial = value.Kind == HlxKind.Object && value.AsObject().TryGet("initial", out _);
        (string, FieldType, Func<HlxValue, string?>)[] fields = [("dtype", FieldType.Text, DTypeName), ("shape", FieldType.Array, Shape(Tensor.MaxRank))];
        return Record(value, hasInitial ? [.. fields, ("initial", FieldType.Handle, IsHandle)] : fields);
    }

    /// <summary>Nothing, or the output to return.</summary>
    public static string? OutputTemplate(HlxValue value) =>
        value.AsText().Length == 0 || value.IsHandle || StageOutputPattern().IsMatch(value.AsText()) ? null : "\"@stage.output\" or nothing is needed";

    public static string? Barrier(HlxValue value) =>
        Record(value, ("stage_idx", FieldType.Int, NotNegative), ("memory_scope", FieldType.Text, _ => null));

    /// <summary>An object from decimal constant ids to numbers or bools.</summary>
    public static string? Specialization(HlxValue value)
    {
        foreach ((string key, HlxValue item) in value.AsObject())
        {
            if (!uint.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return $"\"{key}\" is not a constant id";
            if (item.Kind != HlxKind.Bool && IsNumber(item) is string wrong) return $"{key}: {wrong}";
        }
        return null;
    }

    [GeneratedRegex("^@[0-9]{1,9}\\.[0-9]{1,9}$")]
    private static partial Regex StageOutputPattern();

    private static string? Record(HlxValue value, params ReadOnlySpan<(string Name, FieldType Type, Func<HlxValue, string?> Check)> fields)
    {
        if (value.Kind != HlxKind.Object) return "an object is needed";
        HlxObject given = value.AsObject();
        foreach ((string name, FieldType type, Func<HlxValue, string?> check) in fields)
        {
            if (!given.TryGet(name, out HlxValue item)) return $"\"{name}\" is missing";
            if (!ContractValidator.Fits(item, type)) return $"\"{name}\" has the wrong kind";
            if (check(item) is string wrong) return $"{name}: {wrong}";
        }
        return given.Count == fields.Length ? null : "it has fields of other names";
    }
}
