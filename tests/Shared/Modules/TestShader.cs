namespace Hlx.Testing;

/// <summary>The SPIR-V modules that the build compiled into this test project.</summary>
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
