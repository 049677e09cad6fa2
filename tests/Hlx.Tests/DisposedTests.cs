using System.Reflection;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Spirv;
using Hlx.Store;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Tests;

/// <summary>
/// Every public member of every class that is disposed of, after that: <see cref="ObjectDisposedException"/>, or what was read once and stays.
/// A new member has to be named here.
/// </summary>
public sealed class DisposedTests
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Handle Absent = new("&h_int_" + new string('0', 64));

    // What needs no store, device or driver any more.
    private static readonly Dictionary<Type, string[]> StaysReadable = new()
    {
        [typeof(HlxRuntime)] = ["MemoStatistics", "FallbackReason"],
        [typeof(Mlp)] = ["Model", "Recomputed"],
        [typeof(VulkanInstance)] = ["Devices", "ValidationMessages"],
        [typeof(VulkanContext)] =
            ["Address", "Behaviour", "Capabilities", "Driver", "Memory", "Name", "OpeningSteps", "Pipelines", "Plan", "Snapshot", "ValidationMessages"],
        [typeof(CpuDevice)] = ["Address", "Behaviour", "Driver", "For", "Name", "Progress", "Rent", "Threads"], // holds nothing: Dispose does nothing
    };

    [Fact]
    public void Every_member_of_every_disposable_class_is_tried()
    {
        Type[] disposable = [.. new[] { typeof(HlxRuntime), typeof(Handle), typeof(LatentSpace), typeof(SpirvModule), typeof(CpuDevice), typeof(Mlp), typeof(VulkanContext) }
            .SelectMany(type => type.Assembly.GetExportedTypes()).Where(type => type is { IsInterface: false } && type.IsAssignableTo(typeof(IDisposable)))];
        using HlxRuntime runtime = Open();
        Assert.Equal(disposable.Select(type => type.Name).Order(), Uses(runtime).Select(use => use.Type).Concat([typeof(VulkanInstance), typeof(CpuDevice)]).Distinct().Select(type => type.Name).Order());
        foreach (Type type in disposable)
        {
            string[] members = [.. type.GetMembers(Members).Where(member => member is PropertyInfo or MethodInfo { IsSpecialName: false }).Select(member => member.Name).Distinct().Order()];
            string[] tried = [.. Uses(runtime).Where(use => use.Type == type).Select(use => use.Member).Concat(StaysReadable.GetValueOrDefault(type) ?? []).Append("Dispose").Distinct().Order()];
            Assert.Equal(members, tried);
        }
    }

    [Fact]
    public async Task Every_member_says_that_its_object_is_disposed_of()
    {
        HlxRuntime runtime = Open();
        List<Use> uses = [.. Uses(runtime)];
        foreach (IDisposable owner in uses.Select(use => use.Owner).Distinct().Reverse()) owner.Dispose();
        foreach (Use use in uses)
        {
            Exception? thrown = await Record.ExceptionAsync(use.Try);
            Assert.True(IsExpected(use, thrown), $"{use.Type.Name}.{use.Member} gave {thrown?.GetType().Name ?? "no exception"}: {thrown?.Message}");
            use.Owner.Dispose(); // a second time is no harm
        }
        foreach ((Type type, string[] names) in StaysReadable)
        {
            if (uses.FirstOrDefault(use => use.Type == type) is not Use use) continue;
            foreach (string name in names) _ = type.GetProperty(name, Members)!.GetValue(use.Owner);
        }
    }

    [Fact]
    public void Memory_that_is_given_back_twice_is_lent_once()
    {
        using CpuDevice cpu = new();
        CpuBuffer first = cpu.Rent(8);
        first.Dispose();
        first.Dispose();
        using CpuBuffer one = cpu.Rent(8), other = cpu.Rent(8);
        one.Memory.Span.Fill(1);
        other.Memory.Span.Fill(2);
        Assert.Equal(1, one.Memory.Span[0]);
    }

    [Theory]
    [InlineData(CpuDevice.CpuAddress)]
    [InlineData(CpuDrivers.Lavapipe)]
    public async Task A_runtime_may_be_closed_while_threads_compute(string device)
    {
        HlxRuntime runtime = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = device, Memoize = false });
        Handle a = runtime.Collapse(FloatSamples.Unit(1, 40, 40));
        runtime.Multiply(a, a);
        using CountdownEvent started = new(4);
        Task<Exception>[] threads = [.. Enumerable.Range(0, started.InitialCount).Select(_ => Task.Run(() =>
        {
            bool isFirst = true;
            while (true)
            {
                try
                {
                    runtime.Multiply(a, a);
                    if (isFirst) started.Signal();
                    isFirst = false;
                }
                catch (Exception failure)
                {
                    if (isFirst) started.Signal();
                    return failure;
                }
            }
        }))];
        started.Wait(TestContext.Current.CancellationToken);
        runtime.Dispose();
        foreach (Exception failure in await Task.WhenAll(threads)) Assert.IsType<ObjectDisposedException>(failure);
    }

    // A transaction says that it has ended, whether it was committed or disposed of.
    private static bool IsExpected(Use use, Exception? thrown) =>
        thrown is ObjectDisposedException { Message.Length: > 0 } || (use.Owner is LatentTransaction && thrown is HlxException { Code: ErrorCode.TransactionEnded });

    private static HlxRuntime Open() => HlxRuntime.Open(new HlxOptions { InMemory = true, Device = CpuDrivers.Lavapipe });

    private static IEnumerable<Use> Uses(HlxRuntime runtime)
    {
        Tensor matrix = FloatSamples.Unit(1, 4, 4);
        Handle a = runtime.Collapse(matrix);
        Handle known = runtime.Multiply(a, a).Result;
        ComputeKernel kernel = new("gemm", runtime.Collapse(VulkanShader.Compute(TestShader.Load("gemm"))), (16, 16, 1)) { Inputs = [a, a] };
        PipelineConfig pipeline = new("one", [runtime.Collapse(kernel)]);
        return [.. OfRuntime(), .. OfSpace(), .. OfDevices()];

        IEnumerable<Use> OfRuntime() =>
        [
            Use.Of(runtime, "Collapse", () => runtime.Collapse(matrix)),
            Use.Of(runtime, "Collapse", () => runtime.Collapse(HlxValue.From(1))),
            Use.Of(runtime, "Collapse", () => runtime.Collapse(kernel)),
            Use.Of(runtime, "Device", () => runtime.Device),
            Use.Of(runtime, "KernelDevice", () => runtime.KernelDevice),
            Use.Of(runtime, "Space", () => runtime.Space),
            Use.Of(runtime, "Resolve", () => runtime.Resolve(a)),
            Use.Of(runtime, "Resolve", () => runtime.Resolve<Tensor>(a)),
            Use.Of(runtime, "Multiply", () => runtime.Multiply(a, a)),
            Use.Of(runtime, "MultiplyAsync", () => runtime.MultiplyAsync(a, a)),
            Use.Of(runtime, "ExecuteKernel", () => runtime.ExecuteKernel(kernel)),
            Use.Of(runtime, "RunKernel", () => runtime.RunKernel(kernel)),
            Use.Of(runtime, "RunKernelAsync", () => runtime.RunKernelAsync(kernel)),
            Use.Of(runtime, "RunPipeline", () => runtime.RunPipeline(pipeline)),
            Use.Of(runtime, "RunPipelineAsync", () => runtime.RunPipelineAsync(pipeline)),
            Use.Of(runtime, "Verify", () => runtime.Verify(known)),
        ];

        IEnumerable<Use> OfSpace()
        {
            LatentSpace space = LatentSpace.InMemory();
            Ledger ledger = space.Ledger;
            LatentTransaction transaction = space.BeginTransaction();
            return
            [
                Use.Of(space, "Store", () => space.Store),
                Use.Of(space, "Ledger", () => space.Ledger),
                Use.Of(space, "BeginTransaction", space.BeginTransaction),
                Use.Of(space, "Collapse", () => space.Collapse(matrix)),
                Use.Of(space, "Collapse", () => space.Collapse(HlxValue.From(1))),
                Use.Of(space, "CollapseBlob", () => space.CollapseBlob(new byte[1])),
                Use.Of(space, "Resolve", () => space.Resolve(Absent)),
                Use.Of(space, "ResolveBytes", () => space.ResolveBytes(Absent)),
                Use.Of(space, "ResolveTensor", () => space.ResolveTensor(Absent)),
                Use.Of(space, "Snapshot", () => space.Snapshot()),
                Use.Of(ledger, "Find", () => ledger.Find("key")),
                Use.Of(ledger, "FindEntry", () => ledger.FindEntry("key")),
                Use.Of(ledger, "FindByResult", () => ledger.FindByResult(Absent)),
                Use.Of(ledger, "FindFact", () => ledger.FindFact(Absent, "fact")),
                Use.Of(ledger, "Incidents", ledger.Incidents),
                Use.Of(ledger, "List", ledger.List),
                Use.Of(ledger, "ListFact", () => ledger.ListFact("fact")),
                Use.Of(ledger, "Record", () => ledger.Record("key", Absent, HlxValue.Null)),
                Use.Of(ledger, "RecordFact", () => ledger.RecordFact(Absent, "fact", "")),
                Use.Of(transaction, "Collapse", () => transaction.Collapse(matrix)),
                Use.Of(transaction, "Collapse", () => transaction.Collapse(HlxValue.From(1))),
                Use.Of(transaction, "Commit", transaction.Commit),
                Use.Of(transaction, "Resolve", () => transaction.Resolve(Absent)),
            ];
        }

        static IEnumerable<Use> OfDevices()
        {
            VulkanContext device = VulkanContext.Open(CpuDrivers.Lavapipe);
            MlpModel model = new([new MlpLayer(FloatSamples.Unit(1, 3, 2))]);
            KernelSequence sequence = MlpPlanner.Emulated(model, 1, device.Capabilities)!.Sequence;
            VulkanProgram program = device.Record(sequence), orphan = device.Record(sequence);
            Mlp mlp = new(device, model), onCpu = new(new CpuDevice(), model);
            CpuBuffer buffer = new CpuDevice().Rent(8);
            return
            [
                Use.Of(device, "Record", () => device.Record(sequence)),
                Use.Of(device, "Run", () => device.Run(sequence)),
                Use.Of(device, "RunAsync", () => device.RunAsync(sequence)),
                Use.Of(device, "Trim", device.Trim),
                Use.Of(device, "Warm", () => device.Warm([])),
                .. OfProgram(program, program),
                .. OfProgram(device, orphan),
                .. new[] { mlp, onCpu }.SelectMany(perceptron => (Use[])[
                    Use.Of(perceptron, "Run", () => perceptron.Run(new float[3], new float[2])),
                    Use.Of(perceptron, "Prepare", () => perceptron.Prepare(1))]),
                Use.Of(buffer, "Memory", () => buffer.Memory),
            ];
        }
    }

    private static IEnumerable<Use> OfProgram(IDisposable owner, VulkanProgram program) =>
    [
        Use.Of(owner, "Run", program.Run, typeof(VulkanProgram)),
        Use.Of(owner, "Submit", program.Submit, typeof(VulkanProgram)),
        Use.Of(owner, "Wait", program.Wait, typeof(VulkanProgram)),
        Use.Of(owner, "Write", () => program.Write(0, 0, new byte[12]), typeof(VulkanProgram)),
        Use.Of(owner, "Read", () => program.Read(new StageOutput(0, 0), new byte[8]), typeof(VulkanProgram)),
        Use.Of(owner, "Read", () => program.Read(new StageBuffer(0, 0), new byte[12]), typeof(VulkanProgram)),
        Use.Of(owner, "DeviceTime", () => program.DeviceTime(0), typeof(VulkanProgram)),
        Use.Of(owner, "DeviceNanoseconds", () => program.DeviceNanoseconds(), typeof(VulkanProgram)),
        Use.Of(owner, "Statistics", () => program.Statistics(0), typeof(VulkanProgram)),
    ];

    /// <summary>A use of a member.</summary>
    /// <param name="Owner">What is disposed of before.</param>
    /// <param name="Type">The class that has the member.</param>
    /// <param name="Member">The member's name.</param>
    /// <param name="Try">Uses it.</param>
    private sealed record Use(IDisposable Owner, Type Type, string Member, Func<Task> Try)
    {
        public static Use Of(IDisposable owner, string member, Action use, Type? type = null) => new(owner, type ?? owner.GetType(), member, () =>
        {
            use();
            return Task.CompletedTask;
        });

        public static Use Of<T>(IDisposable owner, string member, Func<T> use, Type? type = null) =>
            new(owner, type ?? owner.GetType(), member, () => use() as Task ?? Task.CompletedTask);
    }
}
