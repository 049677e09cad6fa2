using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Hlx.Values;

namespace Hlx.Spirv;

/// <summary>
/// A SPIR-V module, versions 1.0 to 1.6, read without trust: every instruction is checked against the grammar, the order of the
/// sections, the shape of functions and the definition of ids are checked, and what a runtime needs to know is reflected. What
/// instructions mean is left to <see cref="SpirvValidator"/>.
/// </summary>
public sealed class SpirvModule
{
    private const uint Magic = 0x07230203;
    private const int HeaderWords = 5;
    private const uint LargestVersion = 0x00010600;
    private const uint LargestBound = 0x3fffff; // SPIR-V 1.6, section 2.17: universal limit of ids

    private readonly List<Instruction> _instructions = [];
    private readonly Reflector _reflector;
    private IReadOnlyList<FeatureUse>? _featureUses;

    private SpirvModule(ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
        uint[] words = ReadHeader();
        NumberWidths widths = new();
        OperandReader reader = new(widths);
        StructureChecks checks = new(words[3]);
        FunctionTable functions = new();
        for (int at = HeaderWords; at < words.Length;)
        {
            long offset = 4L * at;
            int length = (int)(words[at] >> 16);
            if (length == 0 || length > words.Length - at) throw Refuse(offset, $"an instruction of {length} words does not fit into the module");
            Op op = (Op)(ushort)words[at];
            ReadOnlyMemory<uint> operands = words.AsMemory(at + 1, length - 1);
            List<Operand> read = reader.Read(op, operands, offset);
            Instruction instruction = Split(op, operands, offset);
            checks.Visit(instruction, read);
            widths.Note(instruction);
            functions.Visit(instruction, read, _instructions.Count);
            _instructions.Add(instruction);
            at += length;
        }
        checks.Finish(Bytes.Length);
        _reflector = new Reflector(_instructions, functions, widths);
        EntryPoints = _reflector.EntryPoints();
        Bindings = _reflector.Bindings();
        PushConstants = _reflector.PushConstants();
        SpecializationConstants = _reflector.SpecializationConstants();
        FloatControls = _reflector.FloatControls();
    }

    /// <summary>The module as it was given.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The version as major and minor.</summary>
    public Version Version { get; private set; } = new(1, 0);

    /// <summary>Every instruction, in the order of the module.</summary>
    public IReadOnlyList<Instruction> Instructions => _instructions;

    /// <summary>The entry points, in the order of the module.</summary>
    public IReadOnlyList<EntryPoint> EntryPoints { get; }

    /// <summary>The capabilities that the module declares.</summary>
    public IReadOnlyList<Capability> Capabilities => _reflector.Capabilities;

    /// <summary>The extensions that the module declares.</summary>
    public IReadOnlyList<string> Extensions => _reflector.Extensions;

    /// <summary>
    /// The descriptor bindings of all entry points, in ascending order of set and binding; what one of them takes is in
    /// <see cref="EntryPoint.Bindings"/>.
    /// </summary>
    public IReadOnlyList<DescriptorBinding> Bindings { get; }

    /// <summary>The members of the push-constant blocks of all entry points, in the order of their offsets.</summary>
    public IReadOnlyList<BlockMember> PushConstants { get; }

    /// <summary>Specialization constants, in ascending order of ids.</summary>
    public IReadOnlyList<SpecializationConstant> SpecializationConstants { get; }

    /// <summary>The float controls that entry points state: the mode, such as DenormPreserve, and the width of the numbers in bits.</summary>
    public IReadOnlyList<(ExecutionMode Mode, uint Width)> FloatControls { get; }

    /// <summary>What the module uses of Vulkan's features beyond what its capabilities and float controls declare, each feature once.</summary>
    public IReadOnlyList<FeatureUse> FeatureUses => _featureUses ??= _reflector.FeatureUses();

