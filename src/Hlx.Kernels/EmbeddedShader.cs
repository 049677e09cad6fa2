namespace Hlx.Kernels;

/// <summary>The SPIR-V modules that the build compiled into this assembly.</summary>
internal static class EmbeddedShader
{
    /// <summary>Reads a module.</summary>
    /// <param name="name">Its name without the extension.</param>
    public static byte[] Load(string name)
    {
        using Stream stream = typeof(EmbeddedShader).Assembly.GetManifestResourceStream(name + ".spv")
            ?? throw new InvalidOperationException($"the build did not embed {name}.spv");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
