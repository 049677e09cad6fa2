using System.ComponentModel;
using System.Diagnostics;
using Hlx.Cli.Report;

namespace Hlx.Cli.Commands;

internal static partial class BenchCommand
{
    private static Command Report()
    {
        Option<string> results = new("--results") { Description = "The folder of the result files.", DefaultValueFactory = _ => "benchmarks/results" };
        Option<string> output = new("-o", "--output") { Description = "The Markdown file; pictures go into a folder beside it.", DefaultValueFactory = _ => "docs/BENCHMARK_RESULTS.md" };
        Option<string?> html = new("--html") { Description = "Write one self-contained page of HTML to this file instead." };
        Option<bool> check = new("--check") { Description = "Write nothing; fail if the files are not what the results give." };
        Command command = new("report", "Make tables and plots of the committed result files.") { results, output, html, check };
        command.SetAction(parsed =>
        {
            string root = Path.GetFullPath(parsed.GetValue(results)!);
            IReadOnlyList<ReportDevice> devices = ReportBuilder.Build(ResultSet.Load(root));
            if (parsed.GetValue(html) is string page)
            {
                OutputFile.Write(page, ReportWriter.Html(devices, root));
                Console.Error.WriteLine($"wrote {page}");
                return;
            }
            string markdown = Path.GetFullPath(parsed.GetValue(output)!), folder = Path.GetDirectoryName(markdown)!;
            IReadOnlyList<(string Path, string Content)> files = ReportWriter.Markdown(devices, markdown, root);
            if (parsed.GetValue(check))
            {
                foreach ((string path, string content) in files)
                {
                    string file = Path.Combine(folder, path);
                    if (!File.Exists(file) || File.ReadAllText(file) != content)
                        throw new HlxException(ErrorCode.BenchStale, $"{Path.GetRelativePath(Environment.CurrentDirectory, file)} is not what the result files give", "Run `hlx bench report` and commit what it writes");
                }
                return;
            }
            Directory.CreateDirectory(Path.Combine(folder, ReportWriter.Pictures));
            foreach ((string path, string content) in files) OutputFile.Write(Path.Combine(folder, path), content);
            bool isDrawn = files.Where(file => file.Path.EndsWith(".svg", StringComparison.Ordinal)).All(file => Rasterize(Path.Combine(folder, file.Path)));
            if (!isDrawn) Console.Error.WriteLine("note: without PNG files, since rsvg-convert is not installed (apt-get install librsvg2-bin)");
            Console.Error.WriteLine($"wrote {parsed.GetValue(output)} and {files.Count - 1} plots");
        });
        return command;
    }

    private static bool Rasterize(string svg)
    {
        try
        {
            using Process process = Process.Start("rsvg-convert", ["--zoom=1.5", "-o", Path.ChangeExtension(svg, ".png"), svg]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
