using System.Globalization;
using System.Net;
using System.Text;

namespace Hlx.Cli.Report;

/// <summary>A matrix of counts: how many distinct results, of how many runs.</summary>
/// <param name="Id">The name of its files.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">How results were made.</param>
/// <param name="Rows">What was computed, with a count for each column; null where that was not done.</param>
internal sealed record Matrix(string Id, string Title, IReadOnlyList<string> Columns, IReadOnlyList<(string Name, IReadOnlyList<(int Distinct, int Runs)?> Counts)> Rows);

/// <summary>Draws matrices as SVG.</summary>
internal static class SvgMatrix
{
    private const int Left = 400, Top = 70, CellWidth = 130, CellHeight = 26;

    private const string One = "#BFE3D0", Many = "#F6C8A4"; // told apart by their text as well

    public static string Draw(Matrix matrix)
    {
        int width = Left + (CellWidth * matrix.Columns.Count) + 10, height = Top + (CellHeight * matrix.Rows.Count) + 14;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"{Escape(matrix.Title)}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n<text x=\"10\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{Escape(matrix.Title)}</text>\n");
        for (int column = 0; column < matrix.Columns.Count; column++)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (CellWidth * column) + (CellWidth / 2)}\" y=\"{Top - 8}\" text-anchor=\"middle\">{Escape(matrix.Columns[column])}</text>\n");
        for (int row = 0; row < matrix.Rows.Count; row++)
        {
            (string name, IReadOnlyList<(int Distinct, int Runs)?> counts) = matrix.Rows[row];
            int y = Top + (CellHeight * row);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{y + 17}\">{Escape(name)}</text>\n");
            for (int column = 0; column < counts.Count; column++)
            {
                if (counts[column] is not (int distinct, int runs)) continue;
                int x = Left + (CellWidth * column);
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x + 1}\" y=\"{y + 1}\" width=\"{CellWidth - 2}\" height=\"{CellHeight - 2}\" fill=\"{(distinct == 1 ? One : Many)}\"/><text x=\"{x + (CellWidth / 2)}\" y=\"{y + 17}\" text-anchor=\"middle\">{distinct} of {runs}</text>\n");
            }
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
