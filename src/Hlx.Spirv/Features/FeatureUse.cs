namespace Hlx.Spirv;

/// <summary>Something in a module that needs a feature of Vulkan beyond what its capabilities declare.</summary>
/// <param name="What">What it is, in words, such as <c>OpAtomicFAddEXT on shared memory</c>.</param>
/// <param name="Feature">The feature, by the name of its member in Vulkan's structures.</param>
public sealed record FeatureUse(string What, string Feature);
