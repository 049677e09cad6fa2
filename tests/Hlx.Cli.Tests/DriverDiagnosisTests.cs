using System.Diagnostics;
using System.Text.Json;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>What <c>hlx doctor</c> says of drivers that offer nothing (broken_driver.c): what is missing, and what only is not in this machine.</summary>
public sealed class DriverDiagnosisTests : IDisposable
{
    private readonly HlxProcess _hlx = new();
    private readonly string _manifest;

    public DriverDiagnosisTests() => _manifest = Manifest("driver", Driver("driver"));

    public void Dispose() => _hlx.Dispose();

    [Theory]
    [InlineData("libHlxMissing.so.3", "apt-get install libhlxmissing3)")]
    [InlineData("libhlx_missing2.so.0", "apt-get install libhlx-missing2-0)")]
    public void The_library_that_a_driver_opens_and_does_not_find_is_named_with_its_package(string library, string remedy)
    {
        (int code, string problem) = ProblemWith(_manifest, ("HLX_TEST_DRIVER", "needs"), ("HLX_TEST_LIBRARY", library));
        Assert.Equal(1, code);
        Assert.Contains($"{_manifest}: the driver needs {library}, which is not installed", problem, StringComparison.Ordinal);
        Assert.EndsWith(remedy, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_that_a_driver_is_linked_with_is_named_with_its_package()
    {
        string library = Compile("libhlxlinked.so", "int hlx_linked(void) { return 0; }", "-Wl,-soname,libhlxlinked.so.1");
        string manifest = Manifest("linked", Driver("linked", "-Wl,--no-as-needed", library));
        (int code, string problem) = ProblemWith(manifest);
        Assert.Equal(1, code);
        Assert.Contains($"{manifest}: the driver needs libhlxlinked.so.1, which is not installed", problem, StringComparison.Ordinal);
        Assert.EndsWith("apt-get install libhlxlinked1)", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere/libhlxgone.so")]
    [InlineData("libGLX_nvidia_hlx.so.0")]
    public void A_driver_without_its_library_is_to_be_installed_again(string library)
    {
        (int code, string problem) = ProblemWith(Manifest("gone", library));
        Assert.Equal(1, code);
        Assert.Contains($"its library {library} is not there", problem, StringComparison.Ordinal);
        Assert.Contains("Install the driver again", problem, StringComparison.Ordinal);
        Assert.Contains("NVIDIA_DRIVER_CAPABILITIES", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_whose_library_is_another_kind_of_file_is_to_be_installed_again()
    {
        string library = _hlx.Folder["libtext.so"];
        File.WriteAllText(library, "text");
        (int code, string problem) = ProblemWith(Manifest("text", library));
        Assert.Equal(1, code);
        Assert.Contains($"its library {library} is not there or cannot be opened", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_named_and_not_there_is_a_problem()
    {
        (int code, string problem) = ProblemWith(_hlx.Folder["nothing.json"]);
        Assert.Equal(1, code);
        Assert.Contains("there is no such file", problem, StringComparison.Ordinal);
        Assert.Contains("VK_DRIVER_FILES", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("refuse")]
    public void A_driver_that_finds_no_device_of_its_own_is_not_a_problem(string mode)
    {
        (string, string)[] variables = Variables($"{_manifest}:{CpuDrivers.Manifests()}", ("HLX_TEST_DRIVER", mode));
        (int code, string output, _) = _hlx.Run("", variables, ["doctor"]);
        Assert.Equal(0, code);
        Assert.DoesNotContain(_manifest, output, StringComparison.Ordinal);
        Assert.DoesNotContain("problem", output, StringComparison.Ordinal);

        (code, output, _) = _hlx.Run("", variables, ["doctor", "--verbose"]);
        Assert.Equal(0, code);
        Assert.Contains($"note     {_manifest}: no device", output, StringComparison.Ordinal);

        (code, output, _) = _hlx.Run("", variables, ["doctor", "--json"]);
        HlxObject finding = Assert.Single(Json.Decode(output).AsArray().ToArray(), finding => finding.AsObject()["subject"].AsText() == _manifest).AsObject();
        Assert.Equal((0, "note", true), (code, finding["level"].AsText(), finding["ok"].AsBool()));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("refuse")]
    public void That_no_driver_at_all_finds_a_device_is_one_problem(string mode)
    {
        (int code, string output, _) = _hlx.Run("", Variables(_manifest, ("HLX_TEST_DRIVER", mode)), ["doctor"]);
        Assert.Equal(1, code);
        Assert.Contains("none offers a device", Assert.Single(Problems(output)), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_that_do_not_exist_are_not_mentioned()
    {
        string home = _hlx.Folder["home"], data = _hlx.Folder["data"];
        string folder = Path.Combine(data, "vulkan", "icd.d");
        Directory.CreateDirectory(folder);
        foreach (string manifest in CpuDrivers.Manifests().Split(':')) File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(manifest)), manifest);
        (string, string)[] variables =
        [
            .. Variables("", ("HOME", home), ("XDG_CONFIG_HOME", $"{home}/config"), ("XDG_CONFIG_DIRS", $"{home}/dirs"), ("XDG_DATA_HOME", $"{home}/share"), ("XDG_DATA_DIRS", data)),
        ];
        (_, string output, _) = _hlx.Run("", variables, ["doctor", "--verbose"]);
        Assert.DoesNotContain(home, output, StringComparison.Ordinal);
        Assert.Contains("llvmpipe", output, StringComparison.Ordinal);
    }

    // The only problem that is said of a driver beside those that work.
    private (int Code, string Problem) ProblemWith(string manifest, params (string, string)[] variables)
    {
        (int code, string output, _) = _hlx.Run("", Variables($"{manifest}:{CpuDrivers.Manifests()}", variables), ["doctor"]);
        Assert.Contains("llvmpipe", output, StringComparison.Ordinal);
        return (code, Assert.Single(Problems(output)));
    }

    private static IEnumerable<string> Problems(string output) => output.Split('\n').Where(line => line.StartsWith("problem", StringComparison.Ordinal));

    private static (string, string)[] Variables(string files, params (string, string)[] more) => [("VK_DRIVER_FILES", files), ("VK_ICD_FILENAMES", files), .. more];

    private string Driver(string name, params string[] options)
    {
        string library = _hlx.Folder[$"lib{name}.so"];
        Gcc([Path.Combine(AppContext.BaseDirectory, "broken_driver.c"), .. options, "-o", library, "-ldl"]);
        return library;
    }

    private string Compile(string name, string text, params string[] options)
    {
        string source = _hlx.Folder["source.c"], library = _hlx.Folder[name];
        File.WriteAllText(source, text);
        Gcc([source, .. options, "-o", library]);
        return library;
    }

    private static void Gcc(string[] arguments)
    {
        using Process compiler = Process.Start("gcc", ["-shared", "-fPIC", "-w", .. arguments]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
    }

    private string Manifest(string name, string library)
    {
        string manifest = _hlx.Folder[$"{name}.json"];
        File.WriteAllText(manifest, JsonSerializer.Serialize(new { file_format_version = "1.0.0", ICD = new { library_path = library, api_version = "1.3.0" } }));
        return manifest;
    }
}
