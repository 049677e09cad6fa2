using System.Diagnostics;
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
        Assert.Contains("is not a result file", _hlx.Fails(ErrorCode.FileIo, "bench", "report", "--results", results, "-o", report), StringComparison.Ordinal);
        _hlx.Fails(ErrorCode.FileIo, "bench", "report", "--results", _hlx.Folder["nowhere"], "-o", report);
    }

    [Fact]
    public void Another_model_and_other_sizes_have_their_tables_too()
    {
        string results = _hlx.Folder["results"], device = Path.Combine(results, "device"), report = _hlx.Folder["REPORT.md"];
        Directory.CreateDirectory(device);
        foreach (string name in (string[])["batch", "gemm-ieee"])
        {
            string file = File.ReadAllText(Path.Combine(TestData.Root, "benchmarks", "results", "nvidia-h100", name + ".json"));
            File.WriteAllText(Path.Combine(device, name + ".json"), file.Replace("4x1024, ", "2x64, ", StringComparison.Ordinal).Replace("512x512x512", "64x64x64", StringComparison.Ordinal).Replace("\"cublas", "\"unknown", StringComparison.Ordinal));
        }
        _hlx.Succeeds("bench", "report", "--results", results, "-o", report);
        string markdown = File.ReadAllText(report);
        Assert.Contains("A perceptron of 2 layers, 64 × 64,", markdown, StringComparison.Ordinal);
        Assert.Contains("\n| 64 | 11.6 |\n", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("| cuBLAS", markdown.Split("Few rows")[0], StringComparison.Ordinal);
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

    [Fact]
    public void In_a_browser_a_click_in_a_legend_hides_its_series_and_a_second_one_shows_it()
    {
        string page = _hlx.Folder["results.html"];
        _hlx.Succeeds("bench", "report", "--html", page, "--results", Path.Combine(TestData.Root, "benchmarks", "results"));
        // A visitor that clicks, and writes what it saw into the page.
        const string Visitor = """
            <script>
              const errors = [];
              addEventListener("error", event => errors.push(event.message));
              const legend = document.querySelectorAll(".legend")[1], svg = legend.closest("svg");
              const series = svg.querySelector(`.series[data-series="${legend.dataset.series}"]`), other = svg.querySelector(".series");
              const seen = () => `${series.getBoundingClientRect().width > 0}/${other.getBoundingClientRect().width > 0}/${legend.classList.contains("hidden")}`;
              const click = () => legend.dispatchEvent(new MouseEvent("click", { bubbles: true }));
              const states = [seen()];
              click(); states.push(seen());
              click(); states.push(seen());
              const titles = [...document.querySelectorAll("svg .series title")];
              document.body.dataset.states = states.join(" ");
              document.body.dataset.titles = titles.length;
              document.body.dataset.empty = titles.filter(title => !/: [\d.,e-]+ \S+/.test(title.textContent)).length;
              document.body.dataset.errors = errors.join(";");
              document.body.dataset.wide = document.documentElement.scrollWidth > innerWidth;
            </script>
            """;
        File.AppendAllText(page, Visitor);
        string dom = Browser(page);
        Assert.Contains("data-states=\"true/true/false false/true/true true/true/false\"", dom, StringComparison.Ordinal);
        Assert.Contains("data-empty=\"0\"", dom, StringComparison.Ordinal);
        Assert.Contains("data-errors=\"\"", dom, StringComparison.Ordinal);
        Assert.Contains("data-wide=\"false\"", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("data-titles=\"0\"", dom, StringComparison.Ordinal);
    }

    /// <summary>The page as a headless browser has it after its scripts.</summary>
    private string Browser(string page)
    {
        string browser = Environment.GetEnvironmentVariable("PATH")!.Split(':').SelectMany(folder => new[] { "chromium", "google-chrome" }.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("neither chromium nor google-chrome is installed; scripts/setup --tests installs one");
        string[] quiet = ["--no-first-run", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-sandbox"];
        ProcessStartInfo start = new(browser, ["--headless", .. quiet, $"--user-data-dir={_hlx.Folder["profile"]}", "--dump-dom", new Uri(page).AbsoluteUri]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> dom = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(300_000), "the browser did not finish");
        Assert.True(dom.Result.Contains("</html>", StringComparison.Ordinal), errors.Result);
        return dom.Result;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
