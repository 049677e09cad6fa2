using System.Collections.Concurrent;
using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx;

/// <summary>What running a kernel or a pipeline gave.</summary>
/// <param name="Outputs">The handles of its outputs, in the order of the shader's bindings.</param>
/// <param name="DeviceTimes">How long each stage took on the device; null where it has no timestamps.</param>
public sealed record KernelRun(IReadOnlyList<Handle> Outputs, IReadOnlyList<TimeSpan?> DeviceTimes)
{
    /// <summary>Whether the outputs were known already, or an equal request computed them at the same time; nothing was computed for this one then.</summary>
    public bool IsMemoized { get; init; }
}

public sealed partial class HlxRuntime
{
    private const string ValidatedFact = "spirv-val.1";

    private readonly ConcurrentDictionary<Handle, VulkanShader> _shaders = new(); // read, reflected and hashed once
    private readonly ConcurrentDictionary<Handle, bool> _validated = new();
    private readonly SingleFlight<KernelRun> _kernelRuns = new();

    /// <summary>Runs a kernel with one output.</summary>
    /// <param name="kernel">The kernel (CONTRACT_901); its handles must be in the store.</param>
    /// <returns>The handle of the output, a tensor.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.BindingMismatch"/> if it has several outputs; as <see cref="RunKernel"/>.</exception>
    public Handle ExecuteKernel(ComputeKernel kernel)
    {
        IReadOnlyList<Handle> outputs = RunKernel(kernel).Outputs;
        return outputs.Count == 1 ? outputs[0] : throw new HlxException(
            ErrorCode.BindingMismatch, $"the kernel \"{kernel?.Name}\" has {outputs.Count} outputs", "Call RunKernel, which returns all of them");
    }

    /// <summary>Runs a kernel.</summary>
    /// <param name="kernel">The kernel (CONTRACT_901); its handles must be in the store.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.HandleNotFound"/>, <see cref="ErrorCode.HandleInvalid"/>; as
    /// <see cref="KernelPlan.For"/>; as <see cref="IKernelDevice.Run"/>. Nothing is stored then.</exception>
    public KernelRun RunKernel(ComputeKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return Run(new PipelineConfig("", []), [kernel]);
    }

    /// <summary>Runs the stages of a pipeline in one submission; what passes between them stays on the device.</summary>
    /// <param name="pipeline">The pipeline (CONTRACT_902); its handles must be in the store.</param>
    /// <exception cref="HlxException">As <see cref="RunKernel"/>; <see cref="ErrorCode.ContractFieldValue"/> for a reference to a stage
    /// or output that there is not. Nothing is stored then.</exception>
    public KernelRun RunPipeline(PipelineConfig pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return Run(pipeline, KernelsOf(pipeline));
    }

    /// <summary>Runs a kernel; no thread waits for the device.</summary>
    /// <param name="kernel">The kernel (CONTRACT_901); its handles must be in the store.</param>
    /// <param name="cancellation">As for <see cref="IKernelDevice.RunAsync"/>; nothing is stored when it is heeded.</param>
    /// <inheritdoc cref="RunKernel" path="/exception"/>
    public Task<KernelRun> RunKernelAsync(ComputeKernel kernel, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return RunAsync(new PipelineConfig("", []), [kernel], cancellation);
    }

    /// <summary>Runs the stages of a pipeline in one submission; no thread waits for the device.</summary>
    /// <param name="pipeline">The pipeline (CONTRACT_902); its handles must be in the store.</param>
    /// <param name="cancellation">As for <see cref="IKernelDevice.RunAsync"/>; nothing is stored when it is heeded.</param>
    /// <inheritdoc cref="RunPipeline" path="/exception"/>
    public Task<KernelRun> RunPipelineAsync(PipelineConfig pipeline, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return RunAsync(pipeline, KernelsOf(pipeline), cancellation);
    }

    private KernelRun Run(PipelineConfig pipeline, IReadOnlyList<ComputeKernel> kernels) =>
        RunAsync(pipeline, kernels, sequence => Task.FromResult(KernelDevice.Run(sequence)), CancellationToken.None).GetAwaiter().GetResult();

    private Task<KernelRun> RunAsync(PipelineConfig pipeline, IReadOnlyList<ComputeKernel> kernels, CancellationToken cancellation) =>
        RunAsync(pipeline, kernels, sequence => KernelDevice.RunAsync(sequence, cancellation), cancellation);

    private async Task<KernelRun> RunAsync(
        PipelineConfig pipeline, IReadOnlyList<ComputeKernel> kernels, Func<KernelSequence, Task<SequenceResult>> execute, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this); // also where all is known, and neither store nor device is asked
        string? key = KeyOf(pipeline, kernels);
        if (key is null || !_options.Memoize) return await Compute().ConfigureAwait(false);
        if (await Known().ConfigureAwait(false) is KernelRun known) return known;
        (KernelRun run, bool isJoined) = await _kernelRuns.RunAsync(
            key, async () => await Known().ConfigureAwait(false) ?? await Compute().ConfigureAwait(false), cancellation).ConfigureAwait(false); // it may have been recorded since
        if (!isJoined) return run;
        _memo.CountJoined();
        return Memoized(run.Outputs);

