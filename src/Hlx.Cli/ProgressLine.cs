using System.Globalization;

namespace Hlx.Cli;

/// <summary>
/// Says on standard error that a device computes where that takes long: on a terminal one line that is written over and goes away at the end, elsewhere a
/// line every ten seconds.
/// </summary>
internal sealed class ProgressLine : IProgress<ComputeProgress>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), OnTerminal = TimeSpan.FromMilliseconds(250), Elsewhere = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private readonly long _start = System.Diagnostics.Stopwatch.GetTimestamp();
    private readonly Timer _timer;
    private ComputeProgress? _last;
    private int _written;
    private bool _ended;

    public ProgressLine() => _timer = new(_ => Tell(), null, _isTerminal ? Patience : Elsewhere, _isTerminal ? OnTerminal : Elsewhere);

    public void Report(ComputeProgress value)
    {
        lock (_lock) _last = value;
    }

    /// <summary>Ends the line; nothing is said after that.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            if (_written > 0) Console.Error.Write($"\r{new string(' ', _written)}\r");
        }
        _timer.Dispose();
    }

    private void Tell()
    {
        lock (_lock)
        {
            if (_ended || _last is not ComputeProgress progress) return;
            string part = progress.Part is double done ? string.Create(CultureInfo.InvariantCulture, $"{100 * done:F0} %, ") : "";
            string line = string.Create(CultureInfo.InvariantCulture, $"computing on {progress.Device}: {part}{System.Diagnostics.Stopwatch.GetElapsedTime(_start).TotalSeconds:F0} s");
            if (!_isTerminal)
            {
                Console.Error.WriteLine(line);
                return;
            }
            Console.Error.Write($"\r{line.PadRight(_written)}");
            _written = line.Length;
        }
    }
}
