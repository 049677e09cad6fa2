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
        FeatureCheck.Require(module, device);
        PromiseCheck.Require(kernel, shader.Code);

        InferredLaunch inferred = InferredLaunch.Of(kernel, module, operands.Inputs);
        IReadOnlyList<OutputSpec> outputs = kernel.Outputs ?? inferred.Outputs ?? throw new HlxException(
            ErrorCode.ContractFieldMissing, $"the kernel \"{kernel.Name}\" names no outputs, and they follow only from two matrices of f32 or from inputs of one shape and one output",
            "Add outputs: [{dtype, shape}]");
        Extent3 workgroups = kernel.Dispatch ?? inferred.Workgroups ?? throw new HlxException(
            ErrorCode.ContractFieldMissing, $"the kernel \"{kernel.Name}\" names no dispatch, and without an output none follows", "Add dispatch: [x, y, z], in workgroups");

        KernelLaunch launch = new(shader.Code.IsGuardedFor(kernel.Determinism) ? shader.Code.Guarded : shader.Code, shader.EntryPoint, BindBuffers(module, operands, outputs), workgroups)
        {
            PushConstants = PushConstantBlock.Encode(module, kernel, inferred.Constants),
            Specialization = SpecializationPlan.For(module, entry, kernel),
        };
        CheckLimits(kernel, launch, device.Limits);
        return new(launch, outputs);
    }

    private static List<KernelBuffer> BindBuffers(SpirvModule module, KernelOperands operands, IReadOnlyList<OutputSpec> outputs)
    {
        IReadOnlyList<KernelOperand> inputs = operands.Inputs;
        IReadOnlyList<DescriptorBinding> bindings = module.Bindings;
        if (bindings.FirstOrDefault(binding => !binding.IsStorageBuffer) is { } other)
            throw Mismatch($"binding {other.Set}.{other.Binding} ({other.Name}) is no storage buffer", "Declare every binding as a buffer");
        if (bindings.Count != inputs.Count + outputs.Count)
        {
            throw Mismatch(
                $"the shader has {bindings.Count} buffers where {inputs.Count} inputs and {outputs.Count} outputs are given",
                "Give one input or output for each binding, inputs first");
        }
        List<KernelBuffer> buffers = [];
        for (int i = 0; i < bindings.Count; i++)
        {
            DescriptorBinding binding = bindings[i];
            bool isInput = i < inputs.Count;
            if (isInput ? binding.IsWriteOnly : binding.IsReadOnly)
            {
                throw Mismatch(
                    $"binding {binding.Set}.{binding.Binding} ({binding.Name}) is {(isInput ? "write-only and gets an input" : "read-only and is an output")}",
                    "Order the bindings of the shader: inputs first, then outputs");
            }
            ElementCheck.Require(binding, isInput ? inputs[i].Spec.Type : outputs[i - inputs.Count].Type);
            buffers.Add(isInput ? Input(binding, inputs[i]) : Output(binding, outputs[i - inputs.Count], operands));
        }
        return buffers;
    }

    private static KernelBuffer Input(DescriptorBinding binding, KernelOperand operand)
    {
        if (operand.Stage is StageOutput stage)
        {
            // Memory of an earlier stage: whoever writes to it would change that stage's result.
            if (!binding.IsReadOnly)
            {
                throw Mismatch(
                    $"binding {binding.Set}.{binding.Binding} ({binding.Name}) can write, and its input is the output {stage} of an earlier stage",
                    "Declare the binding readonly in the shader");
            }
            return KernelBuffer.FromStage(binding.Set, binding.Binding, operand.Spec.Bytes, stage);
        }
        return KernelBuffer.Input(binding.Set, binding.Binding, operand.Content);
    }

    private static KernelBuffer Output(DescriptorBinding binding, OutputSpec output, KernelOperands operands)
    {
        KernelBuffer buffer = KernelBuffer.Output(binding.Set, binding.Binding, output.Bytes);
        if (output.Initial is not Handle handle) return buffer;
        Tensor initial = operands.Initial[handle];
        return initial.Type == output.Type && initial.Shape.SequenceEqual(output.Shape.ToArray())
            ? buffer with { Content = initial.Data }
            : throw new HlxException(
                ErrorCode.ShapeMismatch, $"the initial content of an output is {initial} where the output is {Tensor.Describe(output.Type, output.Shape.ToArray())}",
                "Give a tensor of the output's type and shape");
    }

    private static void CheckLimits(ComputeKernel kernel, KernelLaunch launch, DeviceLimits limits)
    {
        Extent3 size = kernel.WorkgroupSize, most = limits.MaxWorkgroupSize, groups = launch.Workgroups, mostGroups = limits.MaxWorkgroups;
        if (size.X > most.X || size.Y > most.Y || size.Z > most.Z) throw Exceeds($"a workgroup of {size}", $"{most}");
        if (size.Count > limits.MaxWorkgroupInvocations) throw Exceeds($"a workgroup of {size.Count} invocations", $"{limits.MaxWorkgroupInvocations}");
        if (groups.X > mostGroups.X || groups.Y > mostGroups.Y || groups.Z > mostGroups.Z) throw Exceeds($"a dispatch of {groups} workgroups", $"{mostGroups}");
        long shared = launch.Code.Module.SharedMemoryBytes(launch.Specialization.ToDictionary(constant => constant.Id, constant => constant.Bits));
        if (kernel.SharedMemoryBytes > 0 && kernel.SharedMemoryBytes < shared)
        {
            throw new HlxException(
                ErrorCode.ContractFieldValue, $"shared_memory_bytes is {kernel.SharedMemoryBytes} where the shader declares {shared}", "Correct it or leave it out");
        }
        if (Math.Max(shared, kernel.SharedMemoryBytes) is long wanted && wanted > limits.MaxSharedMemoryBytes)
            throw Exceeds($"{wanted} bytes of shared memory", $"{limits.MaxSharedMemoryBytes}");
        if (launch.PushConstants.Length > limits.MaxPushConstantBytes)
            throw Exceeds($"{launch.PushConstants.Length} bytes of push constants", $"{limits.MaxPushConstantBytes}");
        if (launch.Buffers.FirstOrDefault(buffer => buffer.Bytes > limits.MaxBufferBytes) is { } large)
            throw Exceeds($"a buffer of {large.Bytes} bytes", $"{limits.MaxBufferBytes}");
    }

    private static HlxException Exceeds(string what, string limit) =>
        new(ErrorCode.DeviceLimit, $"{what} exceeds the device's limit of {limit}", "Make it smaller or choose another device with --device");

    private static HlxException Mismatch(string what, string remedy) => new(ErrorCode.BindingMismatch, what, remedy);
}
