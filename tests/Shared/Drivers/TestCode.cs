using Hlx.Compute;

namespace Hlx.Testing;

/// <summary>The SPIR-V modules of the tests as launches carry them.</summary>
internal static class TestCode
{
    public static ShaderCode Load(string name) => new(TestShader.Load(name));
}
