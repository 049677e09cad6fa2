using System.Globalization;
using Hlx.Cli.Drivers;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Store;

namespace Hlx.Cli;

/// <summary>What several commands share: options, input and output.</summary>
internal static class Shared
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Option<bool> Json() => new("--json") { Description = "Write the result as one line of JSON." };

    public static Option<string?> Device() => new("--device")
    {
        Description = "cpu://, vulkan://INDEX, vulkan://UUID or vulkan://PART-OF-NAME. Default: HLX_DEVICE, else the best device.",
    };

    public static Option<double?> Timeout()
    {
        Option<double?> option = new("--timeout") { Description = "How many seconds a request may take on a Vulkan device. Default: HLX_TIMEOUT, else 600." };
        option.CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= HlxOptions.MostSeconds) return seconds;
            result.AddError($"--timeout is a number of seconds above 0, up to {HlxOptions.MostSeconds}");
            return null;
        };
        return option;
    }

    public static Argument<string> File(string name = "FILE", string description = "A file, or - for standard input.")
    {
        Argument<string> argument = Source(name, description);
        argument.DefaultValueFactory = _ => "-";
        return argument;
    }

    public static Argument<string> Source(string name, string description) => new(name) { Description = description };

    /// <summary>The option that names the file for a result.</summary>
    public static Option<string?> Output(string description) => new("-o", "--output") { Description = description };

    /// <summary>The folder that an option names, if it does, made before the work whose result it is for.</summary>
    public static string? ResultFolder(string? folder)
    {
        if (folder is null) return null;
        if (System.IO.File.Exists(folder)) throw new HlxException(ErrorCode.FileIo, $"\"{folder}\" is a file", "Name a folder for the result files");
        return Directory.CreateDirectory(folder).FullName;
    }

    /// <summary>The option for the name of the result files.</summary>
    public static Option<string> ResultName(string fallback)
    {
        Option<string> option = new("--name") { Description = "The name of the result files.", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && Path.GetFileName(result.Tokens[0].Value) != result.Tokens[0].Value) result.AddError("--name is a name without folders");
        });
        return option;
    }

    public static Option<string> Format(string name, string fallback, params string[] formats)
    {
        Option<string> option = new(name) { Description = $"One of {string.Join(", ", formats)}.", DefaultValueFactory = _ => fallback };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }

    public static byte[] ReadAll(string path)
    {
        if (path == "-")
        {
            using Timer? note = Console.IsInputRedirected ? null : NoteWaiting("standard input, which Ctrl+D ends");
            using Stream input = Console.OpenStandardInput();
            using MemoryStream copy = new();
            input.CopyTo(copy);
            return copy.ToArray();
        }
        try
        {
            using Timer note = NoteWaiting($"\"{path}\""); // a pipe that nobody writes into
            return System.IO.File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException && path.Contains('\ufffd', StringComparison.Ordinal))
        {
            throw new HlxException(ErrorCode.FileIo, $"the name \"{path}\" is not valid UTF-8", "Rename the file, or give it on standard input: hlx ... - < FILE");
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            throw new HlxException(ErrorCode.FileIo, $"\"{path}\" is a folder", "Name a file in it");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HlxException(ErrorCode.FileIo, $"there is no file \"{path}\"", "Check the path; handles start with &h_ and need quotes in a shell");
        }
    }

    private static Timer NoteWaiting(string source) => new(_ => Console.Error.WriteLine($"note: waiting for {source}"), null, Patience, System.Threading.Timeout.InfiniteTimeSpan);

    public static void WriteBytes(ReadOnlySpan<byte> bytes, string? path = null) => OutputFile.Write(path ?? "-", bytes);

    /// <summary>
    /// Writes what names a result: on standard output, or on standard error where the data itself goes to standard output.
    /// </summary>
    public static void WriteBeside(string? output, bool json, string text, Func<HlxValue> value) =>
        (OutputFile.IsStandardOutput(output) ? Console.Error : Console.Out).WriteLine(json ? Values.Json.Encode(value()) : text);

    /// <summary>Writes a result: the text for people, or the value for programs.</summary>
    public static void Write(bool json, string text, Func<HlxValue> value) => Console.Out.WriteLine(json ? Values.Json.Encode(value()) : text);

    /// <summary>A value given as a handle, or in a file as JSON, LC-T or LC-B, told apart by how it starts.</summary>
    public static HlxValue ReadValue(LatentSpace space, string source)
    {
        if (Handle.IsHandleText(source)) return space.Resolve(Handle.Parse(source));
        byte[] bytes = ReadAll(source);
        if (Lcb.KindOf(bytes) is not null) return Lcb.Decode(bytes);
        string text = ValueFormat.ToText(bytes);
        return ValueFormat.LooksLikeLct(text) ? Lct.Decode(text) : Values.Json.Decode(text);
    }

    /// <summary>The store for a command that only reads: it is not made where there is none.</summary>
    public static LatentSpace OpenExisting()
    {
        string folder = LatentSpace.DefaultFolder;
        return LatentSpace.Exists(folder) ? LatentSpace.Open(folder) : throw new HlxException(
            ErrorCode.StoreIo, $"there is no store in \"{folder}\"", "Set HLX_STORE to the folder of a store; `hlx collapse` and `hlx gemm` make one");
    }

    /// <summary>
    /// Makes sure that a device that was named exists, even if its work turns out to be known. Asks the driver only where no process has opened
    /// the device before.
    /// </summary>
    public static void RequireDevice(HlxRuntime runtime, string? device, bool forShaders = false)
    {
        string? named = string.IsNullOrEmpty(device) ? Environment.GetEnvironmentVariable(DeviceSelector.Variable) : device;
        if (string.IsNullOrEmpty(named) || DriverProbe.HasOpened(named)) return;
        if (forShaders) _ = runtime.KernelDevice;
        else _ = runtime.Device;
    }

    public static HlxRuntime Open(string? device = null, bool memoize = true, double? timeout = null, ProgressLine? progress = null) => HlxRuntime.Open(new HlxOptions
    {
        Device = device,
        Memoize = memoize,
        DriverCheck = DriverProbe.Check,
        Progress = progress,
        Timeout = timeout is double seconds ? TimeSpan.FromSeconds(seconds) : null,
    });

    /// <summary>Says on standard error if shaders are checked for structure only.</summary>
    public static void NoteMissingValidator()
    {
        if (!SpirvValidator.IsInstalled)
            Console.Error.WriteLine("note: spirv-val is not installed, only the structure of the shader was checked (apt-get install spirv-tools)");
    }

    /// <summary>Says on standard error why the CPU computes although no device was named.</summary>
    public static void NoteFallback(HlxRuntime runtime)
    {
        if (runtime.FallbackReason is not string reason) return;
        string remedy = runtime.Device is CpuDevice ? "; `hlx doctor` tells how to get a GPU path" : ""; // else the GPU refused this one product
        Console.Error.WriteLine($"note: computing on the CPU, because {reason}{remedy}");
    }
}
