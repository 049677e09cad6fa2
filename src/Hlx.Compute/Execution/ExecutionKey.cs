using Hlx.Values;

namespace Hlx.Compute;

/// <summary>
/// The name of a computation: the handle of a value that holds everything its result depends on and nothing else. Equal keys have
/// equal results, so a result is never computed twice.
/// </summary>
public static class ExecutionKey
{
    private const int SchemaVersion = 1;
    private const int GuardVersion = 1; // of the results that the guard defines

    /// <summary>The key of an operator whose bits are the same on every device: neither shader nor device is part of it.</summary>
    /// <param name="name">The operator's name.</param>
    /// <param name="numerics">The numerics profile.</param>
    /// <param name="version">The profile's version.</param>
    /// <param name="inputs">The inputs as CONTRACT_950 handles, so that equal tensors have one key however they were given.</param>
    public static string ForOperator(string name, string numerics, int version, params ReadOnlySpan<Handle> inputs) => Handle.Of(HlxValue.Object(
        ("schema", SchemaVersion), ("operator", name), ("numerics", numerics), ("numerics_version", version),
        ("inputs", HlxValue.Array([.. inputs.ToArray().Select(HlxValue.From)])))).Text;

    /// <summary>The key of kernels that run one after the other. What they leave open follows from them and their inputs.</summary>
    /// <param name="kernels">The kernels; their inputs as CONTRACT_950 handles. Their names are for people and not part of it.</param>
    /// <param name="pipeline">What else the pipeline says; its name and the handles of its stages are not part of the key.</param>
    /// <param name="fingerprint">The class of devices (<see cref="DeviceFingerprint"/>); empty for shaders that may claim device-to-device.</param>
    /// <param name="guarded">Whether a module runs as <see cref="Hlx.Spirv.ModuleGuard"/> rewrites it: its results are others than those of the module untouched.</param>
    public static string ForKernels(IReadOnlyList<ComputeKernel> kernels, PipelineConfig pipeline, string fingerprint, bool guarded = false)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(pipeline);
        List<(string, HlxValue)> fields =
        [
            ("schema", SchemaVersion), ("kernels", HlxValue.Array([.. kernels.Select(kernel => (kernel with { Name = "" }).ToValue())])),
            ("pipeline", (pipeline with { Id = "", Stages = [] }).ToValue()), ("device", fingerprint),
        ];
        if (guarded) fields.Add(("guard", GuardVersion));
        return Handle.Of(HlxValue.Object([.. fields])).Text;
    }
}
