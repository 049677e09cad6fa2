using System.Reflection;

namespace Hlx.Spirv;

/// <summary>SPIR-V modules that the build compiled into an assembly (shaders/Shaders.targets).</summary>
public static class EmbeddedModule
{
    /// <summary>Reads a module.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="name">The module's name without the extension.</param>
    /// <exception cref="InvalidOperationException">The build did not embed it.</exception>
    public static byte[] Load(Assembly assembly, string name)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        using Stream stream = assembly.GetManifestResourceStream(name + ".spv")
            ?? throw new InvalidOperationException($"the build did not embed {name}.spv in {assembly.GetName().Name}");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
