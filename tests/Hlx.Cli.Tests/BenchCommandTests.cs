using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>The benchmark of products with a peer, and the comparison of results.</summary>
public sealed class BenchCommandTests : IDisposable
{
    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    [Fact]
    public void A_product_is_timed_beside_a_peer_and_the_file_compares_with_itself()
    {
        string peer = _hlx.Folder["peer.sh"], folder = _hlx.Folder["results"];
        File.WriteAllText(peer, """
            echo '{"implementation":"fake","version":"1.0"}'
            while read -r metric profile m n k data samples; do echo "{\"error\":1e-7,\"values\":[$m,$m]}"; done
            """);
        (int code, string output, string errors) = _hlx.Run(
            "", "bench", "gemm", "--size", "48", "--size", "17x5x600", "--runs", "2", "--device", CpuDrivers.Lavapipe, "--peer", $"bash {peer}", "-o", folder);
        Assert.True(code == 0, errors);
        Assert.Contains("fake fp32 48, 1.0E-007", output, StringComparison.Ordinal);
        string json = Path.Combine(folder, "gemm.json");
        JsonNode file = JsonNode.Parse(File.ReadAllText(json))!;
        Assert.Equal("1.0", (string)file["settings"]!["peer_fake"]!);
        JsonNode[] rows = [.. file["rows"]!.AsArray().Select(row => row!)];
        Assert.Equal(["48x48x48", "17x5x600"], rows.Where(row => (string)row["implementation"]! == "hlx").Select(row => (string)row["case"]!).Distinct());
        Assert.All(rows, row => Assert.True((double)row["p50"]! > 0));
        Assert.All(rows.Where(row => (string)row["implementation"]! == "hlx"), row => Assert.InRange((double)row["error"]!, 1e-9, 1e-6));
        Assert.True(File.Exists(Path.Combine(folder, "gemm.csv")));
        _hlx.Succeeds("bench", "compare", json, json);

        // A time that doubled fails; with the peer's doubled too it was the machine, and a peer's alone that halved is the peer's affair.
        string slower = _hlx.Folder["slower.json"], slowMachine = _hlx.Folder["slow-machine.json"], slowPeer = _hlx.Folder["slow-peer.json"];
        Double(file, row => (string)row["implementation"]! == "fake");
        File.WriteAllText(slowPeer, file.ToJsonString());
        _hlx.Succeeds("bench", "compare", slowPeer, json);
        file = JsonNode.Parse(File.ReadAllText(json))!;
        Double(file, row => (string)row["implementation"]! == "hlx" && (string)row["metric"]! == "device_time");
        File.WriteAllText(slower, file.ToJsonString());
        (code, output, errors) = _hlx.Run("", "bench", "compare", json, slower);
        Assert.Equal(1, code);
        Assert.Contains("100.0 %, beside the peer  100.0 %", output, StringComparison.Ordinal);
        Assert.StartsWith("error E_BENCH_REGRESSION: 2 of 4 times are more than 5 % slower", errors, StringComparison.Ordinal);
        _hlx.Succeeds("bench", "compare", json, slower, "--max-regression", "110%");
        Double(file, row => (string)row["implementation"]! == "fake" && (string)row["metric"]! == "device_time");
        File.WriteAllText(slowMachine, file.ToJsonString());
        _hlx.Succeeds("bench", "compare", json, slowMachine);

        // Watts are no time: twice as many are not slower.
        string usual = _hlx.Folder["usual.json"], hot = _hlx.Folder["hot.json"];
        JsonNode power = file["rows"]![0]!.DeepClone();
        (power["implementation"], power["metric"], power["unit"]) = ("hlx", "power", "W");
        file["rows"]!.AsArray().Add(power);
        File.WriteAllText(usual, file.ToJsonString());
        Double(file, row => (string)row["metric"]! == "power");
        File.WriteAllText(hot, file.ToJsonString());
        _hlx.Succeeds("bench", "compare", usual, hot);
    }

