using Hlx.Compute;

namespace Hlx.Vulkan;

/// <summary>
/// A sequence recorded once, whose data stays on the device: each run submits the same commands again, without any managed
/// allocation. For one thread at a time: a call beside another one ends with <see cref="InvalidOperationException"/>. Several programs may run
/// side by side.
/// </summary>
public sealed class VulkanProgram : IKernelProgram
{
    private readonly VulkanContext _context;
    private readonly RecordedProgram _program;
    private ulong _value;
    private bool _disposed;
    private int _inUse;

    internal VulkanProgram(VulkanContext context, RecordedProgram program)
    {
        _context = context;
        _program = program;
    }

    internal RecordedProgram Recorded => _program;

    internal ulong Pending => _value;

    /// <inheritdoc/>
    public void Run()
    {
        using Use use = new(this);
        SubmitAgain();
        Finish();
    }

    /// <summary>Submits the sequence; a run that is still going on is waited for first.</summary>
    /// <inheritdoc cref="IKernelProgram.Run" path="/exception"/>
    public void Submit()
    {
        using Use use = new(this);
        SubmitAgain();
    }

    /// <summary>Waits for the run that was submitted last.</summary>
    /// <inheritdoc cref="IKernelProgram.Run" path="/exception"/>
    public void Wait()
    {
        using Use use = new(this);
        Finish();
    }

    /// <inheritdoc/>
    public void Write(int stage, int buffer, ReadOnlySpan<byte> content)
    {
        using Use use = new(this);
        Finish();
        _context.Write(_program.Buffers.Reached(_program.Buffers[stage, buffer]), content);
    }

    /// <inheritdoc/>
    public void Read(StageOutput output, Span<byte> destination)
    {
        using Use use = new(this);
        Finish();
        _context.Read(_program.Buffers.Reached(_program.Buffers.Output(output)), destination);
    }

    /// <inheritdoc/>
    public void Read(StageBuffer buffer, Span<byte> destination)
    {
        using Use use = new(this);
        Finish();
        _context.Read(_program.Buffers.Reached(_program.Buffers[buffer.Stage, buffer.Buffer]), destination);
    }

    /// <summary>How long a stage took on the device in the last run; null where the device has no timestamps.</summary>
    /// <param name="stage">The stage.</param>
    public TimeSpan? DeviceTime(int stage)
    {
        using Use use = new(this);
        Finish();
        return _context.DeviceTime(_program, stage);
    }

    /// <summary>
    /// How long the whole sequence took on the device in the last run, in nanoseconds: from the start of its first stage to the end of
    /// its last, barriers included; the mean of the repeats. Null where the device has no timestamps.
    /// </summary>
    public double? DeviceNanoseconds()
    {
        using Use use = new(this);
        Finish();
        return _context.DeviceNanoseconds(_program);
    }

    /// <summary>
    /// What the driver tells of a stage's compiled shader, such as its registers, in the driver's words; empty unless the device was
    /// opened with <see cref="VulkanOptions.PipelineStatistics"/>.
    /// </summary>
    /// <param name="stage">The stage.</param>
    public IReadOnlyList<(string Name, double Value)> Statistics(int stage)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _context.Statistics(_program, stage);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Release(this);
    }

    private void SubmitAgain()
    {
        Finish();
        _value = _context.Submit(_program.Commands);
    }

    private void Finish()
    {
        if (_value != 0) _context.Wait(_value);
        _value = 0;
    }

    // While one thread uses the program: its buffers hold what belongs to one run.
    private readonly ref struct Use
    {
        private readonly VulkanProgram _program;

        public Use(VulkanProgram program)
        {
            ObjectDisposedException.ThrowIf(program._disposed, program);
            program._context.RequireOpen();
            if (Interlocked.Exchange(ref program._inUse, 1) != 0)
                throw new InvalidOperationException("another thread uses this program; record one for each thread, or let them take turns");
            _program = program;
        }

        public void Dispose() => Volatile.Write(ref _program._inUse, 0);
    }
}
