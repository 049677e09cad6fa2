using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Hlx.Benchmarks;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Spirv;
using Hlx.Vulkan;

namespace Hlx.Cli.Bench;

/// <summary>How often to compute.</summary>
/// <param name="Runs">Runs in one process.</param>
/// <param name="Processes">Fresh processes.</param>
/// <param name="Batches">Batch sizes: every position in those up to 32, some in the others.</param>
internal sealed record DeterminismPlan(int Runs, int Processes, IReadOnlyList<int> Batches);

/// <summary>
/// Counts distinct results where there should be one, and where there should be many. Nothing is memoised, and outputs hold something
/// else before each run.
/// </summary>
internal sealed class DeterminismBench(VulkanContext device, DeterminismPlan plan, ResultFile file, TextWriter progress)
{
    private const ulong Seed = 1;
    private const int RunsOfARecording = 50, Threads = 8, EveryPositionUpTo = 32, FewestRunsOfAControl = 20;
    private const int MostRunsOfAControl = 2000; // invocations may come alike in many runs while other work holds the processors

    private static readonly string[] Poisons = ["zeros", "ones", "nan", "random"];

    private readonly List<(string Implementation, string Profile, string Case, int Distinct, int Runs, bool IsControl)> _rows = [];

    /// <summary>The cases of HLX that came out otherwise than promised: more than one result, or a control with only one.</summary>
    public IReadOnlyList<string> Broken =>
        [.. _rows.Where(row => row.Implementation == "hlx" && row.IsControl == (row.Distinct == 1)).Select(row => $"{row.Profile} {row.Case}".Trim())];

    public void Run(string self, string? golden, IReadOnlyList<string> peers)
    {
        ProofSubject[] subjects = [.. ProofSubject.All.Where(subject => subject.IsOn(device))];
        foreach (ProofSubject subject in subjects)
        {
            progress.WriteLine($"{subject.Name} {subject.Profile} ...");
            Add("hlx", subject.Profile, $"{subject.Name}, one process", InProcess(subject));
            Add("hlx", subject.Profile, $"{subject.Name}, {Threads} threads on two queues", OnThreads(subject));
        }
        OnAllDevices(subjects);
        progress.WriteLine("rows of batches ...");
        foreach (string profile in subjects.Where(subject => subject is GemmSubject { Problem.IsPlain: true }).Select(subject => subject.Profile).Distinct()) Rows(profile);
        MlpRows();
        if (plan.Processes > 0) Processes(self, subjects);
        if (golden is not null) Golden(golden);
        Controls();
        foreach (string peer in peers) Ask(peer);
    }

    /// <summary>The handles of all subjects, for a process that is started for this.</summary>
    public static void PrintHandles(VulkanContext device, TextWriter output)
    {
        foreach (ProofSubject subject in ProofSubject.All.Where(subject => subject.IsOn(device)))
            output.WriteLine(ProofSubject.HandleOf(subject.Compute(device, Seed)).Text);
    }

    public string Table()
    {
        System.Text.StringBuilder text = new();
        int width = _rows.Max(row => row.Case.Length);
        foreach ((string implementation, string profile, string name, int distinct, int runs, bool isControl) in _rows)
            text.Append(CultureInfo.InvariantCulture, $"{implementation,-8} {profile,-11} {name.PadRight(width)} {distinct,6} distinct of {runs,6}{(isControl ? " (a control: more than one is right)" : "")}\n");
        return text.ToString();
    }

    private List<Handle> InProcess(ProofSubject subject)
    {
        using CancellationTokenSource stop = new();
        Thread load = new(() => Compete(stop.Token));
        load.Start();
        List<Handle> handles = [];
        Random random = new(1);
        try
        {
            while (handles.Count < plan.Runs)
            {
                // Other allocations lie before it each time.
                KernelBuffer[] other = [.. Enumerable.Range(0, random.Next(4)).Select(_ => KernelBuffer.Input(0, 0, new byte[4 * random.Next(1, 100_000)]))];
                ProofRecording recording = subject.Record(device, Seed);
                using VulkanProgram? shift = other.Length == 0 ? null : device.Record(new KernelSequence([.. other.Select(Nothing)], []));
                using VulkanProgram program = device.Record(recording.Sequence, new RecordOptions(Timed: false));
                for (int run = 0; run < RunsOfARecording && handles.Count < plan.Runs; run++)
                {
                    Poison(program, recording, Poisons[handles.Count % Poisons.Length], random);
                    recording.Prepare(program);
                    program.Run();
                    handles.Add(Read(program, recording));
                }
            }
        }
        finally
        {
            stop.Cancel();
            load.Join();
        }
        return handles;
    }

    private static KernelLaunch Nothing(KernelBuffer buffer) => new(Shader("control_append"), "main", [buffer], new Extent3(1, 1, 1)) { PushConstants = new byte[4] };

    private void Compete(CancellationToken stop)
    {
        Tensor a = RandomTensor.Uniform(77, 96, 96);
        while (!stop.IsCancellationRequested) Gemm.Multiply(device, a, a);
    }