    [Fact]
    public void A_perceptron_is_timed_beside_a_peer_warm_cold_and_from_the_start_of_a_process()
    {
        string peer = _hlx.Folder["peer.sh"], folder = _hlx.Folder["results"];
        File.WriteAllText(peer, """
            echo '{"implementation":"fake","version":"1.0"}'
            while read -r metric layers width batch samples; do echo "{\"error\":1e-7,\"values\":[$batch]}"; done
            """);
        string[] common = ["--layers", "2", "--width", "24", "--processes", "1", "--device", CpuDrivers.Lavapipe, "--peer", $"bash {peer}", "-o", folder];
        string output = _hlx.Succeeds(["bench", "batch", "--batch", "1", "5", "--runs", "2", "--turns", "1", .. common]);
        Assert.Contains("fake 5 (", output, StringComparison.Ordinal);
        JsonNode[] rows = Rows("batch");
        Assert.Equal(
            ["2x24, batch 1", "2x24, batch 1, cold caches", "2x24, batch 1, warm caches", "2x24, batch 5", "2x24, batch 5, cold caches", "2x24, batch 5, warm caches"],
            rows.Select(row => (string)row["case"]!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["first_request", "forward", "request"], rows.Select(row => (string)row["metric"]!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows.Where(row => (string)row["implementation"]! == "hlx" && (string)row["metric"]! != "first_request"), row => Assert.InRange((double)row["error"]!, 1e-9, 1e-6));

        _hlx.Succeeds(["bench", "startup", .. common]);
        rows = Rows("startup");
        Assert.Equal(["cold process", "warm process"], rows.Where(row => (string)row["metric"]! == "first_result" && (string)row["implementation"]! == "fake").Select(row => (string)row["case"]!));
        Assert.Contains(rows, row => (string)row["case"]! == "warm process, open_device" && (double)row["p50"]! > 0);

        JsonNode[] Rows(string name) => [.. JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name + ".json")))!["rows"]!.AsArray().Select(row => row!)];
    }

    [Fact]
    public void Distinct_results_are_counted_and_a_wrong_golden_handle_fails()
    {
        string peer = _hlx.Folder["peer.sh"], folder = _hlx.Folder["results"], golden = _hlx.Folder["golden.jsonl"];
        File.WriteAllText(peer, """echo '{"implementation":"fake","profile":"fp32","case":"anything","distinct":7,"runs":9}'""");
        File.WriteAllLines(golden, _hlx.Succeeds("bench", "golden", "--seed", "3").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        string[] command = ["bench", "determinism", "--runs", "2", "--batch", "1", "3", "--device", CpuDrivers.Lavapipe, "--golden", golden, "--peer", $"bash {peer}", "-o", folder];
        string output = _hlx.Succeeds([.. command, "--processes", "1"]);
        Assert.Matches("fake +fp32 +anything +7 distinct of +9", output);
        Assert.Contains("control: a list in the order of arrival", output, StringComparison.Ordinal);
        JsonNode[] rows = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "determinism.json")))!["rows"]!.AsArray().Select(row => row!)];
        Assert.All(rows.Where(row => (string)row["implementation"]! == "hlx"), row => Assert.Equal(((string)row["case"]!).StartsWith("control", StringComparison.Ordinal), (double)row["p50"]! > 1));

        string[] lines = File.ReadAllLines(golden);
        (lines[0], lines[1]) = (lines[0].Replace(HandleOf(lines[0]), HandleOf(lines[1]), StringComparison.Ordinal), lines[1]);
        File.WriteAllLines(golden, lines);
        (int code, _, string errors) = _hlx.Run("", [.. command, "--processes", "0"]);
        Assert.Equal(1, code);
        Assert.Matches($"error E_BENCH_DETERMINISM: a result is not as promised: .*{Regex.Escape((string)JsonNode.Parse(lines[0])!["operator"]!)}, seed 3, with the golden handle", errors);

        static string HandleOf(string line) => (string)JsonNode.Parse(line)!["handle"]!;
    }

    [Fact]
    public void Known_products_are_timed_without_a_device()
    {
        string output = _hlx.Succeeds("bench", "memo", "--runs", "50", "--openings", "3");
        Assert.Matches("in process +p50 [0-9.]+ us, p99 [0-9.]+ us, 50 hits\nfrom disk +p50 [0-9.]+ us, p99 [0-9.]+ us, 3 hits", output);
    }

    [Fact]
    public void An_installed_command_names_the_commit_of_its_build()
    {
        using TempFolder installed = new();
        string[] files = [.. Directory.GetFiles(Path.GetDirectoryName(HlxProcess.Program)!).Where(file => Path.GetExtension(file) is not (".dbg" or ".pdb" or ".xml"))];
        foreach (string file in files) File.Copy(file, installed[Path.GetFileName(file)]);
        string sqlite = Path.Combine(Path.GetDirectoryName(HlxProcess.Program)!, "runtimes", "linux-x64", "native", "libe_sqlite3.so");
        if (File.Exists(sqlite)) File.Copy(sqlite, installed["libe_sqlite3.so"]);
        // Its user stands in a repository, of which git knows the commit.
        string repository = installed["repository"], tools = installed["tools"], git = Path.Combine(tools, "git"), results = installed["results"];
        Directory.CreateDirectory(Path.Combine(repository, ".git"));
        Directory.CreateDirectory(tools);
        File.WriteAllText(git, "#!/bin/sh\necho foreign\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using HlxProcess hlx = new(installed[Path.GetFileName(HlxProcess.Program)]) { WorkingFolder = repository };
        string version = hlx.Succeeds("--version");
        (int code, _, string errors) = hlx.Run("", [("HLX_COMMIT", ""), ("PATH", $"{tools}:{Environment.GetEnvironmentVariable("PATH")}")], ["bench", "memo", "--runs", "3", "--openings", "1", "-o", results]);
        Assert.True(code == 0, errors);
        string commit = (string)JsonNode.Parse(File.ReadAllText(Path.Combine(results, "memo.json")))!["commit"]!;
        Assert.Equal(version.Split('+') is [_, string revision] ? revision[..7] : "unknown", commit);
    }

    [Fact]
    public void A_missing_peer_is_named_and_left_out()
    {
        string peer = _hlx.Folder["peer.sh"];
        File.WriteAllText(peer, "echo '{\"skipped\":\"no GPU here\"}'");
        (int code, _, string errors) = _hlx.Run(
            "", "bench", "gemm", "--size", "8", "--runs", "1", "--device", CpuDrivers.Lavapipe, "--peer", $"bash {peer}", "--peer", _hlx.Folder["nothing"]);
        Assert.Equal(0, code);
        Assert.Contains("without this peer: no GPU here", errors, StringComparison.Ordinal);
        Assert.Contains("cannot be run", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_gets_one_line()
    {
        string file = _hlx.Folder["no.json"];
        File.WriteAllText(file, "{}");
        _hlx.Fails("E_SHAPE_MISMATCH", "bench", "gemm", "--size", "0x1", "--device", CpuDrivers.Lavapipe);
        (int code, string output, string errors) = _hlx.Run("", "bench", "gemm", "--size", "8", "--numerics", "fp16", "--device", CpuDrivers.Lavapipe);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("error E_NUMERICS_UNSUPPORTED: the device does not multiply", errors.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal); // after the progress
        _hlx.Fails("E_FILE_IO", "bench", "compare", file, file);
        _hlx.Fails("E_FILE_IO", "bench", "compare", file, _hlx.Folder["missing.json"]);
        _hlx.Fails("E_TYPE_MISMATCH", "bench", "compare", file, file, "--max-regression", "much");
    }

    private static void Double(JsonNode file, Func<JsonNode, bool> which)
    {
        foreach (JsonNode? row in file["rows"]!.AsArray().Where(row => which(row!))) row!["p50"] = 2 * (double)row["p50"]!;
    }
}
