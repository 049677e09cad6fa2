using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Hlx.Values;

namespace Hlx.Spirv;

/// <summary>What became of a validation.</summary>
public enum SpirvValidation
{
    /// <summary>The tool found the module valid.</summary>
    Valid,

    /// <summary>The tool is not installed.</summary>
    NotInstalled,

    /// <summary>The tool is older than a capability that the module declares, and says nothing about it.</summary>
    TooOld,
}

/// <summary>The validator of the SPIR-V Tools, <c>spirv-val</c>, where it is installed.</summary>
public static partial class SpirvValidator
{
    private const int TimeoutMilliseconds = 30_000;

    /// <summary>Whether the tool is installed.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "spirv-val")));

    /// <summary>Validates a module for Vulkan 1.3.</summary>
    /// <param name="module">The module.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/> with the tool's message.</exception>
    public static SpirvValidation Validate(ReadOnlyMemory<byte> module)
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
            if (process.ExitCode == 0) return SpirvValidation.Valid;
            string message = string.Join(' ', (errors.Result + output.Result).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            if (UnknownCapability().Match(message) is { Success: true } unknown && Enum.IsDefined((Capability)uint.Parse(unknown.Groups[1].Value, CultureInfo.InvariantCulture)))
                return SpirvValidation.TooOld;
            throw new HlxException(ErrorCode.SpirvInvalid, $"spirv-val refuses the module: {message.TrimEnd('.')}", "Correct the shader and compile it again");
        }
        catch (Win32Exception)
        {
            return SpirvValidation.NotInstalled;
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"Invalid capability operand: ([0-9]+)")]
    private static partial Regex UnknownCapability();
}
