using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Values;

namespace Hlx;

/// <summary>What running a kernel gave.</summary>
/// <param name="Outputs">The handles of its outputs, in the order of the shader's bindings.</param>
/// <param name="DeviceTime">How long the dispatch took on the device; null where it has no timestamps.</param>
public sealed record KernelRun(IReadOnlyList<Handle> Outputs, TimeSpan? DeviceTime);

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
        VulkanShader shader = VulkanShader.FromValue(Resolve(kernel.Shader));
        Tensor[] inputs = [.. kernel.Inputs.Select(Space.ResolveTensor)];
        IKernelDevice device = KernelDevice;
        KernelPlan plan = KernelPlan.For(kernel, shader, inputs, device.Limits);
        ValidateOnce(kernel.Shader, shader);
        KernelResult result = device.Run(plan.Launch);
        Tensor[] outputs = [.. result.Outputs.Zip(plan.Outputs, (bytes, output) => new Tensor(output.Type, output.Shape.ToArray(), bytes))];
        return new([.. outputs.Select(Collapse)], result.DeviceTime);
    }

    // A driver may crash on an invalid module, so spirv-val sees each one once; the ledger remembers which have passed.
    private void ValidateOnce(Handle handle, VulkanShader shader)
    {
        if (Space.Ledger.FindFact(handle, ValidatedFact) is null && SpirvValidator.Validate(shader.Spirv))
            Space.Ledger.RecordFact(handle, ValidatedFact, "valid");
    }
}
