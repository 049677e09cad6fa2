using System.Globalization;

namespace Hlx.Cli.Report;

/// <summary>Makes the report from the result files, and from nothing else: pure.</summary>
internal static class ReportBuilder
{
    private const string Fp32 = "fp32";

    private static readonly int[] Powers = [.. Enumerable.Range(0, 14).Select(exponent => 1 << exponent)];
    // How results were made, and how a case of determinism.json says so.
    private static readonly (string Name, string Mark)[] Ways =
        [("one process", ", one process"), ("threads, queues", ", 8 threads on two queues"), ("cold processes", ", cold processes"), ("rows of batches", ", every batch size and position"), ("devices", ", on "), ("two streams", ", two streams")];

    private static readonly string[] Peers = ["cublas", "cublas-graph", "nvrtc", "torch-eager", "torch-graph"];

    public static IReadOnlyList<ReportDevice> Build(IReadOnlyList<ResultSet> sets) =>
    [
        .. sets.Select(set => new ReportDevice(set.Name, set.Device, set.Driver, [.. Sections(set).OfType<ReportSection>().Select(section => section with { Table = section.Table.WithoutEmptyColumns() })])).Where(device => device.Sections.Count > 0),
    ];

    private static IEnumerable<ReportSection?> Sections(ResultSet set)
    {
        yield return Products(set);
        yield return Errors(set);
        yield return OtherShapes(set);
        yield return Narrow(set);
        yield return ByBatch(set, "batch", "request", "", "Requests of a perceptron, from array to array", "us", true, $"{(set.Find("batch") is ResultSource batch ? InWords(Model(batch)) : "")} in fp32, rows from an ordinary array and the result in another one; median.");
        yield return ByBatch(set, "batch", "forward", "", "The same with rows and result on the device", "us", true, "From the submission to its end.");
        yield return ByBatch(set, "batch-first", "first_request", ", warm caches", "First request of a batch size, caches warm", "us", true, "A process that has answered a request of another size, with what an earlier process has left on disk.");
        yield return ByBatch(set, "batch-first", "first_request", ", cold caches", "First request of a batch size, caches empty", "us", true, "The driver's compiler, or NVRTC, has to work; cuBLAS has nothing to compile.");
        yield return Startup(set);
        yield return ByBatch(set, "batch", "energy_of_10000", "", "Energy of 10,000 requests", "J", false, "By the counter of the whole card, in a loop of requests.");
        yield return ProductEnergy(set);
        yield return Memo(set);
        yield return Determinism(set);
        yield return Conformance(set);
    }

    private static ReportSection? Products(ResultSet set)
    {
        if (set.Find("gemm-ieee") is null) return null;
        List<IReadOnlyList<string>> rows = [];
        int[] sizes = Sizes(set);
        List<ChartSeries> series = [.. ((string[])["fp32.ieee", "fp32.fixed", "fp32.split"]).Select(profile => new ChartSeries("HLX " + profile, [.. sizes.Select(n => Speed(n, Own(set, profile, Square(n))))]))];
        series.Add(new("cuBLAS fp32", [.. sizes.Select(n => Speed(n, Beside(set, "fp32.ieee", Square(n))))]));
        foreach (int n in sizes)
        {
            List<string> row = [n.ToString(CultureInfo.InvariantCulture)];
            foreach (string profile in (string[])["fp32.ieee", "fp32.fixed", "fp32.split"])
            {
                (ResultRow? own, ResultRow? peer) = (Own(set, profile, Square(n)), Beside(set, profile, Square(n)));
                row.Add(own is null ? "" : SvgChart.Number(own.Median));
                row.Add(peer is null || own is null ? "" : $"{SvgChart.Number(peer.Median)} ({peer.Median / own.Median:F2})");
            }
            rows.Add(row);
        }
        return new(
            "Matrix products in fp32", "Time on the device, median of alternating runs, beside cuBLAS SGEMM with TF32 off in the same run; in brackets cuBLAS's time over ours: above 1, HLX is faster.",
            Draw(new("gemm-speed", "Square products in fp32", "M = N = K", "TFLOP/s", [.. sizes.Select(n => n.ToString(CultureInfo.InvariantCulture))], series, ChartKind.Lines, false)),
            new(["size", "fp32.ieee, µs", "cuBLAS", "fp32.fixed, µs", "cuBLAS", "fp32.split, µs", "cuBLAS"], rows), Sources(set, "gemm-1024", "gemm-ieee", "gemm-units"));
    }

