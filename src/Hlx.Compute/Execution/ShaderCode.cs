using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>A SPIR-V module as launches carry it: its handle and what is reflected are found once.</summary>
/// <param name="spirv">The module, little-endian; not copied.</param>
public sealed class ShaderCode(ReadOnlyMemory<byte> spirv)
{
    private readonly Lazy<string> _handle = new(() => Values.Handle.OfBlob(spirv.Span).Text);
    private readonly Lazy<SpirvModule> _module = new(() => SpirvModule.Parse(spirv));

    /// <summary>The module's bytes.</summary>
    public ReadOnlyMemory<byte> Spirv { get; } = spirv;

    /// <summary>The handle of the bytes.</summary>
    public string Handle => _handle.Value;

    /// <summary>The module, read.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/>.</exception>
    public SpirvModule Module => _module.Value;
}
