namespace Hlx;

/// <summary>How far a computation is.</summary>
/// <param name="Device">The name of the device.</param>
/// <param name="Part">Which part is done, up to 1; null where the device cannot tell, as Vulkan devices cannot.</param>
public readonly record struct ComputeProgress(string Device, double? Part);