    private static ReportSection? Errors(ResultSet set)
    {
        if (set.Find("gemm-ieee") is null) return null;
        (string Name, Func<int, ResultRow?> Of)[] all =
        [
            ("HLX fp32.ieee", n => Own(set, "fp32.ieee", Square(n))), ("HLX fp32.fixed", n => Own(set, "fp32.fixed", Square(n))), ("HLX fp32.split", n => Own(set, "fp32.split", Square(n))),
            ("cuBLAS fp32", n => Beside(set, "fp32.ieee", Square(n))), ("cuBLAS TF32", n => Tf32(set, n)),
        ];
        int[] sizes = Sizes(set);
        return new(
            "Error of these products", "Relative to a product in float64, over sampled elements, of numbers drawn evenly from −1 to 1.",
            Draw(new("gemm-error", "Error against float64", "M = N = K", "relative error", [.. sizes.Select(n => n.ToString(CultureInfo.InvariantCulture))], [.. all.Select(entry => new ChartSeries(entry.Name, [.. sizes.Select(n => entry.Of(n)?.Error)]))], ChartKind.Lines, true)),
            new(["size", .. all.Select(entry => entry.Name)], [.. sizes.Select(n => (IReadOnlyList<string>)[n.ToString(CultureInfo.InvariantCulture), .. all.Select(entry => entry.Of(n)?.Error is double error ? error.ToString("0.0e0", CultureInfo.InvariantCulture) : "")])]),
            Sources(set, "gemm-1024", "gemm-ieee", "gemm-units"));
    }

    private static ReportSection? OtherShapes(ResultSet set)
    {
        if (set.Find("gemm-ieee") is not ResultSource source) return null;
        int[] sizes = Sizes(set);
        string[] cases = [.. source.Rows.Where(row => row.Implementation == "hlx" && row.Metric == "device_time" && !sizes.Any(n => row.Case == Square(n))).Select(row => row.Case)];
        if (cases.Length == 0) return null;
        return new(
            "Few rows, and extents that no tile divides", "fp32.ieee, time on the device in µs.", null,
            new(["M×N×K", "HLX", "cuBLAS (its time over ours)"], [.. cases.Select(name => (Own: set.Row("gemm-ieee", "hlx", "device_time", name)!, Peer: set.Row("gemm-ieee", "cublas", "device_time", $"{name}, beside fp32.ieee"))).Select(entry =>
                (IReadOnlyList<string>)[entry.Own.Case.Replace('x', '×'), SvgChart.Number(entry.Own.Median), entry.Peer is null ? "" : $"{SvgChart.Number(entry.Peer.Median)} ({entry.Peer.Median / entry.Own.Median:F2})"])]), [source]);
    }

    private static ReportSection? Narrow(ResultSet set)
    {
        if (set.Find("gemm-narrow") is not ResultSource source) return null;
        ResultRow[] own = [.. source.Rows.Where(row => row.Implementation == "hlx" && row.Metric == "device_time")];
        string[] names = [.. own.Select(row => $"{row.Profile}, {row.Case.Split('x')[0]}")];
        ResultRow?[] peers = [.. own.Select(row => set.Row("gemm-narrow", "cublas", "device_time", row.Case, row.Profile))];
        return new(
            "Products of narrow types on matrix units", "Time on the device; cuBLAS on the same types.",
            Draw(new("gemm-narrow", "Products of fp16, bf16 and i8", "type, M = N = K", "us", names, [new("HLX", [.. own.Select(row => (double?)row.Median)]), new("cuBLAS", [.. peers.Select(row => row?.Median)])], ChartKind.Bars, true)),
            new(["type and size", "HLX, µs", "cuBLAS (its time over ours)"], [.. own.Select((row, i) => (IReadOnlyList<string>)[names[i], SvgChart.Number(row.Median), peers[i] is ResultRow peer ? $"{SvgChart.Number(peer.Median)} ({peer.Median / row.Median:F2})" : ""])]), [source]);
    }

    /// <summary>The model that a file is about: its cases are such as "4x1024, batch 1".</summary>
    private static string Model(ResultSource source) => source.Rows.FirstOrDefault(row => row.Implementation == "hlx")?.Case.Split(',')[0] ?? "";

    private static string InWords(string model) => model.Split('x') is [string layers, string width] ? $"A perceptron of {layers} layers, {width} × {width}," : "A perceptron";

