using System.Diagnostics;
using Hlx.Testing;

namespace Hlx.Architecture.Tests;

/// <summary>Packages come from where the machine has them from: no host of a registry is written down.</summary>
public sealed class MirrorTests : IDisposable
{
    private const string Mirror = "http://mirror.example/debian";

    // In parts, so that this file does not hold what it forbids.
    private static readonly string[] Registries =
    [
        "deb." + "debian.org", "security." + "debian.org", "ftp." + "debian.org", "archive." + "ubuntu.com", "ports." + "ubuntu.com", "registry." + "npmjs.org", "npmjs" + ".com",
        "nuget" + ".org", "pypi" + ".org", "pythonhosted" + ".org", "crates" + ".io", "proxy." + "golang.org", "rubygems" + ".org", "nodesource" + ".com", "docker" + ".io", "ghcr" + ".io",
    ];

    private static readonly string[] Left = [".git", "artifacts", "bin", "obj", "node_modules", "release", "report", "publish"];

    private const long MostBytes = 8 << 20;

    private readonly TempFolder _apt = new();

    public MirrorTests() => Directory.CreateDirectory(_apt["sources.list.d"]);

    public void Dispose() => _apt.Dispose();

    [Fact]
    public void No_file_names_the_host_of_a_package_registry()
    {
        string[] files = [.. Files(TestData.Root).Where(file => new FileInfo(file).Length < MostBytes)];
        Assert.Contains(Path.Combine(TestData.Root, "scripts", "debian"), files);
        string[] naming =
        [
            .. from file in files
               let text = File.ReadAllText(file)
               from host in Registries
               where text.Contains(host, StringComparison.OrdinalIgnoreCase)
               select $"{file}: {host}",
        ];
        Assert.Empty(naming);
    }

    [Theory]
    [InlineData($"deb {Mirror} bookworm main")]
    [InlineData($"# a comment\n\ndeb-src http://other.example/debian bookworm main\ndeb [arch=amd64 signed-by=/key.gpg] {Mirror} trixie main contrib")]
    [InlineData($"deb http://security.example/debian-security bookworm-security main\ndeb {Mirror} stable non-free main")]
    public void The_mirror_is_that_of_the_list(string list)
    {
        File.WriteAllText(_apt["sources.list"], list + "\n");
        Assert.Equal(Mirror, Found());
    }

    [Theory]
    [InlineData($"Types: deb\nURIs: {Mirror}\nSuites: bookworm bookworm-updates\nComponents: main\n")]
    [InlineData($"Types: deb\nURIs: http://security.example/debian-security\nSuites: bookworm-security\nComponents: main\n\n# the release\nTypes: deb deb-src\nURIs: {Mirror} http://second.example/debian\nSuites: trixie\nComponents: main contrib\n")]
    [InlineData($"Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n\nTypes: deb\nURIs: {Mirror}\nSuites: bookworm\nComponents: main\n")]
    [InlineData($"Types: deb\nURIs: http://other.example\nSuites: nodistro\nComponents: main\n\nTypes: deb\nURIs: {Mirror}\nSuites: bookworm\nComponents: main\n")]
    public void The_mirror_is_that_of_the_stanzas(string stanzas)
    {
        File.WriteAllText(_apt["sources.list.d/any.sources"], stanzas);
        Assert.Equal(Mirror, Found());
    }

    [Fact]
    public void A_list_of_mirrors_gives_its_first()
    {
        File.WriteAllText(_apt["mirrors"], $"# mirrors\n{Mirror}\nhttp://second.example/debian\n");
        File.WriteAllText(_apt["sources.list.d/debian.sources"], $"Types: deb\nURIs: mirror+file:{_apt["mirrors"]}\nSuites: bookworm\nComponents: main\n");
        Assert.Equal(Mirror, Found());
    }

    [Fact]
    public void Where_apt_has_no_Debian_none_is_given()
    {
        File.WriteAllText(_apt["sources.list"], "deb http://other.example/ubuntu noble main\n");
        Assert.Equal("", Found());
    }

    [Fact]
    public void A_mirror_that_is_named_goes_first()
    {
        File.WriteAllText(_apt["sources.list"], $"deb {Mirror} bookworm main\n");
        Assert.Equal("http://named.example/debian", Found(("DEBIAN_MIRROR", "http://named.example/debian")));
    }

    // What the tree holds: not what builds and tests leave there, nor git's own files.
    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder)
        .Where(inner => !Left.Contains(Path.GetFileName(inner))).SelectMany(Files));

    private string Found(params (string, string)[] variables) => Run(Path.Combine(TestData.Root, "scripts", "debian"), [("APT_ETC", _apt[""]), .. variables], "--mirror").TrimEnd('\n');

    private static string Run(string program, (string Name, string Value)[] variables, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        start.Environment.Remove("DEBIAN_MIRROR");
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
