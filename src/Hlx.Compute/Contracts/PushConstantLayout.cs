using System.Globalization;
using System.Text.RegularExpressions;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// The layout grammar of <c>push_constants_layout</c>: terms joined by <c>+</c> or <c>,</c>; a term is a type, or a count, <c>×</c>
/// (or <c>x</c>, <c>*</c>) and a type; types are <c>int</c>/<c>int32</c>, <c>uint</c>/<c>uint32</c>, <c>float</c>/<c>float32</c>.
/// </summary>
public static partial class PushConstantLayout
{
    private const int MaxConstants = 64; // the largest block that any device of Vulkan 1.4 must offer has 256 bytes

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
            if (!match.Success) throw Refuse(layout, $"\"{term}\" is not a term");
            int count = match.Groups[1].Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 1;
            ScalarType type = match.Groups[2].Value switch
            {
                "float" or "float32" => ScalarType.Float32,
                "uint" or "uint32" => ScalarType.UInt32,
                _ => ScalarType.Int32,
            };
            if (types.Count + count > MaxConstants) throw Refuse(layout, $"it has more than {MaxConstants} constants");
            types.AddRange(Enumerable.Repeat(type, count));
        }
        return types;
    }

    [GeneratedRegex(@"^(?:([0-9]{1,3})\s*[×x*]\s*)?(int|int32|uint|uint32|float|float32)$")]
    private static partial Regex TermPattern();

    private static HlxException Refuse(string layout, string why) => new(
        ErrorCode.ContractFieldValue, $"the push-constant layout \"{layout}\" does not parse: {why}", "Write terms such as 2×int32 + 1×float32");
}
