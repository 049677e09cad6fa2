using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Hlx.Cli.Bench;

/// <summary>
/// Another implementation, as a program of benchmarks/peers: it prints one line of JSON that describes it, then answers one request a
/// line with one line of JSON.
/// </summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    private Peer(Process process, string name, string version)
    {
        _process = process;
        Name = name;
        Version = version;
    }

    public string Name { get; }

    public string Version { get; }

    /// <summary>Starts a peer.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="reason">Why there is none, if null is returned.</param>
    /// <param name="variables">Variables of its environment.</param>
    public static Peer? Start(string command, out string reason, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            reason = "its command is empty";
            return null;
        }
        try
        {
            ProcessStartInfo start = new(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach ((string variable, string value) in variables) start.Environment[variable] = value;
            Process process = Process.Start(start)!;
            string? line = process.StandardOutput.ReadLine();
            if (line is null)
            {
                process.WaitForExit();
                reason = $"{words[0]} ended with exit code {process.ExitCode}";
                return null;
            }
            using JsonDocument hello = JsonDocument.Parse(line);
            reason = hello.RootElement.TryGetProperty("skipped", out JsonElement skipped) ? skipped.GetString() ?? "" : "";
            if (reason.Length > 0) return null;
            return new(process, hello.RootElement.GetProperty("implementation").GetString()!, hello.RootElement.GetProperty("version").GetString()!);
        }
        catch (Exception missing) when (missing is System.ComponentModel.Win32Exception or JsonException or KeyNotFoundException)
        {
            reason = $"{words[0]} cannot be run: {missing.Message}";
            return null;
        }
    }

    /// <summary>Asks for samples of a product.</summary>
    /// <inheritdoc cref="Ask"/>
    public (double[] Values, double? Error)? Measure(GemmCase item, string metric, string profile, int samples) =>
        Ask(string.Create(CultureInfo.InvariantCulture, $"{metric} {profile} {item.M} {item.N} {item.K} {item.Data} {samples}"), out _);

    /// <summary>Asks for samples.</summary>
    /// <param name="request">The request, one line.</param>
    /// <param name="trace">What else the answer holds under <c>trace</c>.</param>
    /// <returns>The samples and the error against float64; null if the peer does not have what is asked for.</returns>
    public (double[] Values, double? Error)? Ask(string request, out IReadOnlyDictionary<string, double> trace)
    {
        _process.StandardInput.WriteLine(request);
        string line = _process.StandardOutput.ReadLine() ?? throw new HlxException(ErrorCode.BenchPeer, $"{Name} ended at \"{request}\"", "Run it alone with this request; its message is above");
        using JsonDocument answer = JsonDocument.Parse(line);
        trace = answer.RootElement.TryGetProperty("trace", out JsonElement steps) ? steps.EnumerateObject().ToDictionary(step => step.Name, step => step.Value.GetDouble()) : new Dictionary<string, double>();
        if (!answer.RootElement.TryGetProperty("values", out JsonElement values)) return null;
        return ([.. values.EnumerateArray().Select(value => value.GetDouble())], answer.RootElement.TryGetProperty("error", out JsonElement error) ? error.GetDouble() : null);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }
}