    private static ReportSection? ByBatch(ResultSet set, string bench, string metric, string suffix, string title, string unit, bool isLogarithmic, string text)
    {
        if (set.Find(bench) is not ResultSource source) return null;
        string model = Model(source);
        ResultRow? Of(string implementation, int batch) => set.Row(bench, implementation, metric, $"{model}, batch {batch}{suffix}");
        int[] batches = [.. Powers.Where(batch => Of("hlx", batch) is not null)];
        if (batches.Length == 0) return null;
        string[] present = [.. Peers.Where(peer => batches.Any(batch => Of(peer, batch) is not null))];
        string id = $"mlp-{metric.Replace('_', '-')}{(suffix.Contains("cold", StringComparison.Ordinal) ? "-cold" : suffix.Length > 0 ? "-warm" : "")}";
        return new(
            title, text + " In brackets the peer's figure over ours: above 1, HLX needs less.",
            Draw(new(id, title, "batch size", unit, [.. batches.Select(batch => batch.ToString(CultureInfo.InvariantCulture))], [.. ((string[])["hlx", .. present]).Select(name => new ChartSeries(name == "hlx" ? "HLX" : name, [.. batches.Select(batch => Of(name, batch)?.Median)]))], suffix.Length > 0 || metric.StartsWith("energy", StringComparison.Ordinal) ? ChartKind.Bars : ChartKind.Lines, isLogarithmic)),
            new(["batch", $"HLX, {(unit == "us" ? "µs" : unit)}", .. present], [.. batches.Select(batch =>
                (IReadOnlyList<string>)[batch.ToString(CultureInfo.InvariantCulture), SvgChart.Number(Of("hlx", batch)!.Median), .. present.Select(peer => Of(peer, batch) is ResultRow row ? $"{SvgChart.Number(row.Median)} ({row.Median / Of("hlx", batch)!.Median:F2})" : "")])]), [source]);
    }

    private static ReportSection? Startup(ResultSet set)
    {
        if (set.Find("startup") is not ResultSource source) return null;
        ResultRow? Of(string name, string kind) => set.Row("startup", name, "first_result", $"{kind} process");
        string[] names = [.. source.Rows.Select(row => row.Implementation).Distinct().Where(name => Of(name, "warm") is not null && Of(name, "cold") is not null)];
        if (!names.Contains("hlx")) return null;
        double warm = Of("hlx", "warm")!.Median, cold = Of("hlx", "cold")!.Median;
        string steps = string.Join(", ", source.Rows.Where(row => row.Metric == "step" && row.Case.StartsWith("warm process, ", StringComparison.Ordinal)).Select(row => $"{row.Case["warm process, ".Length..].Replace('_', ' ')} {SvgChart.Number(row.Median)}"));
        return new(
            "A fresh process to its first result", $"Milliseconds from starting the process. Ours with caches warm, by steps: {steps}.",
            Draw(new("startup", "A fresh process to its first result", "caches", "ms", ["warm", "empty"], [.. names.Select(name => new ChartSeries(name == "hlx" ? "HLX" : name, [Of(name, "warm")?.Median, Of(name, "cold")?.Median]))], ChartKind.Bars, true)),
            new(["", "caches warm, ms", "caches empty, ms"], [.. names.Select(name => (IReadOnlyList<string>)[name == "hlx" ? "HLX" : name, $"{SvgChart.Number(Of(name, "warm")!.Median)} ({Of(name, "warm")!.Median / warm:F2})", $"{SvgChart.Number(Of(name, "cold")!.Median)} ({Of(name, "cold")!.Median / cold:F2})"])]), [source]);
    }

    private static ReportSection? ProductEnergy(ResultSet set)
    {
        if (set.Find("gemm-1024") is not ResultSource source) return null;
        ResultRow[] rows = [.. source.Rows.Where(row => row.Metric == "energy").OrderBy(row => row.Implementation == "hlx" ? 0 : 1)];
        return new(
            "Energy of a product of 1024 × 1024", "Joules of the whole card for one product, in a loop.", null,
            new(["", "joules", "watts"], [.. rows.Select(row => (IReadOnlyList<string>)[$"{(row.Implementation == "hlx" ? "HLX" : "cuBLAS")} {row.Profile}{(row.Case.Contains("beside", StringComparison.Ordinal) ? row.Case[row.Case.IndexOf(',', StringComparison.Ordinal)..] : "")}",
                SvgChart.Number(row.Median), SvgChart.Number(set.Row("gemm-1024", row.Implementation, "power", row.Case, row.Profile)?.Median ?? 0)])]), [source]);
    }

    private static ReportSection? Memo(ResultSet set) => set.Find("memo") is not ResultSource source ? null : new(
        "Results that are known already", "A product whose result the ledger knows: no device is opened. Never mixed with computed ones.", null,
        new(["", "µs"], [.. source.Rows.Select(row => (IReadOnlyList<string>)[row.Case, SvgChart.Number(row.Median)])]), [source]);

