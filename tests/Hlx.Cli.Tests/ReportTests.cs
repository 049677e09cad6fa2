using Hlx.Testing;

namespace Hlx.Cli.Tests;

public sealed class ReportTests : IDisposable
{
    private const string Results = "benchmarks/results/nvidia-h100/memo.json";

    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    [Fact]
    public void The_committed_report_and_its_plots_are_what_the_result_files_give()
    {
        string docs = Path.Combine(TestData.Root, "docs");
        _hlx.Succeeds("bench", "report", "--check", "--results", Path.Combine(TestData.Root, "benchmarks", "results"), "-o", Path.Combine(docs, "BENCHMARK_RESULTS.md"));
        string[] plots = Directory.GetFiles(Path.Combine(docs, "plots"), "*.svg");
        Assert.NotEmpty(plots);
        string markdown = File.ReadAllText(Path.Combine(docs, "BENCHMARK_RESULTS.md"));
        Assert.All(plots, plot => Assert.Contains($"(plots/{Path.GetFileName(plot)})", markdown, StringComparison.Ordinal));
        Assert.All(plots, plot => Assert.True(File.Exists(Path.ChangeExtension(plot, ".png")), $"{plot} has no picture beside it; run hlx bench report with rsvg-convert installed"));
    }

    [Fact]
    public void Another_number_in_a_result_file_makes_the_report_stale()
    {
        string results = _hlx.Folder["results"], device = Path.Combine(results, "device"), report = _hlx.Folder["docs/REPORT.md"], file = Path.Combine(device, "memo.json");
        Directory.CreateDirectory(device);
        string original = File.ReadAllText(Path.Combine(TestData.Root, Results));
        File.WriteAllText(file, original);
        _hlx.Succeeds("bench", "report", "--results", results, "-o", report);
        Assert.Contains("in process", File.ReadAllText(report), StringComparison.Ordinal);
        _hlx.Succeeds("bench", "report", "--check", "--results", results, "-o", report);
        string changed = System.Text.RegularExpressions.Regex.Replace(original, "\"p50\": [0-9.]+", "\"p50\": 123.25");
        Assert.NotEqual(original, changed);
        File.WriteAllText(file, changed);
        Assert.Contains("bench report", _hlx.Fails(ErrorCode.BenchStale, "bench", "report", "--check", "--results", results, "-o", report), StringComparison.Ordinal);
        File.WriteAllText(file, "{}{");
        Assert.Contains("no result file", _hlx.Fails(ErrorCode.FileIo, "bench", "report", "--results", results, "-o", report), StringComparison.Ordinal);
        _hlx.Fails(ErrorCode.FileIo, "bench", "report", "--results", _hlx.Folder["nowhere"], "-o", report);
    }

    [Fact]
    public void The_page_holds_every_table_and_plot_and_asks_for_no_other_file()
    {
        string page = _hlx.Folder["results.html"];
        _hlx.Succeeds("bench", "report", "--html", page, "--results", Path.Combine(TestData.Root, "benchmarks", "results"));
        string html = File.ReadAllText(page);
        string markdown = File.ReadAllText(Path.Combine(TestData.Root, "docs", "BENCHMARK_RESULTS.md"));
        Assert.Equal(Count(markdown, "\n### "), Count(html, "<section>"));
        Assert.Equal(Count(markdown, "\n!["), Count(html, "<svg "));
        foreach (string outside in (string[])["src=", "url(", "@import", "<link"]) Assert.DoesNotContain(outside, html, StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
