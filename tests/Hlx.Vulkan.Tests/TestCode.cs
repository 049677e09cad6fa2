using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Vulkan.Tests;

/// <summary>The SPIR-V modules of the tests as launches carry them.</summary>
internal static class TestCode
{
    public static ShaderCode Load(string name) => new(TestShader.Load(name));
}
