using System.ComponentModel;
using System.Diagnostics;
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

    /// <summary>The tool is older than something that the module uses, and says nothing about it.</summary>
    TooOld,
}

/// <summary>The validator of the SPIR-V Tools, <c>spirv-val</c>, where it is installed.</summary>
public static partial class SpirvValidator
{
    private const int TimeoutMilliseconds = 30_000;

    /// <summary>Whether the tool is installed.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "spirv-val")));

    // What the tool checks less strictly where a device offers a feature.
    private static readonly (string Feature, string Flag)[] Flags =
    [
        ("scalarBlockLayout", "--scalar-block-layout"),
        ("uniformBufferStandardLayout", "--uniform-buffer-standard-layout"),
        ("workgroupMemoryExplicitLayoutScalarBlockLayout", "--workgroup-scalar-block-layout"),
    ];

    /// <summary>The features on which the verdict on a module may depend.</summary>
    public static IReadOnlyList<string> LayoutFeatures { get; } = [.. Flags.Select(flag => flag.Feature)];

    /// <summary>Validates a module for Vulkan 1.3. What it says for debuggers only is left out.</summary>
    /// <param name="module">The module.</param>
    /// <param name="features">The features that the device offers, by the names of their members in Vulkan's structures: they decide how
    /// blocks may be laid out. Null for a device that offers all.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/> with the tool's message.</exception>
    public static SpirvValidation Validate(ReadOnlyMemory<byte> module, IReadOnlySet<string>? features = null)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, WithoutDebugInformation(module, out bool isKnown));
            ProcessStartInfo start = new("spirv-val", ["--target-env", "vulkan1.3", "--relax-block-layout", .. Flags.Where(flag => features?.Contains(flag.Feature) != false).Select(flag => flag.Flag), file])
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
            if (isKnown && Unknown().IsMatch(message)) return SpirvValidation.TooOld; // the grammar here, which is newer, knows it
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

    private static ReadOnlySpan<byte> WithoutDebugInformation(ReadOnlyMemory<byte> module, out bool isKnown)
    {
        try
        {
            isKnown = true;
            return DebugInformation.Strip(SpirvModule.Parse(module));
        }
        catch (HlxException refusal) when (refusal.Code == ErrorCode.SpirvInvalid)
        {
            isKnown = false; // it is the tool's to say what is wrong
            return module.Span;
        }
    }

    [GeneratedRegex(@"Invalid [A-Za-z ]+ operand: [0-9]+|Invalid opcode: [0-9]+|Invalid SPIR-V binary version")]
    private static partial Regex Unknown();
}
