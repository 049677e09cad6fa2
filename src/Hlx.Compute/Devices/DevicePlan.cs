using Hlx.Values;

namespace Hlx.Compute;

/// <summary>What a caller wants of a device beyond its choice.</summary>
/// <param name="Validation">Whether the validation layer is on; the installed one may be older than some features.</param>
/// <param name="Staging">Whether data goes through staging memory; null to decide by the kind of device.</param>
/// <param name="PipelineStatistics">Whether the driver keeps what it knows about each pipeline.</param>
public sealed record DeviceRequest(bool Validation = false, bool? Staging = null, bool PipelineStatistics = false);

/// <summary>How a device is opened: pure policy on what its driver reports.</summary>
/// <param name="Snapshot">What the driver reports.</param>
/// <param name="Family">The queue family to use.</param>
/// <param name="Features">The features to switch on, sorted, by the names of their members in Vulkan's structures.</param>
/// <param name="Extensions">The extensions to switch on, sorted.</param>
/// <param name="Staging">Whether data goes to the device and back through staging memory; else the processor writes the buffers.</param>
public sealed record DevicePlan(DeviceSnapshot Snapshot, QueueFamily Family, IReadOnlyList<string> Features, IReadOnlyList<string> Extensions, bool Staging)
{
    private static readonly (Version Api, Version Spirv)[] SpirvOfApi = [(new(1, 3), new(1, 6)), (new(1, 2), new(1, 5)), (new(1, 1), new(1, 3))];

    /// <summary>What launches may ask of the device when it is opened by this plan.</summary>
    public DeviceCapabilities Capabilities => new(
        Snapshot.Limits, Features.ToHashSet(StringComparer.Ordinal), SpirvOfApi.First(entry => Snapshot.ApiVersion >= entry.Api).Spirv)
    {
        Multiprocessors = Snapshot.Multiprocessors,
        IsCompiledByMesa = Snapshot.Driver.Split(' ').Contains("Mesa"), // the driver's information begins so, as in "radv Mesa 25.0.7"
        CooperativeMatrices = Features.Contains("cooperativeMatrix") ? Snapshot.CooperativeMatrices : [],
    };

    /// <summary>Plans the opening of a device: everything it offers that HLX knows is switched on.</summary>
    /// <param name="snapshot">What the driver reports.</param>
    /// <param name="request">What the caller wants.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceUnsuitable"/>.</exception>
    public static DevicePlan For(DeviceSnapshot snapshot, DeviceRequest request)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(request);
        if (snapshot.Unsuitable is string reason || snapshot.ComputeFamily is not QueueFamily family)
            throw new HlxException(ErrorCode.DeviceUnsuitable, $"{snapshot.Name} cannot be used: {snapshot.Unsuitable}", "Name another device or update its driver");
        string[] features =
        [
            .. snapshot.Features
                .Where(feature => FeatureTable.CanBeOn(feature, snapshot.Features, request.Validation))
                .Where(feature => request.PipelineStatistics || feature != "pipelineExecutableInfo")
                .Order(StringComparer.Ordinal),
        ];
        string[] extensions = [.. features.Where(FeatureTable.ExtensionOf.ContainsKey).Select(feature => FeatureTable.ExtensionOf[feature]).Distinct().Order(StringComparer.Ordinal)];
        return new(snapshot, family, features, extensions, request.Staging ?? snapshot.Type == DeviceType.Discrete);
    }
}