    private static void Poison(VulkanProgram program, ProofRecording recording, string poison, Random random)
    {
        for (int stage = 0; stage < recording.Sequence.Stages.Count; stage++)
        {
            IReadOnlyList<KernelBuffer> buffers = recording.Sequence.Stages[stage].Buffers;
            for (int i = 0; i < buffers.Count; i++)
            {
                if (buffers[i] is not { IsOutput: true, From: null, Same: null } || recording.Kept.Contains(new(stage, i))) continue;
                byte[] content = new byte[buffers[i].Bytes];
                if (poison == "ones") content.AsSpan().Fill(0xff);
                else if (poison == "nan") MemoryMarshal.Cast<byte, uint>(content.AsSpan()).Fill(0x7fc0dead);
                else if (poison == "random") random.NextBytes(content);
                program.Write(stage, i, content);
            }
        }
    }

    private static Handle Read(VulkanProgram program, ProofRecording recording)
    {
        KernelLaunch last = recording.Sequence.Stages[recording.Output.Stage];
        byte[] result = new byte[last.Buffers.Where(buffer => buffer.IsOutput).ElementAt(recording.Output.Output).Bytes];
        program.Read(recording.Output, result);
        return ProofSubject.HandleOf(result);
    }

    private ConcurrentBag<Handle> OnThreads(ProofSubject subject)
    {
        ConcurrentBag<Handle> handles = [];
        using VulkanContext second = VulkanContext.Open(device.Address); // has a queue of its own
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (int run = 0; run < Math.Max(1, plan.Runs / 40); run++) handles.Add(ProofSubject.HandleOf(subject.Compute(thread % 2 == 0 ? device : second, Seed)));
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return handles;
    }

    // This device, the CPU, and every other Vulkan device that is suitable.
    private void OnAllDevices(ProofSubject[] subjects)
    {
        subjects = [.. subjects.Where(subject => subject.IsDeviceToDevice)];
        List<string> names = [];
        Dictionary<ProofSubject, List<Handle>> handles = subjects.ToDictionary(subject => subject, _ => new List<Handle>());
        void Compute(IComputeDevice on)
        {
            names.Add(on.Name);
            foreach (ProofSubject subject in subjects.Where(subject => subject.IsOn(on))) handles[subject].Add(ProofSubject.HandleOf(subject.Compute(on, Seed)));
        }
        Compute(device);
        using (CpuDevice cpu = new()) Compute(cpu);
        using VulkanInstance instance = new();
        foreach (DeviceSnapshot other in instance.Devices.Where(other => other.Address != device.Address && other.Unsuitable is null))
        {
            using VulkanContext context = VulkanContext.Open(other.Address);
            Compute(context);
        }
        progress.WriteLine($"{string.Join(", ", names)} ...");
        foreach ((ProofSubject subject, List<Handle> all) in handles) Add("hlx", subject.Profile, $"{subject.Name}, on {string.Join(" and ", names)}", all);
    }

    // One row of A alone, and at its places in batches of other rows.
    private void Rows(string profile)
    {
        const int K = 600, N = 40;
        DType type = profile == NumericsProfile.Fp32Ieee ? DType.F32 : MatrixPlanner.ElementOf(profile);
        byte[] row = ProofSubject.Numbers(5, K, type), b = ProofSubject.Numbers(6, K * N, type);
        Add("hlx", profile, $"a row of gemm, every batch size and position", Placed(row, ProofSubject.Numbers(7, plan.Batches.Max() * K, type), (batch, rows) =>
            Gemm.Multiply(device, profile, new Tensor(type, [batch, K], rows), new Tensor(type, [K, N], b)).Product.Data.ToArray()));
    }

    private void MlpRows()
    {
        MlpModel model = MlpSubject.Model(Seed);
        using Mlp mlp = new(device, model);
        Add("hlx", NumericsProfile.Fp32Ieee, "a row of mlp, every batch size and position", Placed(
            ProofSubject.Numbers(5, model.Inputs, DType.F32), ProofSubject.Numbers(7, plan.Batches.Max() * model.Inputs, DType.F32), (batch, rows) =>
            {
                float[] result = new float[batch * model.Outputs];
                mlp.Run(MemoryMarshal.Cast<byte, float>(rows), result);
                return MemoryMarshal.AsBytes(result.AsSpan()).ToArray();
            }));
    }

    private List<Handle> Placed(byte[] row, byte[] others, Func<int, byte[], byte[]> compute)
    {
        List<Handle> handles = [];
        foreach (int batch in plan.Batches)
        {
            int[] positions = batch <= EveryPositionUpTo ? [.. Enumerable.Range(0, batch)] : [0, 1, batch / 2, batch - 1];
            foreach (int position in positions)
            {
                byte[] rows = others[..(batch * row.Length)];
                row.CopyTo(rows, position * row.Length);
                byte[] result = compute(batch, rows);
                int length = result.Length / batch;
                handles.Add(ProofSubject.HandleOf(result.AsSpan(position * length, length)));
            }
        }
        return handles;
    }

