using System.Diagnostics;
using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Vulkan;

namespace Hlx.Cli.Bench;

/// <summary>A product recorded on a device, with its operands there.</summary>
internal sealed class GemmProgram : IDisposable
{
    private readonly VulkanProgram _program;
    private readonly int _repeats;
    private readonly GemmShape _shape;
    private readonly StageOutput _result;
    private readonly int _stages;

    private GemmProgram(VulkanContext device, KernelSequence sequence, int repeats, Tensor a, Tensor b, StageOutput result)
    {
        (_program, _stages, _repeats, A, B, _result) = (device.Record(sequence, new RecordOptions(repeats)), sequence.Stages.Count, repeats, a, b, result);
        _shape = GemmShape.Of(a, b);
    }

    /// <summary>A as the profile sees it, in f32.</summary>
    public Tensor A { get; }

    /// <summary>B as the profile sees it, in f32.</summary>
    public Tensor B { get; }

    private bool IsInteger { get; init; }

    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/>.</exception>
    public static GemmProgram Record(VulkanContext device, string profile, Tensor a, Tensor b, int repeats)
    {
        if (profile != NumericsProfile.Fp32Ieee)
        {
            ProfileOperands typed = ProfileOperands.Of(profile, a, b);
            MatrixGemm plan = MatrixGemm.Plan(profile, GemmShape.Of(a, b), typed.Left, typed.Right, typed.IsRightTransposed, device.Capabilities);
            return new(device, plan.Sequence, repeats, typed.A, typed.B, plan.Result) { IsInteger = profile == NumericsProfile.Int8 };
        }
        GemmProblem problem = new(GemmShape.Of(a, b));
        GemmOperands operands = new(a.Data, b.Data);
        GemmLaunch launch = GemmLaunch.Plan(problem, operands, Gemm.PathOf(device, problem, operands, Gemm.RangeOf), device.Capabilities);
        return new(device, launch.Sequence, repeats, a, b, launch.Result);
    }

    /// <summary>The product in f32, after a run.</summary>
    public Tensor Read()
    {
        byte[] c = new byte[4L * _shape.M * _shape.N];
        _program.Read(_result, c);
        if (IsInteger) c = MemoryMarshal.AsBytes(MemoryMarshal.Cast<byte, int>(c.AsSpan()).ToArray().Select(x => (float)x).ToArray().AsSpan()).ToArray();
        return new(DType.F32, [_shape.M, _shape.N], c);
    }

    public void Warm(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        do _program.Run();
        while (Stopwatch.GetElapsedTime(start) < time);
    }

    /// <summary>Microseconds a product on the device, after warming up.</summary>
    public double[] DeviceTimes(TimeSpan warmUp, int samples)
    {
        Warm(warmUp);
        return [.. Enumerable.Range(0, samples).Select(_ =>
        {
            _program.Run();
            double nanoseconds = _program.DeviceNanoseconds() ?? throw new HlxException(
                ErrorCode.DeviceUnsuitable, "this device has no timestamps on its compute queue, so times on it cannot be measured", "Name another device with --device");
            return nanoseconds / 1e3;
        })];
    }

    /// <summary>Microseconds from the submission to the result on the device, seen by the processor, after warming up.</summary>
    public double[] Latencies(TimeSpan warmUp, int samples)
    {
        Warm(warmUp);
        double[] values = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _program.Run();
            values[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        return values;
    }

    /// <summary>What the driver tells of each stage's shader, such as its registers.</summary>
    public IEnumerable<(int Stage, string Name, double Value)> Statistics() =>
        from stage in Enumerable.Range(0, _stages)
        from entry in _program.Statistics(stage)
        select (stage, entry.Name, entry.Value);

    /// <summary>Joules a product, and watts, in steady work.</summary>
    public (double Joules, double Watts) Energy(Nvml nvml, TimeSpan time)
    {
        Warm(TimeSpan.FromMilliseconds(400));
        long start = Stopwatch.GetTimestamp(), products = 0;
        double before = nvml.Joules();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            _program.Run();
            products += _repeats;
        }
        double joules = nvml.Joules() - before;
        return (joules / products, joules / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    public void Dispose() => _program.Dispose();
}
