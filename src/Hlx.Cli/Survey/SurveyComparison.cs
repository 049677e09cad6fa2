using System.Globalization;

namespace Hlx.Cli.Survey;

/// <summary>What two devices gave for one entry point.</summary>
internal static class SurveyComparison
{
    /// <summary>Where the outputs of runs differ that both devices finished; null if there was none.</summary>
    public static IReadOnlyList<string>? Differences(string entry, SurveyAnswer one, SurveyAnswer other)
    {
        List<string> found = [];
        int compared = 0;
        foreach (SurveyOutputs mine in one.Outputs.Where(outputs => outputs.EntryPoint == entry))
        {
            if (other.Outputs.FirstOrDefault(outputs => outputs.EntryPoint == entry && outputs.Range == mine.Range) is not { } others) continue;
            compared++;
            for (int i = 0; i < mine.Buffers.Count; i++)
            {
                byte[] a = mine.Buffers[i], b = others.Buffers[i];
                int place = a.AsSpan().CommonPrefixLength(b);
                if (place == a.Length) continue;
                place = place / 4 * 4;
                int words = Enumerable.Range(0, a.Length / 4).Count(word => !a.AsSpan(word * 4, 4).SequenceEqual(b.AsSpan(word * 4, 4)));
                found.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{mine.Range}: output {i} differs in {words} of {a.Length / 4} words, first at word {place / 4}: {BitConverter.ToUInt32(a, place):x8} and {BitConverter.ToUInt32(b, place):x8}"));
            }
        }
        return compared > 0 ? found : null;
    }
}
