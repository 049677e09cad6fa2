using Hlx.Values;

namespace Hlx.Compute;

/// <summary>A pipeline request turned into a sequence of launches: pure data, made without a device.</summary>
/// <param name="Sequence">What to run.</param>
/// <param name="Returns">The element type and shape of each output that is returned.</param>
public sealed record PipelinePlan(KernelSequence Sequence, IReadOnlyList<OutputSpec> Returns)
{
    /// <summary>Plans a pipeline.</summary>
    /// <param name="pipeline">The request (CONTRACT_902).</param>
    /// <param name="stages">Its kernels with their shaders, in order.</param>
    /// <param name="resolve">Gives the tensor of a handle.</param>
    /// <param name="device">What the device offers.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.ContractFieldValue"/> for a reference to a stage or output that there is
    /// not, or a barrier after a stage that there is not; as <see cref="KernelPlan.For"/> for each stage.</exception>
    public static PipelinePlan For(
        PipelineConfig pipeline, IReadOnlyList<(ComputeKernel Kernel, VulkanShader Shader)> stages, Func<Handle, Tensor> resolve, DeviceCapabilities device)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(stages);
        ArgumentNullException.ThrowIfNull(resolve);
        if (stages.Count == 0) throw Refuse($"the pipeline \"{pipeline.Id}\" has no stages", "Name at least one kernel");
        if (pipeline.SyncBarriers.FirstOrDefault(barrier => barrier.StageIndex >= stages.Count) is { } barrier)
            throw Refuse($"a barrier stands after stage {barrier.StageIndex}, and the last stage is {stages.Count - 1}", "Correct sync_barriers");

        List<KernelPlan> plans = [];
        foreach ((ComputeKernel kernel, VulkanShader shader) in stages)
        {
            KernelOperands operands = new([.. kernel.Inputs.Select(input => Operand(input, plans, resolve))])
            {
                Initial = Initials(kernel, resolve),
            };
            plans.Add(KernelPlan.For(kernel, shader, operands, device));
        }
        IReadOnlyList<StageOutput> returns = Returned(pipeline, plans);
        return new(new KernelSequence([.. plans.Select(plan => plan.Launch)], returns), [.. returns.Select(output => SpecOf(output, plans))]);
    }

    private static KernelOperand Operand(KernelInput input, List<KernelPlan> earlier, Func<Handle, Tensor> resolve) => input switch
    {
        { Handle: Handle handle } => KernelOperand.Of(resolve(handle)),
        { Stage: StageOutput stage } => new KernelOperand(SpecOf(stage, earlier), default, stage),
        _ => throw Refuse("an input is empty", "Give a handle or \"@stage.output\""),
    };

    private static Dictionary<Handle, Tensor> Initials(ComputeKernel kernel, Func<Handle, Tensor> resolve) =>
        (kernel.Outputs ?? []).Where(output => output.Initial is not null).Select(output => output.Initial!.Value).Distinct().ToDictionary(handle => handle, resolve);

    private static OutputSpec SpecOf(StageOutput output, List<KernelPlan> stages)
    {
        if (output.Stage >= stages.Count) throw Refuse($"{output} names a stage that does not come before", $"Name one of the {stages.Count} earlier stages");
        IReadOnlyList<OutputSpec> outputs = stages[output.Stage].Outputs;
        return output.Output < outputs.Count
            ? outputs[output.Output]
            : throw Refuse($"{output} names an output that stage {output.Stage} does not have", $"It has {outputs.Count} outputs, counted from 0");
    }

    private static IReadOnlyList<StageOutput> Returned(PipelineConfig pipeline, List<KernelPlan> plans)
    {
        if (pipeline.OutputImage.Length == 0)
            return [.. Enumerable.Range(0, plans[^1].Outputs.Count).Select(output => new StageOutput(plans.Count - 1, output))];
        if (StageOutput.Parse(pipeline.OutputImage) is not StageOutput named)
            throw Refuse($"output_image is \"{pipeline.OutputImage}\", and images are not executed", "Write \"@stage.output\", or leave it out");
        _ = SpecOf(named, plans);
        return [named];
    }

    private static HlxException Refuse(string what, string remedy) => new(ErrorCode.ContractFieldValue, what, remedy);
}
