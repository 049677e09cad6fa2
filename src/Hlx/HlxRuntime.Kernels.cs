using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx;

/// <summary>What running a kernel or a pipeline gave.</summary>
/// <param name="Outputs">The handles of its outputs, in the order of the shader's bindings.</param>
/// <param name="DeviceTimes">How long each stage took on the device; null where it has no timestamps.</param>
public sealed record KernelRun(IReadOnlyList<Handle> Outputs, IReadOnlyList<TimeSpan?> DeviceTimes);

public sealed partial class HlxRuntime
{
    private const string ValidatedFact = "spirv-val.1";

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
        return Run(pipeline, [.. pipeline.Stages.Select(stage => ComputeKernel.FromValue(Resolve(stage)))]);
    }

    private KernelRun Run(PipelineConfig pipeline, IReadOnlyList<ComputeKernel> kernels)
    {
        (ComputeKernel Kernel, VulkanShader Shader)[] stages = [.. kernels.Select(kernel => (kernel, VulkanShader.FromValue(Resolve(kernel.Shader))))];
        IKernelDevice device = KernelDevice;
        PipelinePlan plan = PipelinePlan.For(pipeline, stages, Space.ResolveTensor, device.Limits);
        foreach ((ComputeKernel kernel, VulkanShader shader) in stages) ValidateOnce(kernel.Shader, shader);
        SequenceResult result = device.Run(plan.Sequence);
        Tensor[] outputs = [.. result.Outputs.Zip(plan.Returns, (bytes, output) => new Tensor(output.Type, output.Shape.ToArray(), bytes))];
        return new([.. outputs.Select(Collapse)], result.DeviceTimes);
    }

    // A driver may crash on an invalid module, so spirv-val sees each one once; the ledger remembers which have passed.
    private void ValidateOnce(Handle handle, VulkanShader shader)
    {
        if (Space.Ledger.FindFact(handle, ValidatedFact) is null && SpirvValidator.Validate(shader.Spirv))
            Space.Ledger.RecordFact(handle, ValidatedFact, "valid");
    }
}