    // With nothing in any cache.
    private void Processes(string self, ProofSubject[] subjects)
    {
        progress.WriteLine("cold processes ...");
        ConcurrentBag<string[]> outputs = [];
        Parallel.For(0, plan.Processes, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / 2) }, _ =>
        {
            string[] words = self.Split(' ');
            System.Diagnostics.ProcessStartInfo start = new(words[0], [.. words[1..], "bench", "handles", "--device", device.Address]) { RedirectStandardOutput = true };
            (start.Environment["__GL_SHADER_DISK_CACHE"], start.Environment["MESA_SHADER_CACHE_DISABLE"]) = ("0", "true");
            using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new HlxException(ErrorCode.BenchPeer, $"a process of its own ended with exit code {process.ExitCode}", "Its message is above");
            outputs.Add(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        });
        for (int i = 0; i < subjects.Length; i++)
        {
            int at = i;
            Add("hlx", subjects[i].Profile, $"{subjects[i].Name}, cold processes", outputs.Select(lines => new Handle(lines[at])));
        }
    }

    // What every device must give, among it this one.
    private void Golden(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            string name = entry.RootElement.GetProperty("operator").GetString()!, profile = entry.RootElement.GetProperty("profile").GetString()!;
            ProofSubject subject = ProofSubject.All.First(subject => subject.Name == name && subject.Profile == profile);
            if (!subject.IsOn(device)) continue;
            ulong seed = entry.RootElement.GetProperty("seed").GetUInt64();
            Add("hlx", profile, $"{name}, seed {seed}, with the golden handle", [ProofSubject.HandleOf(subject.Compute(device, seed)), new Handle(entry.RootElement.GetProperty("handle").GetString()!)]);
        }
    }

    private void Controls()
    {
        progress.WriteLine("controls ...");
        ProofSubject subject = ProofSubject.All[0];
        byte[] result = subject.Compute(device, Seed), flipped = [.. result];
        flipped[result.Length / 2] ^= 1;
        Control("one bit flipped", [ProofSubject.HandleOf(result), ProofSubject.HandleOf(flipped)]);
        Control("another seed", [ProofSubject.HandleOf(result), ProofSubject.HandleOf(subject.Compute(device, Seed + 1))]);
        const int Count = 200_000;
        KernelLaunch append = new(Shader("control_append"), "main", [KernelBuffer.Output(0, 0, 4L * (Count + 1))], new Extent3((Count + 63) / 64, 1, 1)) { PushConstants = BitConverter.GetBytes(Count) };
        Control("a list in the order of arrival", Repeat(append));
        if (!device.Capabilities.Features.Contains("shaderBufferFloat32AtomicAdd")) return;
        KernelLaunch atomic = new(Shader("control_atomic_sum"), "main", [KernelBuffer.Input(0, 0, ProofSubject.Numbers(3, Count, DType.F32)), KernelBuffer.Output(0, 1, 4)], new Extent3((Count + 63) / 64, 1, 1)) { PushConstants = BitConverter.GetBytes(Count) };
        Control("a sum by float atomics", Repeat(atomic));

        List<Handle> Repeat(KernelLaunch launch)
        {
            int runs = Math.Max(FewestRunsOfAControl, plan.Runs / 5);
            List<Handle> handles = [];
            while (handles.Count < runs || (handles.Count < MostRunsOfAControl && handles.TrueForAll(handle => handle == handles[0])))
                handles.Add(ProofSubject.HandleOf(device.Run(launch).Outputs[0]));
            return handles;
        }
    }

    private static ShaderCode Shader(string name) => new(EmbeddedModule.Load(typeof(DeterminismBench).Assembly, name));

    private void Ask(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        progress.WriteLine($"{command} ...");
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is string line)
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            JsonElement root = entry.RootElement;
            if (root.TryGetProperty("skipped", out JsonElement reason)) progress.WriteLine($"note: without this peer: {reason.GetString()}");
            else Record(root.GetProperty("implementation").GetString()!, root.GetProperty("profile").GetString()!, root.GetProperty("case").GetString()!, root.GetProperty("distinct").GetInt32(), root.GetProperty("runs").GetInt32(), false);
        }
        process.WaitForExit();
    }

    private void Control(string name, List<Handle> handles) => Record("hlx", "", $"control: {name}", handles.Distinct().Count(), handles.Count, true);

    private void Add(string implementation, string profile, string name, IEnumerable<Handle> handles)
    {
        Handle[] all = [.. handles];
        Record(implementation, profile, name, all.Distinct().Count(), all.Length, false);
    }

    private void Record(string implementation, string profile, string name, int distinct, int runs, bool isControl)
    {
        file.Add(implementation, profile, name, "distinct_results", string.Create(CultureInfo.InvariantCulture, $"of {runs}"), [distinct]);
        _rows.Add((implementation, profile, name, distinct, runs, isControl));
    }
}