    private static ReportSection? Determinism(ResultSet set)
    {
        if (set.Find("determinism") is not ResultSource source) return null;
        ResultRow[] golden = [.. source.Rows.Where(IsGolden)];
        List<(string Name, IReadOnlyList<(int Distinct, int Runs)?> Counts)> rows = [];
        foreach (var group in source.Rows.Where(row => !IsGolden(row)).Select(row => (Row: row, Place: Place(row))).GroupBy(entry => $"{(entry.Row.Implementation == "hlx" ? "HLX" : "CUDA")} {entry.Row.Profile} {entry.Place.Subject}".Replace("  ", " ", StringComparison.Ordinal)))
        {
            (int, int)?[] counts = new (int, int)?[Ways.Length];
            foreach ((ResultRow row, (string subject, int way)) in group) counts[way] = ((int)row.Median, int.Parse(row.Unit["of ".Length..], CultureInfo.InvariantCulture));
            rows.Add((group.Key, counts));
        }
        string text = "How many different results came out, of how many computations; nothing memoised, outputs poisoned before each run. One is what is promised; the controls must have more.";
        if (golden.Length > 0) text += $" Of {golden.Length} golden handles, which the CPU computed, {golden.Count(row => row.Median == 1)} came out.";
        Matrix matrix = new("determinism", $"Distinct results on {set.Device}", [.. Ways.Select(way => way.Name)], rows);
        return new(
            "Determinism", text, new(matrix.Id, matrix.Title, SvgMatrix.Draw(matrix)),
            new(["", .. matrix.Columns], [.. rows.Select(row => (IReadOnlyList<string>)[row.Name, .. row.Counts.Select(count => count is (int distinct, int runs) ? $"{distinct} of {runs}" : "")])]), [source]);

        static bool IsGolden(ResultRow row) => row.Case.Contains("golden", StringComparison.Ordinal);

        static (string Subject, int Way) Place(ResultRow row)
        {
            for (int way = 0; way < Ways.Length; way++)
            {
                int at = row.Case.IndexOf(Ways[way].Mark, StringComparison.Ordinal);
                if (at >= 0) return (row.Case[..at], way);
            }
            return (row.Case, 0);
        }
    }

    private static ReportSection? Conformance(ResultSet set) => set.Find("conformance") is not ResultSource source ? null : new(
        "Conformance", "The conformance suite, under the Khronos validation layer where the file does not say otherwise.", null,
        new(["passed", "failed"], [[source.Passed.ToString(CultureInfo.InvariantCulture), source.Failed.ToString(CultureInfo.InvariantCulture)]]), [source]);

    /// <summary>The powers of two that have been measured as M = N = K.</summary>
    private static int[] Sizes(ResultSet set) => [.. Powers.Where(n => Own(set, "fp32.ieee", Square(n)) is not null)];

    private static string Square(int n) => $"{n}x{n}x{n}";

    private static double? Speed(int n, ResultRow? row) => row is null ? null : 2.0 * n * n * n / row.Median / 1e6;

    // The headline of a size, if it has been measured on its own.
    private static ResultRow? Own(ResultSet set, string profile, string name) =>
        set.Row("gemm-1024", "hlx", "device_time", name, profile) ?? set.Row("gemm-ieee", "hlx", "device_time", name, profile) ?? set.Row("gemm-units", "hlx", "device_time", name, profile);

    private static ResultRow? Beside(ResultSet set, string profile, string name) =>
        ((string[])["gemm-1024", "gemm-ieee", "gemm-units"]).Where(bench => set.Row(bench, "hlx", "device_time", name, profile) is not null).Select(bench => set.Row(bench, "cublas", "device_time", $"{name}, beside {profile}", Fp32)).FirstOrDefault();

    private static ResultRow? Tf32(ResultSet set, int n) => ((string[])["gemm-1024", "gemm-units"]).SelectMany(bench => set.Find(bench)?.Rows ?? [])
        .FirstOrDefault(row => row.Implementation == "cublas" && row.Profile == "tf32" && row.Metric == "device_time" && (row.Case == Square(n) || row.Case.StartsWith(Square(n) + ",", StringComparison.Ordinal)));

    private static ReportPicture Draw(Chart chart) => new(chart.Id, chart.Title, SvgChart.Draw(chart with { Series = [.. chart.Series.Where(series => series.Values.Any(value => value is not null))] }));

    private static ResultSource[] Sources(ResultSet set, params string[] benches) => [.. benches.Select(set.Find).OfType<ResultSource>()];
}
