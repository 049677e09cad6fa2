using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Vulkan;

namespace Hlx.Cli.Bench;

/// <summary>
/// HLX as a process that <c>hlx bench batch</c> and <c>hlx bench startup</c> ask, by the protocol of the other peers
/// (benchmarks/peers/cuda_mlp.cu): so all of them are measured alike.
/// </summary>
internal sealed class MlpPeer(string? address, TextReader requests, TextWriter answers) : IDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400), EnergyTime = TimeSpan.FromSeconds(2);

    private readonly Dictionary<int, VulkanProgram> _forward = [];
    private VulkanContext? _device;
    private Mlp? _mlp;

    public void Serve()
    {
        answers.WriteLine(new JsonObject { ["implementation"] = "hlx", ["version"] = typeof(MlpPeer).Assembly.GetName().Version?.ToString() }.ToJsonString());
        answers.Flush();
        while (requests.ReadLine() is string line)
        {
            answers.WriteLine(Answer(line).ToJsonString());
            answers.Flush();
        }
    }

    public void Dispose()
    {
        foreach (VulkanProgram program in _forward.Values) program.Dispose();
        if (_mlp is { Recomputed: > 0 }) Console.Error.WriteLine($"note: {_mlp.Recomputed} requests were computed twice, which is in their times");
        _mlp?.Dispose();
        _device?.Dispose();
    }

    private JsonObject Answer(string line)
    {
        string[] words = line.Split(' ');
        if (words.Length != 5 || words[1..].Any(word => !int.TryParse(word, CultureInfo.InvariantCulture, out int number) || number < 1))
            return new JsonObject { ["error_message"] = $"not a request: {line}" };
        int[] numbers = [.. words[1..].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        (int layers, int width, int batch, int samples) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        JsonObject trace = [];
        if (_mlp is null) Start(layers, width, trace);
        float[] rows = MlpWorkload.Rows(batch, width), result = new float[rows.Length];
        long start = Stopwatch.GetTimestamp();
        _mlp!.Run(rows, result);
        double first = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        trace["first_request_ms"] = first / 1e3;
        double[] values = words[0] switch
        {
            "first" => [first],
            "forward" => Times(Forward(batch, rows).Run, samples),
            "energy" => Energy(() => _mlp.Run(rows, result)),
            _ => Times(() => _mlp.Run(rows, result), samples),
        };
        JsonObject answer = new() { ["values"] = new JsonArray([.. values.Select(value => (JsonNode)value)]) };
        if (words[0] == "first") answer["trace"] = trace; // no error: that would take longer than the request
        else answer["error"] = MlpWorkload.Error(_mlp.Model, rows, result);
        return answer;
    }

    // The model is made while the device is opened.
    private void Start(int layers, int width, JsonObject trace)
    {
        trace["process_ms"] = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds;
        Task<MlpModel> model = Task.Run(() => MlpWorkload.Model(layers, width));
        long start = Stopwatch.GetTimestamp();
        _device = VulkanContext.Open(address, new VulkanOptions { PipelineFolder = HlxOptions.CacheFolder });
        trace["open_ms"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        foreach ((string step, TimeSpan time) in _device.OpeningSteps) trace["open_" + step + "_ms"] = time.TotalMilliseconds;
        start = Stopwatch.GetTimestamp();
        _mlp = new Mlp(_device, model.Result);
        trace["model_ms"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    // Rows and result stay on the device.
    private VulkanProgram Forward(int batch, float[] rows)
    {
        if (_forward.TryGetValue(batch, out VulkanProgram? known)) return known;
        MlpModel model = _mlp!.Model;
        MlpPlan plan = MlpPlanner.Single(model, batch, _device!.Capabilities, _device.Behaviour) ?? MlpPlanner.Layered(model, batch, _device.Capabilities, _device.Behaviour)
            ?? MlpPlanner.Emulated(model, batch, _device.Capabilities);
        KernelSequence sequence = plan.Sequence with
        {
            Stages = [.. plan.Sequence.Stages.Select(stage => stage with { Buffers = [.. stage.Buffers.Select(buffer => buffer.Bytes > 8 && buffer.Access != BufferAccess.Copied ? buffer with { Access = buffer.IsOutput ? BufferAccess.Copied : BufferAccess.Window } : buffer)] })],
        };
        VulkanProgram program = _device.Record(sequence, new RecordOptions(Timed: false));
        program.Write(plan.Input.Stage, plan.Input.Buffer, System.Runtime.InteropServices.MemoryMarshal.AsBytes(rows.AsSpan()));
        if (plan.State is StageBuffer state) program.Write(state.Stage, state.Buffer, new byte[4]);
        if (plan.Counters is StageBuffer counters) program.Write(counters.Stage, counters.Buffer, new byte[8]);
        _forward.Add(batch, program);
        return program;
    }

    private static double[] Times(Action step, int samples)
    {
        Repeat(step, WarmUp);
        double[] values = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            long start = Stopwatch.GetTimestamp();
            step();
            values[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        return values;
    }

    private static double[] Energy(Action step)
    {
        if (Nvml.Open() is not Nvml nvml) return [];
        Repeat(step, WarmUp);
        double before = nvml.Joules();
        long start = Stopwatch.GetTimestamp(), requests = Repeat(step, EnergyTime);
        double joules = nvml.Joules() - before;
        return [joules / requests, joules / Stopwatch.GetElapsedTime(start).TotalSeconds];
    }

    private static long Repeat(Action step, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp(), count = 0;
        for (; Stopwatch.GetElapsedTime(start) < time; count++) step();
        return count;
    }
}
