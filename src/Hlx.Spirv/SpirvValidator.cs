using System.ComponentModel;
using System.Diagnostics;
using Hlx.Values;

namespace Hlx.Spirv;

/// <summary>The validator of the SPIR-V Tools, <c>spirv-val</c>, where it is installed.</summary>
public static class SpirvValidator
{
    private const int TimeoutMilliseconds = 30_000;

    /// <summary>Whether the tool is installed.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "spirv-val")));

    /// <summary>Validates a module for Vulkan 1.3.</summary>
    /// <param name="module">The module.</param>
    /// <returns>Whether the tool ran; false if it is not installed.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/> with the tool's message.</exception>
    public static bool Validate(ReadOnlyMemory<byte> module)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, module.Span);
            ProcessStartInfo start = new("spirv-val", ["--target-env", "vulkan1.3", file])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(TimeoutMilliseconds))
            {
                process.Kill();
                throw new HlxException(ErrorCode.SpirvInvalid, "spirv-val did not finish within 30 s", "Simplify the shader");
            }
            process.WaitForExit();
            if (process.ExitCode == 0) return true;
            string message = string.Join(' ', (errors.Result + output.Result).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            throw new HlxException(ErrorCode.SpirvInvalid, $"spirv-val refuses the module: {message.TrimEnd('.')}", "Correct the shader and compile it again");
        }
        catch (Win32Exception)
        {
            return false;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
