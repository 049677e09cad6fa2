using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>A SPIR-V module as launches carry it: its handle and what is reflected are found once.</summary>
/// <param name="spirv">The module, little-endian; not copied.</param>
public sealed class ShaderCode(ReadOnlyMemory<byte> spirv)
{
    private readonly Lazy<string> _handle = new(() => Values.Handle.OfBlob(spirv.Span).Text);
    private readonly Lazy<SpirvModule> _module = new(() => SpirvModule.Parse(spirv));

    private DeterminismClaim? _claim;
    private ShaderCode? _guarded;
    private CountingShader? _counting;

    /// <summary>The module's bytes.</summary>
    public ReadOnlyMemory<byte> Spirv { get; } = spirv;

    /// <summary>The handle of the bytes.</summary>
    public string Handle => _handle.Value;

    /// <summary>The module, read.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/>.</exception>
    public SpirvModule Module => _module.Value;

    /// <summary>What the module may claim about its bits.</summary>
    public DeterminismClaim Claim => _claim ??= AdmissionLint.Judge(Module);

    /// <summary>The module as <see cref="ModuleGuard"/> rewrites it.</summary>
    public ShaderCode Guarded => _guarded ??= new(ModuleGuard.Rewrite(Module));

    /// <summary>The module as <see cref="LoopGuard"/> rewrites it.</summary>
    internal CountingShader Counting => _counting ??= LoopGuard.Rewrite(Module) is CountingModule module ? new(new(module.Spirv), module.Binding) : new(null, 0);

    /// <summary>
    /// Whether a request runs the guarded module: it may claim device-to-device only so, and the request does not ask for less.
    /// </summary>
    /// <param name="determinism">What the request asks for; empty for as much as there is.</param>
    public bool IsGuardedFor(string determinism) =>
        Claim.NeedsGuard && (determinism.Length == 0 || DeterminismLevels.Parse(determinism) == DeterminismLevel.DeviceToDevice);
}

/// <summary>A module that counts the invocations whose loops ended by themselves.</summary>
/// <param name="Code">The module; null for one without loops.</param>
/// <param name="Binding">The binding of the counter in set 0.</param>
internal sealed record CountingShader(ShaderCode? Code, uint Binding);
