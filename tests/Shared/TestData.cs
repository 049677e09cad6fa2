namespace Hlx.Testing;

/// <summary>Finds files of the source tree from a test binary, which lies under artifacts/.</summary>
internal static class TestData
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(string name) => Path.Combine(Root, "tests", "data", name);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Hlx.slnx"))) return at.FullName;
        }
        throw new DirectoryNotFoundException("no folder above the tests holds Hlx.slnx");
    }
}
