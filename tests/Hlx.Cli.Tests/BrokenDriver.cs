using System.Diagnostics;
using System.Text.Json;
using Hlx.Testing;

namespace Hlx.Cli.Tests;

/// <summary>broken_driver.c, built by the machine's C compiler: its file says how it fails.</summary>
internal static class BrokenDriver
{
    /// <summary>Builds it into a folder.</summary>
    /// <returns>The manifest to name to the loader.</returns>
    public static string Build(TempFolder folder)
    {
        string library = folder["libbroken.so"], manifest = folder["broken.json"];
        using Process compiler = Process.Start("gcc", ["-shared", "-fPIC", "-w", Path.Combine(AppContext.BaseDirectory, "broken_driver.c"), "-o", library, "-ldl"]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        File.WriteAllText(manifest, JsonSerializer.Serialize(new { file_format_version = "1.0.0", ICD = new { library_path = library, api_version = "1.3.0" } }));
        return manifest;
    }

    /// <summary>The variables that make drivers the only ones of a process.</summary>
    public static (string Name, string Value)[] Variables(string manifests) => [("VK_DRIVER_FILES", manifests), ("VK_ICD_FILENAMES", manifests)];
}