        async Task<KernelRun?> Known()
        {
            if (_memo.Find(key) is not Handle[] outputs) return null;
            if (_memo.CountHit()) await Compute().ConfigureAwait(false);
            return Memoized(outputs);
        }

        async Task<KernelRun> Compute()
        {
            PipelinePlan plan = Plan(pipeline, kernels);
            int messages = ValidationMessages;
            _options.Progress?.Report(new(KernelDevice.Name, null));
            return Record(key, pipeline, kernels, Store(plan, await execute(plan.Sequence).ConfigureAwait(false)), messages);
        }

        KernelRun Memoized(IReadOnlyList<Handle> outputs) => new(outputs, [.. kernels.Select(_ => (TimeSpan?)null)]) { IsMemoized = true };
    }

    private int ValidationMessages => _devices.ForShaders().ValidationMessages.Count;

    // Null for what is never memoised: a shader whose bits nobody may promise, or a request that says so itself.
    private string? KeyOf(PipelineConfig pipeline, IReadOnlyList<ComputeKernel> kernels)
    {
        bool isShared = true, isGuarded = false;
        foreach (ComputeKernel kernel in kernels)
        {
            ShaderCode code = ShaderOf(kernel.Shader).Code;
            if (code.Claim.Level == DeterminismLevel.NotGuaranteed || DeterminismLevels.Parse(kernel.Determinism) == DeterminismLevel.NotGuaranteed) return null;
            bool guards = code.IsGuardedFor(kernel.Determinism);
            isGuarded |= guards;
            isShared &= code.Claim.Level == DeterminismLevel.DeviceToDevice && (guards || !code.Claim.NeedsGuard);
        }
        ComputeKernel[] named = [.. kernels.Select(kernel => kernel with { Inputs = [.. kernel.Inputs.Select(input => input.Handle is Handle handle ? KernelInput.From(TensorHandle(handle)) : input)] })];
        return ExecutionKey.ForKernels(named, pipeline, isShared ? "" : DeviceFingerprint.Of(KernelDevice), isGuarded);
    }

    private KernelRun Record(string? key, PipelineConfig pipeline, IReadOnlyList<ComputeKernel> kernels, KernelRun run, int messages)
    {
        _memo.CountComputed();
        if (key is null || ValidationMessages != messages) return run; // what the validation layer objects to may be anything
        _memo.Record(key, run.Outputs, HlxValue.Object(
            ("operator", "kernel"), ("pipeline", pipeline.ToValue()), ("kernels", HlxValue.Array([.. kernels.Select(kernel => kernel.ToValue())])),
            ("device", KernelDevice.Name), ("driver", KernelDevice.Driver)));
        return run;
    }

    private List<ComputeKernel> KernelsOf(PipelineConfig pipeline) => [.. pipeline.Stages.Select(stage => ComputeKernel.FromValue(Resolve(stage)))];

    private PipelinePlan Plan(PipelineConfig pipeline, IReadOnlyList<ComputeKernel> kernels)
    {
        (ComputeKernel Kernel, VulkanShader Shader)[] stages = [.. kernels.Select(kernel => (kernel, ShaderOf(kernel.Shader)))];
        foreach ((ComputeKernel kernel, VulkanShader shader) in stages) ValidateOnce(kernel.Shader, shader);
        return PipelinePlan.For(pipeline, stages, Space.ResolveTensor, KernelDevice.Capabilities);
    }

    private KernelRun Store(PipelinePlan plan, SequenceResult result)
    {
        Tensor[] outputs = [.. result.Outputs.Zip(plan.Returns, (bytes, output) => new Tensor(output.Type, output.Shape.ToArray(), bytes))];
        return new([.. outputs.Select(Collapse)], result.DeviceTimes);
    }

    private VulkanShader ShaderOf(Handle handle) => _shaders.GetOrAdd(handle, static (handle, runtime) => VulkanShader.FromValue(runtime.Resolve(handle)), this);

    // A driver may crash on an invalid module, so spirv-val sees each one once, before anything is made of it; the ledger remembers which
    // have passed, and with which features of the device. A tool that is missing or too old is not asked again by this runtime.
    private void ValidateOnce(Handle handle, VulkanShader shader)
    {
        if (_validated.ContainsKey(handle)) return;
        IReadOnlySet<string> features = KernelDevice.Capabilities.Features;
        string fact = string.Join('+', [ValidatedFact, .. SpirvValidator.LayoutFeatures.Where(features.Contains)]);
        bool isKnown = Space.Ledger.FindFact(handle, ValidatedFact) is not null || Space.Ledger.FindFact(handle, fact) is not null;
        if (!isKnown && SpirvValidator.Validate(shader.Spirv, features) == SpirvValidation.Valid) Space.Ledger.RecordFact(handle, fact, "valid");
        _validated.TryAdd(handle, true);
    }
}