    /// <summary>Reads a module.</summary>
    /// <param name="bytes">The whole module, little-endian; not copied.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/> with the byte offset.</exception>
    public static SpirvModule Parse(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The compute entry point of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.EntryPointMissing"/>; <see cref="ErrorCode.StageUnsupported"/> if it is of
    /// another stage.</exception>
    public EntryPoint RequireCompute(string name)
    {
        EntryPoint? entry = EntryPoints.Where(entry => entry.Name == name).MaxBy(entry => entry.Model == ExecutionModel.GLCompute);
        if (entry is null)
        {
            throw new HlxException(
                ErrorCode.EntryPointMissing, $"the module has no entry point \"{name}\"",
                $"Name one of {string.Join(", ", EntryPoints.Select(point => $"\"{point.Name}\""))}");
        }
        return entry.Model == ExecutionModel.GLCompute ? entry : throw new HlxException(
            ErrorCode.StageUnsupported, $"the entry point \"{name}\" is a {entry.Model} shader", "Name a compute entry point");
    }

    /// <summary>How many bytes of shared memory the module's variables take, tightly packed; arrays whose length cannot be told count as empty.</summary>
    /// <param name="specialization">The values of specialization constants by id; the others have their defaults.</param>
    public long SharedMemoryBytes(IReadOnlyDictionary<uint, ulong> specialization)
    {
        ArgumentNullException.ThrowIfNull(specialization);
        return _reflector.SharedMemoryBytes(null, specialization);
    }

    /// <summary>How many bytes of shared memory an entry point takes, tightly packed; arrays whose length cannot be told count as empty.</summary>
    /// <param name="entry">One of <see cref="EntryPoints"/>.</param>
    /// <param name="specialization">The values of specialization constants by id; the others have their defaults.</param>
    public long SharedMemoryBytes(EntryPoint entry, IReadOnlyDictionary<uint, ulong> specialization)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(specialization);
        return _reflector.SharedMemoryBytes(entry, specialization);
    }

    /// <summary>The extents of an entry point's workgroup; empty where the module states none.</summary>
    /// <param name="entry">One of <see cref="EntryPoints"/>.</param>
    /// <param name="specialization">The values of specialization constants by id; the others have their defaults.</param>
    public IReadOnlyList<uint> WorkgroupSize(EntryPoint entry, IReadOnlyDictionary<uint, ulong> specialization)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(specialization);
        return _reflector.WorkgroupSize(entry, specialization);
    }

    /// <summary>
    /// The numbers of an entry point's push-constant block in the order of its members' offsets, within a member in that of the
    /// declaration, matrices by columns. Look at
    /// <see cref="EntryPoint.PushConstantBytes"/> before: there are at most as many numbers as bytes.
    /// </summary>
    /// <param name="entry">One of <see cref="EntryPoints"/>.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.SpirvInvalid"/> for a block whose numbers overlap.</exception>
    public IReadOnlyList<BlockScalar> PushConstantScalars(EntryPoint entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _reflector.PushConstantScalars(entry);
    }

    internal static HlxException Refuse(long offset, string what) =>
        new(ErrorCode.SpirvInvalid, $"the SPIR-V module is malformed: {what}", "Compile the shader again and check it with spirv-val", offset);

    /// <summary>A literal string, which the grammar has found to end.</summary>
    internal static string Text(ReadOnlySpan<uint> words)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(words);
        return Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);
    }

    private static Instruction Split(Op op, ReadOnlyMemory<uint> operands, long offset)
    {
        if (Grammar.HasResultType(op)) return new(op, operands.Span[0], operands.Span[1], operands[2..], offset);
        return Grammar.HasResult(op) ? new(op, 0, operands.Span[0], operands[1..], offset) : new(op, 0, 0, operands, offset);
    }

    private uint[] ReadHeader()
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        if (bytes.Length < 4 * HeaderWords || bytes.Length % 4 != 0) throw Refuse(0, $"{bytes.Length} bytes are no whole number of words after a header");
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) == Magic) throw Refuse(0, "the module is big-endian");
        uint[] words = new uint[bytes.Length / 4];
        for (int i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
        if (words[0] != Magic) throw Refuse(0, "the module does not start with SPIR-V's magic number");
        if (words[1] is < 0x00010000 or > LargestVersion || (words[1] & 0xff0000ff) != 0) throw Refuse(4, $"version word 0x{words[1]:x8} is not 1.0 to 1.6");
        if (words[3] is 0 or > LargestBound) throw Refuse(12, $"an id bound of {words[3]} is outside 1 to {LargestBound}");
        if (words[4] != 0) throw Refuse(16, "the reserved word is not 0");
        Version = new((int)(words[1] >> 16), (int)(words[1] >> 8) & 0xff);
        return words;
    }
}
