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

    /// <summary>The module's bytes.</summary>
    public ReadOnlyMemory<byte> Spirv { get; } = spirv;

    /// <summary>The handle of the bytes.</summary>
    public string Handle => _handle.Value;

    /// <summary>The module, read.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/>.</exception>
    public SpirvModule Module => _module.Value;

    /// <summary>What the module may claim about its bits.</summary>
    public DeterminismClaim Claim => _claim ??= AdmissionLint.Judge(Module);

    /// <summary>Whether the module has loops, which some devices end early (<see cref="DeviceBehaviour.LoopTurns"/>).</summary>
    public bool HasLoops => Module.Instructions.Any(instruction => instruction.Op == Op.LoopMerge);

    /// <summary>The module as <see cref="ModuleGuard"/> rewrites it.</summary>
    public ShaderCode Guarded => _guarded ??= new(ModuleGuard.Rewrite(Module));

    /// <summary>
    /// Whether a request runs the guarded module: it may claim device-to-device only so, and the request does not ask for less.
    /// </summary>
    /// <param name="determinism">What the request asks for; empty for as much as there is.</param>
    public bool IsGuardedFor(string determinism) =>
        Claim.NeedsGuard && (determinism.Length == 0 || DeterminismLevels.Parse(determinism) == DeterminismLevel.DeviceToDevice);
}
