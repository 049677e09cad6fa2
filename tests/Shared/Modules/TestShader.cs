using Hlx.Spirv;

namespace Hlx.Testing;

/// <summary>The SPIR-V modules that the build compiled into this test project.</summary>
internal static class TestShader
{
    public static byte[] Load(string name) => EmbeddedModule.Load(typeof(TestShader).Assembly, name);
}
