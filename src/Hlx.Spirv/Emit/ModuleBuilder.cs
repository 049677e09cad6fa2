using System.Buffers.Binary;

namespace Hlx.Spirv;

/// <summary>
/// Builds a SPIR-V module for Vulkan: declares types, constants and variables, each once, and functions with structured control flow
/// (<see cref="FunctionBuilder"/>). Misuse that the types show is an <see cref="ArgumentException"/>; <see cref="Build"/> gives only
/// modules that <see cref="SpirvModule.Parse"/> reads.
/// </summary>
public sealed partial class ModuleBuilder
{
    private readonly Version _version;
    private readonly SortedSet<Capability> _capabilities = [Capability.Shader];
    private readonly SortedSet<string> _extensions = new(StringComparer.Ordinal);
    private readonly WordStream _imports = new();
    private readonly WordStream _executionModes = new();
    private readonly WordStream _names = new();
    private readonly WordStream _annotations = new();
    private readonly WordStream _globals = new();
    private readonly List<(string Name, FunctionBuilder Function)> _entryPoints = [];
    private readonly List<uint> _interface = [];
    private readonly bool _vulkanMemoryModel;
    private uint _bound = 1;
    private uint _glsl;

    /// <summary>Starts a module.</summary>
    /// <param name="version">The SPIR-V version, 1.3 to 1.6; 1.3 if null, which every Vulkan 1.1 device reads.</param>
    /// <param name="vulkanMemoryModel">Whether to use the Vulkan memory model, which cooperative matrices need.</param>
    public ModuleBuilder(Version? version = null, bool vulkanMemoryModel = false)
    {
        _version = version ?? new Version(1, 3);
        if (_version < new Version(1, 3) || _version > new Version(1, 6)) throw new ArgumentOutOfRangeException(nameof(version), "SPIR-V 1.3 to 1.6 can be built");
        _vulkanMemoryModel = vulkanMemoryModel;
        if (!vulkanMemoryModel) return;
        Require(Capability.VulkanMemoryModel);
        if (_version < new Version(1, 5)) Require("SPV_KHR_vulkan_memory_model");
    }

    internal bool UsesVulkanMemoryModel => _vulkanMemoryModel;

    /// <summary>Declares a capability; types and instructions that need one declare it themselves where that is known.</summary>
    public void Require(Capability capability) => _capabilities.Add(capability);

    /// <summary>Declares an extension.</summary>
    public void Require(string extension) => _extensions.Add(extension);

    /// <summary>Gives a thing a name for debuggers and reflection.</summary>
    public void Name(uint id, string name) => _names.Add(Op.Name, [id, .. WordStream.Text(name)]);

    /// <summary>Decorates a thing.</summary>
    public void Decorate(uint id, Decoration decoration, params ReadOnlySpan<uint> parameters) => _annotations.Add(Op.Decorate, [id, (uint)decoration, .. parameters]);

    /// <summary>Decorates a member of a struct.</summary>
    public void DecorateMember(SpirvType type, uint member, Decoration decoration, params ReadOnlySpan<uint> parameters)
    {
        ArgumentNullException.ThrowIfNull(type);
        _annotations.Add(Op.MemberDecorate, [type.Id, member, (uint)decoration, .. parameters]);
    }

    /// <summary>Adds a compute entry point.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="localSize">The extents of its workgroup.</param>
    /// <returns>Its body, to be filled.</returns>
    public FunctionBuilder ComputeEntryPoint(string name, (uint X, uint Y, uint Z) localSize)
    {
        FunctionBuilder function = AddEntryPoint(name);
        AddExecutionMode(function, ExecutionMode.LocalSize, localSize.X, localSize.Y, localSize.Z);
        return function;
    }

    /// <summary>Adds a compute entry point whose workgroup is set by specialization constants.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="x">The extent along x, a constant of 32 bits.</param>
    /// <param name="y">The extent along y.</param>
    /// <param name="z">The extent along z.</param>
    public FunctionBuilder ComputeEntryPoint(string name, Value x, Value y, Value z)
    {
        FunctionBuilder function = AddEntryPoint(name);
        AddExecutionMode(function, ExecutionMode.LocalSize, 1, 1, 1); // overridden by the built-in constant
        SpirvType vector = Vector(Int(32, signed: false), 3);
        uint size = NewId();
        _globals.Add(Op.SpecConstantComposite, vector.Id, size, x.Id, y.Id, z.Id);
        Decorate(size, Decoration.BuiltIn, (uint)BuiltIn.WorkgroupSize);
        return function;
    }

    /// <summary>States an execution mode, such as a float control, of an entry point.</summary>
    public void AddExecutionMode(FunctionBuilder entryPoint, ExecutionMode mode, params ReadOnlySpan<uint> parameters)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        _executionModes.Add(Op.ExecutionMode, [entryPoint.Id, (uint)mode, .. parameters]);
    }

    /// <summary>The finished module, little-endian.</summary>
    /// <exception cref="Values.HlxException"><see cref="Values.ErrorCode.SpirvInvalid"/> if it does not hold together.</exception>
    public byte[] Build()
    {
        WordStream head = new(), entries = new(), functions = new();
        foreach (Capability capability in _capabilities) head.Add(Op.Capability, (uint)capability);
        foreach (string extension in _extensions) head.Add(Op.Extension, WordStream.Text(extension));
        entries.Add(Op.MemoryModel, (uint)AddressingModel.Logical, (uint)(_vulkanMemoryModel ? MemoryModel.Vulkan : MemoryModel.GLSL450));
        foreach ((string name, FunctionBuilder function) in _entryPoints)
        {
            entries.Add(Op.EntryPoint, [(uint)ExecutionModel.GLCompute, function.Id, .. WordStream.Text(name), .. _interface]);
            function.WriteTo(functions);
        }
        uint[] words =
        [
            0x07230203, (uint)((_version.Major << 16) | (_version.Minor << 8)), 0, _bound, 0,
            .. head.Words, .. _imports.Words, .. entries.Words, .. _executionModes.Words, .. _names.Words, .. _annotations.Words, .. _globals.Words, .. functions.Words,
        ];
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), words[i]);
        _ = SpirvModule.Parse(bytes);
        return bytes;
    }

    internal uint NewId() => _bound++;

    internal uint ImportGlsl()
    {
        if (_glsl == 0)
        {
            _glsl = NewId();
            _imports.Add(Op.ExtInstImport, [_glsl, .. WordStream.Text("GLSL.std.450")]);
        }
        return _glsl;
    }

    private FunctionBuilder AddEntryPoint(string name)
    {
        FunctionBuilder function = new(this, Void(), Function());
        _entryPoints.Add((name, function));
        return function;
    }
}
