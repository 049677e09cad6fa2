using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Kernels;

/// <summary>
/// A model on a device: for each batch size a program is recorded once and then replayed, with one submission for each request;
/// weights are on the device once. Safe for many threads, whose requests take turns.
/// </summary>
public sealed class Mlp : IDisposable
{
    // From the fastest to the one that is right for all numbers.
    private enum Way
    {
        Single,
        Layered,
        Emulated,
    }

    private sealed record Recorded(MlpPlan Plan, IKernelProgram Program);

    private readonly Lock _turn = new(); // a program has one set of buffers
    private readonly IComputeDevice _device;
    private readonly Dictionary<(Way Way, int Batch), Recorded?> _programs = [];
    private Way _fastest = Way.Single;
    private bool _disposed;

    /// <summary>Takes a model to a device; programs are recorded at the first request of each batch size.</summary>
    /// <param name="device">The CPU device, or one that runs shaders; it must outlive this.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/> for a device that neither runs shaders nor is the CPU.</exception>
    public Mlp(IComputeDevice device, MlpModel model)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(model);
        if (device is not (CpuDevice or IKernelDevice))
            throw new HlxException(ErrorCode.NumericsUnsupported, $"{device.Name} has no fp32.ieee product", "Use the CPU or a Vulkan device");
        (_device, Model) = (device, model);
    }

    /// <summary>The model.</summary>
    public MlpModel Model { get; }

    /// <summary>How many requests were computed again, because numbers came near the denormal range, which the device flushes, or its workgroups did not run at the same time.</summary>
    public long Recomputed { get; private set; }

    /// <summary>Computes a batch.</summary>
    /// <param name="input">The rows, one after the other.</param>
    /// <param name="output">Receives the rows of the result.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/> if the lengths are not those of one batch; as <see cref="IKernelDevice.Run"/>.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        int batch = input.Length / Model.Inputs;
        if ((long)batch * Model.Inputs != input.Length || (long)batch * Model.Outputs != output.Length)
        {
            throw new HlxException(
                ErrorCode.ShapeMismatch, $"{input.Length} numbers in and {output.Length} out are no batch of rows of {Model.Inputs} and {Model.Outputs}", "Give whole rows, and as many out as in");
        }
        if (_device is CpuDevice cpu)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (batch > 0) OnCpu(cpu, batch, input, output);
            return;
        }
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (batch > 0) OnKernelDevice((IKernelDevice)_device, batch, input, output);
        }
    }

    /// <summary>Records the program of a batch size, so that the first request does not have to.</summary>
    /// <param name="batch">How many rows.</param>
    /// <exception cref="HlxException">As <see cref="Run(ReadOnlySpan{float}, Span{float})"/>.</exception>
    public void Prepare(int batch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (batch <= 0 || _device is not IKernelDevice device) return;
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            for (Way way = _fastest; way <= Way.Emulated && Program(device, way, batch) is null; way++)
            {
            }
        }
    }

    /// <summary>Frees the programs.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _disposed = true;
            foreach (Recorded? recorded in _programs.Values) recorded?.Program.Dispose();
            _programs.Clear();
        }
    }

    private void OnKernelDevice(IKernelDevice device, int batch, ReadOnlySpan<float> input, Span<float> output)
    {
        for (Way way = _fastest; ; way++)
        {
            if (Program(device, way, batch) is not Recorded recorded) continue;
            MlpState state = Run(recorded, batch, input, output);
            if (state == MlpState.Right || (state == MlpState.Unsafe && device.Behaviour.KeepsDenormals)) return;
            Recomputed++;
            if (state == MlpState.Stuck) _fastest = Way.Layered;
            else way = Way.Emulated - 1;
        }
    }

    private Recorded? Program(IKernelDevice device, Way way, int batch)
    {
        if (_programs.TryGetValue((way, batch), out Recorded? known)) return known;
        MlpPlan? plan = way switch
        {
            Way.Single => MlpPlanner.Single(Model, batch, device.Capabilities, device.Behaviour),
            Way.Layered => MlpPlanner.Layered(Model, batch, device.Capabilities, device.Behaviour),
            _ => MlpPlanner.Emulated(Model, batch, device.Capabilities),
        };
        Recorded? recorded = plan is null ? null : new(plan, device.Record(plan.Sequence, new RecordOptions(Timed: false)));
        _programs.Add((way, batch), recorded);
        if (recorded is not null) Reset(recorded);
        return recorded;
    }

    private static void Reset(Recorded recorded)
    {
        if (recorded.Plan.State is StageBuffer state) recorded.Program.Write(state.Stage, state.Buffer, stackalloc byte[4]);
        if (recorded.Plan.Counters is StageBuffer counters) recorded.Program.Write(counters.Stage, counters.Buffer, stackalloc byte[8]);
    }

    private MlpState Run(Recorded recorded, int batch, ReadOnlySpan<float> input, Span<float> output)
    {
        (MlpPlan plan, IKernelProgram program) = (recorded.Plan, recorded.Program);
        if (plan.InputDistance == Model.Inputs) program.Write(plan.Input.Stage, plan.Input.Buffer, MemoryMarshal.AsBytes(input));
        else program.Write(plan.Input.Stage, plan.Input.Buffer, MemoryMarshal.AsBytes(Spread(input, batch, Model.Inputs, plan.InputDistance)));
        program.Run();
        MlpState state = MlpState.Right;
        if (plan.State is StageBuffer place)
        {
            Span<byte> word = stackalloc byte[4];
            program.Read(place, word);
            state = (MlpState)BitConverter.ToInt32(word);
            if (state != MlpState.Right) Reset(recorded);
            if (state == MlpState.Stuck) return state;
        }
        if (plan.OutputDistance == Model.Outputs)
        {
            program.Read(plan.Output, MemoryMarshal.AsBytes(output));
            return state;
        }
        float[] rows = new float[(long)batch * plan.OutputDistance];
        program.Read(plan.Output, MemoryMarshal.AsBytes(rows.AsSpan()));
        for (int row = 0; row < batch; row++) rows.AsSpan(row * plan.OutputDistance, Model.Outputs).CopyTo(output[(row * Model.Outputs)..]);
        return state;
    }

    private static ReadOnlySpan<float> Spread(ReadOnlySpan<float> rows, int count, int columns, int distance)
    {
        float[] spread = new float[(long)count * distance];
        for (int row = 0; row < count; row++) rows.Slice(row * columns, columns).CopyTo(spread.AsSpan(row * distance));
        return spread;
    }

    private void OnCpu(CpuDevice cpu, int batch, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlyMemory<byte> rows = MemoryMarshal.AsBytes(input).ToArray();
        for (int i = 0; i < Model.Layers.Count; i++)
        {
            MlpLayer layer = Model.Layers[i];
            rows = Gemm.Compute(cpu, Model.Problem(i, batch), new GemmOperands(rows, layer.Weights.Data) { Bias = layer.Bias?.Data ?? default }).C;
        }
        MemoryMarshal.Cast<byte, float>(rows.Span).CopyTo(output);
    }
}
