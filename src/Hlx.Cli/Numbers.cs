using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Hlx.Cli;

/// <summary>Options that are whole numbers of a range.</summary>
internal static class Numbers
{
    /// <summary>How often a benchmark may measure: more samples than a process can keep.</summary>
    public const int MostRuns = 10_000_000;

    /// <summary>An option with one number.</summary>
    public static Option<int> One(string name, string description, int fallback, int least = 1, int most = int.MaxValue) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result => Parse(result, name, least, most).FirstOrDefault(),
    };

    /// <summary>An option with several numbers.</summary>
    public static Option<T[]> Several<T>(string name, string description, T[] fallback, T least, T most)
        where T : struct, IBinaryInteger<T> => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => fallback,
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result => [.. Parse(result, name, least, most)],
        };

    private static List<T> Parse<T>(ArgumentResult result, string name, T least, T most)
        where T : struct, IBinaryInteger<T>
    {
        List<T> numbers = [];
        foreach (Token token in result.Tokens)
        {
            bool isNumber = T.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T number);
            if (isNumber && number >= least && number <= most) numbers.Add(number);
            else result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is {token.Value}, and must be a whole number from {least} to {most}"));
        }
        return numbers;
    }
}
