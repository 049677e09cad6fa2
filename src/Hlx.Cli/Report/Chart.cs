namespace Hlx.Cli.Report;

/// <summary>How a chart shows its values.</summary>
internal enum ChartKind
{
    /// <summary>A line for each series.</summary>
    Lines,

    /// <summary>For each category a bar of each series.</summary>
    Bars,
}

/// <summary>A series: a value for each category, null where there is none.</summary>
internal sealed record ChartSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>A picture of numbers.</summary>
/// <param name="Id">The name of its files.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Categories">What is along the horizontal axis.</param>
/// <param name="Names">The categories.</param>
/// <param name="Unit">What is along the vertical axis.</param>
/// <param name="Series">The values; those of HLX come first.</param>
/// <param name="Kind">How they are shown.</param>
/// <param name="IsLogarithmic">Whether the vertical axis is.</param>
internal sealed record Chart(string Id, string Title, string Categories, string Unit, IReadOnlyList<string> Names, IReadOnlyList<ChartSeries> Series, ChartKind Kind, bool IsLogarithmic);

/// <summary>A table of text.</summary>
internal sealed record ReportTable(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>The table without columns in which no row has anything, such as those of peers that were not there.</summary>
    public ReportTable WithoutEmptyColumns()
    {
        int[] filled = [.. Enumerable.Range(0, Headers.Count).Where(column => column == 0 || Rows.Any(row => row[column].Length > 0))];
        return new([.. filled.Select(column => Headers[column])], [.. Rows.Select(row => (IReadOnlyList<string>)[.. filled.Select(column => row[column])])]);
    }
}

/// <summary>A picture as SVG.</summary>
internal sealed record ReportPicture(string Id, string Title, string Svg);

/// <summary>A part of the report: text, a picture, a table, and the files that hold the numbers.</summary>
internal sealed record ReportSection(string Title, string Text, ReportPicture? Picture, ReportTable Table, IReadOnlyList<ResultSource> Sources);

/// <summary>What was measured on one device.</summary>
internal sealed record ReportDevice(string Name, string Device, string Driver, IReadOnlyList<ReportSection> Sections);
