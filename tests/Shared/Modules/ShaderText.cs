using System.Diagnostics;

namespace Hlx.Testing;

/// <summary>SPIR-V modules made from text while a test runs, so that the text stands beside what is expected of it.</summary>
internal static class ShaderText
{
    /// <summary>Compiles a compute shader in GLSL with glslangValidator.</summary>
    /// <param name="glsl">The source, without the version line.</param>
    /// <param name="environment">The Vulkan that it is for.</param>
    public static byte[] Compile(string glsl, string environment = "vulkan1.2") => Compile(glsl, [environment]);

    /// <summary>Compiles a compute shader in GLSL for a SPIR-V and a Vulkan.</summary>
    public static byte[] Compile(string glsl, string spirv, string vulkan) => Compile(glsl, [vulkan, spirv]);

    private static byte[] Compile(string glsl, string[] environments) => Make(
        "glslangValidator", "comp", "#version 450\n" + glsl,
        (source, module) => ["-V", "--quiet", .. environments.SelectMany(environment => (string[])["--target-env", environment]), "-o", module, source]);

    /// <summary>Assembles a module with spirv-as.</summary>
    /// <param name="assembly">Its text.</param>
    /// <param name="environment">The SPIR-V that it is for.</param>
    public static byte[] Assemble(string assembly, string environment = "spv1.3") =>
        Make("spirv-as", "spvasm", assembly, (source, module) => ["--target-env", environment, "-o", module, source]);

    private static byte[] Make(string tool, string extension, string text, Func<string, string, string[]> arguments)
    {
        using TempFolder folder = new();
        string source = Path.Combine(folder.Path, "shader." + extension), module = Path.Combine(folder.Path, "shader.spv");
        File.WriteAllText(source, text);
        ProcessStartInfo start = new(tool, arguments(source, module)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{tool}: {output}{errors.Result}\n{text}");
        return File.ReadAllBytes(module);
    }
}
