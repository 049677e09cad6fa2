using System.Globalization;
using System.Net;
using System.Text;

namespace Hlx.Cli.Report;

/// <summary>Draws charts as SVG, the same bytes for the same numbers.</summary>
internal static class SvgChart
{
    private const double Width = 860, Height = 440, Left = 80, Right = 190, Top = 50, Bottom = 60, LegendLine = 24, PointRadius = 3.5, BarGap = 0.25;

    // Okabe and Ito's colours, which people who see colours differently can tell apart. The first ones are HLX's.
    private static readonly string[] Own = ["#0072B2", "#009E73", "#56B4E9"], Others = ["#D55E00", "#E69F00", "#CC79A7", "#777777", "#000000"];

    /// <summary>Draws a chart.</summary>
    public static string Draw(Chart chart)
    {
        StringBuilder svg = new();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"{Escape(chart.Title)}\">\n"));
        svg.Append(Invariant($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>\n<text x=\"{Left}\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{Escape(chart.Title)}</text>\n"));
        Axis axis = Axis.For(chart);
        foreach (double tick in axis.Ticks)
        {
            double y = Y(axis, tick);
            svg.Append(Invariant($"<line x1=\"{Left}\" y1=\"{y:F1}\" x2=\"{Width - Right}\" y2=\"{y:F1}\" stroke=\"#dddddd\"/><text x=\"{Left - 8}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{Number(tick)}</text>\n"));
        }
        svg.Append(Invariant($"<text transform=\"translate(18 {(Top + Height - Bottom) / 2:F1}) rotate(-90)\" text-anchor=\"middle\">{Escape(chart.Unit == "us" ? "µs" : chart.Unit)}{(chart.IsLogarithmic ? " (logarithmic)" : "")}</text>\n"));
        svg.Append(Invariant($"<text x=\"{(Left + Width - Right) / 2:F1}\" y=\"{Height - 14}\" text-anchor=\"middle\">{Escape(chart.Categories)}</text>\n"));
        double step = (Width - Left - Right) / chart.Names.Count;
        for (int i = 0; i < chart.Names.Count; i++) svg.Append(Invariant($"<text x=\"{Left + ((i + 0.5) * step):F1}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\">{Escape(chart.Names[i])}</text>\n"));
        int own = 0, others = 0;
        for (int s = 0; s < chart.Series.Count; s++)
        {
            ChartSeries series = chart.Series[s];
            bool isOwn = series.Name.StartsWith("hlx", StringComparison.OrdinalIgnoreCase);
            string color = isOwn ? Own[own++ % Own.Length] : Others[others++ % Others.Length];
            svg.Append(Invariant($"<g class=\"series\" data-series=\"{s}\">\n"));
            if (chart.Kind == ChartKind.Lines) Line(svg, chart, axis, series, color, isOwn, step);
            else Bars(svg, chart, axis, series, s, color, step);
            svg.Append("</g>\n");
            double y = Top + (s * LegendLine);
            svg.Append(Invariant($"<g class=\"legend\" data-series=\"{s}\"><rect x=\"{Width - Right + 16}\" y=\"{y}\" width=\"14\" height=\"14\" fill=\"{color}\"/><text x=\"{Width - Right + 36}\" y=\"{y + 12}\"{(isOwn ? " font-weight=\"bold\"" : "")}>{Escape(series.Name)}</text></g>\n"));
        }
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>A number as people read it: three digits that matter.</summary>
    public static string Number(double value)
    {
        if (value == 0) return "0";
        double magnitude = Math.Abs(value);
        if (magnitude is < 0.001 or >= 1e7) return value.ToString("0.0e0", CultureInfo.InvariantCulture);
        int digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(magnitude)), 0, 6);
        return Math.Round(value, digits).ToString(digits == 0 ? "#,0" : "0." + new string('#', digits), CultureInfo.InvariantCulture);
    }

    private static void Line(StringBuilder svg, Chart chart, Axis axis, ChartSeries series, string color, bool isOwn, double step)
    {
        (double X, double Y, double Value, string Name)[] points = [.. series.Values.Select((value, i) => (value, i)).Where(entry => entry.value is not null)
            .Select(entry => (Left + ((entry.i + 0.5) * step), Y(axis, entry.value!.Value), entry.value.Value, chart.Names[entry.i]))];
        svg.Append(Invariant($"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{(isOwn ? 3 : 1.8)}\" points=\"{string.Join(' ', points.Select(point => Invariant($"{point.X:F1},{point.Y:F1}")))}\"/>\n"));
        foreach ((double x, double y, double value, string name) in points)
            svg.Append(Invariant($"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"{PointRadius}\" fill=\"{color}\"><title>{Escape(series.Name)}, {Escape(name)}: {Number(value)} {Escape(chart.Unit)}</title></circle>\n"));
    }

    private static void Bars(StringBuilder svg, Chart chart, Axis axis, ChartSeries series, int at, string color, double step)
    {
        double width = step * (1 - BarGap) / chart.Series.Count, floor = Height - Bottom;
        for (int i = 0; i < series.Values.Count; i++)
        {
            if (series.Values[i] is not double value) continue;
            double x = Left + (i * step) + (step * BarGap / 2) + (at * width), y = Y(axis, value);
            svg.Append(Invariant($"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{width:F1}\" height=\"{Math.Max(floor - y, 0.5):F1}\" fill=\"{color}\"><title>{Escape(series.Name)}, {Escape(chart.Names[i])}: {Number(value)} {Escape(chart.Unit)}</title></rect>\n"));
        }
    }

    private static double Y(Axis axis, double value)
    {
        double part = axis.IsLogarithmic ? (Math.Log10(Math.Max(value, axis.Low)) - Math.Log10(axis.Low)) / (Math.Log10(axis.High) - Math.Log10(axis.Low)) : (value - axis.Low) / (axis.High - axis.Low);
        return Height - Bottom - (part * (Height - Top - Bottom));
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>The vertical axis.</summary>
    private sealed record Axis(double Low, double High, bool IsLogarithmic, IReadOnlyList<double> Ticks)
    {
        private const int Parts = 5;

        public static Axis For(Chart chart)
        {
            double[] values = [.. chart.Series.SelectMany(series => series.Values).OfType<double>().Where(value => value > 0)];
            double least = values.Length == 0 ? 1 : values.Min(), most = values.Length == 0 ? 1 : values.Max();
            if (chart.IsLogarithmic)
            {
                double low = Math.Pow(10, Math.Floor(Math.Log10(least))), high = Math.Pow(10, Math.Ceiling(Math.Log10(most)));
                if (high <= low) high = low * 10;
                List<double> decades = [];
                for (int exponent = (int)Math.Round(Math.Log10(low)); exponent <= (int)Math.Round(Math.Log10(high)); exponent++) decades.Add(Math.Pow(10, exponent));
                return new(low, high, true, decades.Count > 2 ? decades : [.. decades.SelectMany(decade => new[] { decade, 2 * decade, 5 * decade }).Where(tick => tick <= high)]);
            }
            double raw = most / Parts, unit = Math.Pow(10, Math.Floor(Math.Log10(raw)));
            double step = unit * new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * unit >= raw);
            int count = (int)Math.Ceiling(most / step);
            return new(0, count * step, false, [.. Enumerable.Range(0, count + 1).Select(i => i * step)]);
        }
    }
}
