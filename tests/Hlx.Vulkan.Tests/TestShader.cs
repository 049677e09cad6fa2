namespace Hlx.Vulkan.Tests;

/// <summary>The SPIR-V modules that the build compiled into the tests.</summary>
internal static class TestShader
{
    public static byte[] Load(string name)
    {
        using Stream stream = typeof(TestShader).Assembly.GetManifestResourceStream(name + ".spv")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
