using System.Net;
using System.Text;

namespace Hlx.Cli.Report;

/// <summary>Writes the report: Markdown with pictures beside it, or one page of HTML that holds everything.</summary>
internal static class ReportWriter
{
    /// <summary>The folder of the pictures, beside the Markdown.</summary>
    public const string Pictures = "plots";

    /// <summary>The files: their paths from the folder of the Markdown, and their contents.</summary>
    /// <param name="devices">The report.</param>
    /// <param name="markdown">The full path of the Markdown, from where its links lead to the result files.</param>
    /// <param name="results">The folder of the result files.</param>
    public static IReadOnlyList<(string Path, string Content)> Markdown(IReadOnlyList<ReportDevice> devices, string markdown, string results)
    {
        List<(string, string)> files = [];
        StringBuilder text = new();
        string Link(string file) => Path.GetRelativePath(Path.GetDirectoryName(markdown)!, file).Replace('\\', '/');
        text.Append("# Results\n\nMade by `hlx bench report` from the committed result files, each of which names its device, driver, commit and settings; how each was made is in\n");
        text.Append($"[benchmarks/results/README.md]({Link(Path.Combine(results, "README.md"))}). What limits each figure, and what was tried: [gemm.md](performance/gemm.md), [mlp.md](performance/mlp.md).\n");
        foreach (ReportDevice device in devices)
        {
            text.Append($"\n## {device.Device}\n\n{device.Driver}.\n");
            foreach (ReportSection section in device.Sections)
            {
                text.Append($"\n### {section.Title}\n\n{section.Text} {string.Join(", ", section.Sources.Select(source => $"[{Path.GetFileName(source.Path)}]({Link(source.Path)})"))}\n");
                if (section.Picture is ReportPicture picture)
                {
                    string file = $"{Pictures}/{device.Name}-{picture.Id}.svg";
                    files.Add((file, picture.Svg));
                    text.Append($"\n![{picture.Title}]({file})\n");
                }
                text.Append($"\n| {string.Join(" | ", section.Table.Headers)} |\n|{string.Concat(section.Table.Headers.Select(_ => "---|"))}\n");
                foreach (IReadOnlyList<string> row in section.Table.Rows) text.Append($"| {string.Join(" | ", row)} |\n");
            }
        }
        files.Insert(0, (Path.GetFileName(markdown), text.ToString()));
        return files;
    }

    /// <summary>One page without any other file: series of the plots can be hidden, and points tell their values.</summary>
    /// <param name="devices">The report.</param>
    /// <param name="results">The folder of the result files, from which the page names them.</param>
    public static string Html(IReadOnlyList<ReportDevice> devices, string results)
    {
        StringBuilder html = new();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>HLX results</title>\n<style>\n").Append(Style).Append("</style></head><body>\n<h1>HLX results</h1>\n");
        html.Append("<p>From the result files that stand below each table. Click a name in a legend to hide its series; point at a mark for its value.</p>\n<nav>");
        foreach (ReportDevice device in devices) html.Append($"<a href=\"#{device.Name}\">{Escape(device.Device)}</a> ");
        html.Append("</nav>\n");
        foreach (ReportDevice device in devices)
        {
            html.Append($"<h2 id=\"{device.Name}\">{Escape(device.Device)}</h2>\n<p>{Escape(device.Driver)}</p>\n");
            foreach (ReportSection section in device.Sections)
            {
                html.Append($"<section><h3>{Escape(section.Title)}</h3>\n<p>{Escape(section.Text)}</p>\n");
                if (section.Picture is ReportPicture picture) html.Append("<figure>").Append(picture.Svg).Append("</figure>\n");
                html.Append($"<table><thead><tr>{string.Concat(section.Table.Headers.Select(header => $"<th>{Escape(header)}</th>"))}</tr></thead><tbody>\n");
                foreach (IReadOnlyList<string> row in section.Table.Rows) html.Append($"<tr>{string.Concat(row.Select(cell => $"<td>{Escape(cell)}</td>"))}</tr>\n");
                html.Append($"</tbody></table>\n<p class=\"source\">{string.Join(", ", section.Sources.Select(source => $"{Escape(Path.GetRelativePath(results, source.Path))} ({Escape(source.When)}, commit {Escape(source.Commit)})"))}</p></section>\n");
            }
        }
        return html.Append("<script>\n").Append(Script).Append("</script></body></html>\n").ToString();
    }

    private const string Style = """
        body { font-family: sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222; }
        table { border-collapse: collapse; margin: 1em 0; font-size: 14px; display: block; overflow-x: auto; }
        th, td { border-bottom: 1px solid #ddd; padding: 4px 10px; text-align: right; }
        th:first-child, td:first-child { text-align: left; }
        figure { margin: 1em 0; overflow-x: auto; }
        .legend { cursor: pointer; }
        .hidden { opacity: 0.25; }
        .source { color: #666; font-size: 13px; }
        nav a { margin-right: 1em; }

        """;

    private const string Script = """
        for (const legend of document.querySelectorAll(".legend")) {
          legend.addEventListener("click", () => {
            const series = legend.closest("svg").querySelector(`.series[data-series="${legend.dataset.series}"]`);
            const hide = series.style.display !== "none";
            series.style.display = hide ? "none" : "";
            legend.classList.toggle("hidden", hide);
          });
        }

        """;

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
