using System.Diagnostics;

namespace Hlx.Cli.Drivers;

/// <summary>
/// Opens devices in a process of their own first, so that a driver which crashes takes that process with it and not the user's. What
/// went well is noted in the cache's folder, and not tried again until a driver changes.
/// </summary>
internal static class DriverProbe
{
    private const int FirstSignal = 128; // an exit code from here on: the process was ended by a signal

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Tries the device that an address means.</summary>
    /// <param name="address">The address; null for the best device.</param>
    /// <returns>What the driver did, or null if the device can be opened, or fails with an error that can be reported.</returns>
    public static string? Check(string? address)
    {
        string note = NoteOf(address);
        if (File.Exists(note)) return null;
        ProbeResult probe = Run(["probe", .. address is null ? (string[])[] : ["--device", address]], []);
        if (probe.ExitCode == 0) Keep(note);
        return probe.Failure;
    }

    /// <summary>Whether a process has opened the device of an address before, with the drivers that are installed now.</summary>
    /// <param name="address">The address.</param>
    public static bool HasOpened(string address) => File.Exists(NoteOf(address));

    /// <summary>Runs this program.</summary>
    public static ProbeResult Run(string[] arguments, IEnumerable<(string Name, string Value)> variables)
    {
        string[] self = OwnProgram.Words;
        ProcessStartInfo start = new(self[0], [.. self[1..], .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            return new(-1, "", "", $"the Vulkan driver did not answer within {Patience.TotalSeconds:F0} s");
        }
        Task.WaitAll(output, errors);
        string? failure = process.ExitCode < FirstSignal ? null : $"the Vulkan driver crashed when its device was opened (signal {process.ExitCode - FirstSignal} in a process that tried it)";
        return new(process.ExitCode, output.Result, errors.Result, failure);
    }

    private static string NoteOf(string? address)
    {
        string[] parts =
        [
            typeof(DriverProbe).Assembly.GetName().Version!.ToString(), address ?? "", Environment.GetEnvironmentVariable("HLX_VULKAN_LOADER") ?? "",
            .. DriverManifest.All().Select(manifest => manifest.Stamp),
        ];
        return Path.Combine(HlxOptions.CacheFolder, "probes", Handle.Of(HlxValue.Array([.. parts.Select(part => (HlxValue)part)])).Text["&h_".Length..]);
    }

    private static void Keep(string note)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(note)!);
            File.WriteAllBytes(note, []);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is tried again next time.
        }
    }
}
