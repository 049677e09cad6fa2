using System.Globalization;
using System.Text.RegularExpressions;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// The layout grammar of <c>push_constants_layout</c>: terms joined by <c>+</c> or <c>,</c>; a term is a type, or a count, <c>×</c>
/// (or <c>x</c>, <c>*</c>) and a type; types are <c>int</c>, <c>uint</c> and
/// <c>float</c> of 32 bits, and <c>int8</c> … <c>int64</c>, <c>uint8</c> … <c>uint64</c>, <c>float16</c>, <c>float32</c>, <c>float64</c>
/// (also <c>half</c>, <c>double</c>).
/// </summary>
public static partial class PushConstantLayout
{
    private const int MaxConstants = 64; // the largest block that any device of Vulkan 1.4 must offer has 256 bytes

    private static readonly Dictionary<string, ScalarType> Types = new()
    {
        ["int"] = ScalarType.Int32,
        ["uint"] = ScalarType.UInt32,
        ["float"] = ScalarType.Float32,
        ["half"] = ScalarType.Float16,
        ["double"] = ScalarType.Float64,
        ["int8"] = ScalarType.Int8,
        ["uint8"] = ScalarType.UInt8,
        ["int16"] = ScalarType.Int16,
        ["uint16"] = ScalarType.UInt16,
        ["int32"] = ScalarType.Int32,
        ["uint32"] = ScalarType.UInt32,
        ["int64"] = ScalarType.Int64,
        ["uint64"] = ScalarType.UInt64,
        ["float16"] = ScalarType.Float16,
        ["float32"] = ScalarType.Float32,
        ["float64"] = ScalarType.Float64,
    };

    /// <summary>Reads a layout.</summary>
    /// <param name="layout">Such as <c>2×int32 + 1×float32</c> or <c>float,int</c>; empty for no constants.</param>
    /// <returns>The types in order.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.ContractFieldValue"/> if it does not parse.</exception>
    public static IReadOnlyList<ScalarType> Parse(string layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        List<ScalarType> types = [];
        if (string.IsNullOrWhiteSpace(layout)) return types;
        foreach (string term in layout.Split(['+', ','], StringSplitOptions.TrimEntries))
        {
            Match match = TermPattern().Match(term);
            if (!match.Success || !Types.TryGetValue(match.Groups[2].Value, out ScalarType type)) throw Refuse(layout, $"\"{term}\" is not a term");
            int count = match.Groups[1].Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 1;
            if (types.Count + count > MaxConstants) throw Refuse(layout, $"it has more than {MaxConstants} constants");
            types.AddRange(Enumerable.Repeat(type, count));
        }
        return types;
    }

    [GeneratedRegex(@"^(?:([0-9]{1,3})\s*[×x*]\s*)?([a-z0-9]+)$")]
    private static partial Regex TermPattern();

    private static HlxException Refuse(string layout, string why) => new(
        ErrorCode.ContractFieldValue, $"the push-constant layout \"{layout}\" does not parse: {why}", "Write terms such as 2×int32 + 1×float32");
}
