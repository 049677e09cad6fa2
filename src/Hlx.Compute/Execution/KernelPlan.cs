using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>A kernel request turned into a launch: pure data, made without a device.</summary>
/// <param name="Launch">What to run.</param>
/// <param name="Outputs">The element type and shape of each output, in the order of the launch.</param>
public sealed record KernelPlan(KernelLaunch Launch, IReadOnlyList<OutputSpec> Outputs)
{
    /// <summary>Plans a kernel: binds its buffers, fills its push constants, specializes its workgroup, derives what it leaves open.</summary>
    /// <param name="kernel">The request (CONTRACT_901).</param>
    /// <param name="shader">Its shader (CONTRACT_900).</param>
    /// <param name="operands">Its inputs and the initial contents of its outputs, resolved.</param>
    /// <param name="device">What the device offers.</param>
    /// <exception cref="HlxException">One for each way in which request, shader and device do not fit together:
    /// <see cref="ErrorCode.StageUnsupported"/>, <see cref="ErrorCode.EntryPointMissing"/>, <see cref="ErrorCode.SpirvInvalid"/>,
    /// <see cref="ErrorCode.BindingMismatch"/>, <see cref="ErrorCode.ShapeMismatch"/>, <see cref="ErrorCode.PushConstantMismatch"/>,
    /// <see cref="ErrorCode.ContractFieldValue"/>, <see cref="ErrorCode.ContractFieldMissing"/>,
    /// <see cref="ErrorCode.NumericsUnsupported"/>, <see cref="ErrorCode.DeviceFeature"/>, <see cref="ErrorCode.DeviceLimit"/>.</exception>
    public static KernelPlan For(ComputeKernel kernel, VulkanShader shader, KernelOperands operands, DeviceCapabilities device)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(shader);
        ArgumentNullException.ThrowIfNull(operands);
        ArgumentNullException.ThrowIfNull(device);
        if (shader.Stage != VulkanShader.ComputeStage)
            throw new HlxException(ErrorCode.StageUnsupported, $"the shader's stage is \"{shader.Stage}\"", "Only compute shaders are executed");
        SpirvModule module = shader.Code.Module;
        EntryPoint entry = module.RequireCompute(shader.EntryPoint);
        BindingPlan.RequireBuffers(entry); // before features, of which images need many
        FeatureCheck.Require(module, device);
        PromiseCheck.Require(kernel, shader.Code);

        InferredLaunch inferred = InferredLaunch.Of(kernel, module, entry, operands.Inputs);
        IReadOnlyList<OutputSpec> outputs = kernel.Outputs ?? inferred.Outputs ?? throw new HlxException(
            ErrorCode.ContractFieldMissing, $"the kernel \"{kernel.Name}\" names no outputs, and they follow only from two matrices of f32 or from inputs of one shape and one output",
            "Add outputs: [{dtype, shape}]");
        Extent3 workgroups = kernel.Dispatch ?? inferred.Workgroups ?? throw new HlxException(
            ErrorCode.ContractFieldMissing, $"the kernel \"{kernel.Name}\" names no dispatch, and without an output none follows", "Add dispatch: [x, y, z], in workgroups");

        ShaderCode code = shader.Code.IsGuardedFor(kernel.Determinism) ? shader.Code.Guarded : shader.Code;
        KernelLaunch launch = new(code, shader.EntryPoint, BindingPlan.Bind(module, entry, operands, outputs), workgroups)
        {
            PushConstants = PushConstantBlock.Encode(module, entry, kernel, inferred.Constants, device.Limits),
            Specialization = SpecializationPlan.For(module, entry, kernel),
            WatchesLoops = true,
        };
        LaunchLimits.Require(kernel, launch, device.Limits);
        return new(launch, outputs);
    }
}
