using System.Diagnostics;

namespace Hlx.Cli.Survey;

/// <summary>The outputs of a run of an entry point, to compare with another device's.</summary>
internal sealed record SurveyOutputs(string EntryPoint, string Range, IReadOnlyList<byte[]> Buffers);

/// <summary>What became of a module on a device.</summary>
/// <param name="Entries">One for each compute entry point, or one for a module without any.</param>
/// <param name="Outputs">What the entry points gave that were to be compared.</param>
internal sealed record SurveyAnswer(IReadOnlyList<SurveyEntry> Entries, IReadOnlyList<SurveyOutputs> Outputs)
{
    /// <summary>The runs that are not to be compared, as invocations met in them: the entry point and the range of its numbers.</summary>
    public IReadOnlyList<(string EntryPoint, string Range)> Races { get; init; } = [];
}

/// <summary>
/// A process that tries shaders on a device, so that a driver which crashes or hangs takes that process with it and not the survey:
/// the next shader gets a new one.
/// </summary>
internal sealed class SurveyProcess : IDisposable
{
    private const int FirstSignal = 128;

    private static readonly TimeSpan OpeningPatience = TimeSpan.FromMinutes(2);

    private readonly string? _address;
    private readonly SurveyStep _last;
    private readonly TimeSpan _patience;
    private Process? _process;

    /// <summary>Opens the device in a process of its own.</summary>
    /// <param name="address">The device's address; null for the best one.</param>
    /// <param name="last">The step after which to stop.</param>
    /// <param name="patience">How long to wait for each step.</param>
    /// <exception cref="HlxException">As opening a device.</exception>
    public SurveyProcess(string? address, SurveyStep last, TimeSpan patience)
    {
        (_address, _last, _patience) = (address, last, patience);
        Start();
    }

    /// <summary>The device's name.</summary>
    public string Device { get; private set; } = "";

    /// <summary>Its driver.</summary>
    public string Driver { get; private set; } = "";

    /// <summary>Tries a module.</summary>
    /// <param name="file">The file.</param>
    /// <param name="compares">Whether to bring the outputs of what may claim device-to-device.</param>
    public SurveyAnswer Try(string file, bool compares)
    {
        if (_process is null) Start();
        List<SurveyEntry> entries = [];
        List<SurveyOutputs> outputs = [];
        List<(string, string)> races = [];
        SurveyEntry at = new("", SurveyStep.Found);
        try
        {
            _process!.StandardInput.WriteLine(Json.Encode(HlxValue.Object(("file", Path.GetFullPath(file)), ("compare", compares))));
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended: that there is no answer says so.
        }
        while (true)
        {
            if (Answer(_patience, out string code, out string what) is not HlxObject line)
            {
                if (entries.TrueForAll(entry => entry.EntryPoint != at.EntryPoint)) entries.Add(at.Refused(code, what));
                break;
            }
            if (line.TryGet("end", out _)) break;
            if (line.TryGet("at", out HlxValue place)) at = SurveyEntry.FromValue(place);
            else if (line.TryGet("raced", out HlxValue range)) races.Add((line["entry_point"].AsText(), range.AsText()));
            else if (line.TryGet("entry", out HlxValue entry)) entries.Add(SurveyEntry.FromValue(entry));
            else if (line.TryGet("outputs", out HlxValue buffers)) outputs.Add(new(line["entry_point"].AsText(), line["range"].AsText(), [.. buffers.AsArray().ToArray().Select(bytes => Convert.FromBase64String(bytes.AsText()))]));
        }
        if (entries.Exists(entry => entry.Code == ErrorCode.DeviceLost)) Dispose(); // it is lost for what follows, too
        return new(entries, outputs) { Races = races };
    }

    public void Dispose()
    {
        if (_process is null) return;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(_patience)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _process = null;
    }

    private void Start()
    {
        string[] self = OwnProgram.Words;
        string[] device = _address is null ? [] : ["--device", _address];
        ProcessStartInfo start = new(self[0], [.. self[1..], "probe", "--shaders", $"{_last}", "--timeout", $"{_patience.TotalSeconds:F0}", .. device])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { }; // drivers talk
        _process.BeginErrorReadLine();
        HlxObject line = Answer(OpeningPatience, out string code, out string what) ?? throw new HlxException(code, what, "Run `hlx doctor`, or name another device with --device");
        if (line.TryGet("code", out HlxValue refused)) throw new HlxException(refused.AsText(), line["what"].AsText(), line["remedy"].AsText());
        (Device, Driver) = (line["device"].AsText(), line["driver"].AsText());
    }

    // The next line; null, and what happened, if there is none: the process is gone then.
    private HlxObject? Answer(TimeSpan patience, out string code, out string what)
    {
        (code, what) = ("", "");
        Task<string?> reading = _process!.StandardOutput.ReadLineAsync();
        bool isInTime = reading.Wait(patience);
        if (isInTime && reading.Result is string text) return Json.Decode(text).AsObject();
        if (!isInTime) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        (code, what) = isInTime
            ? (ErrorCode.DriverFailure, $"the driver crashed ({(_process.ExitCode > FirstSignal ? $"signal {_process.ExitCode - FirstSignal}" : $"exit code {_process.ExitCode}")})")
            : (ErrorCode.DeviceTimeout, $"the driver did not finish within {patience.TotalSeconds:F0} s");
        _process.Dispose();
        _process = null;
        return null;
    }
}
