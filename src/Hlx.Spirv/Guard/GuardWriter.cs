using System.Buffers.Binary;

namespace Hlx.Spirv;

/// <summary>The module that a guard writes: instructions are copied or emitted in order, types and constants are added before the functions.</summary>
internal sealed class GuardWriter
{
    private readonly SpirvModule _module;
    private readonly List<uint> _start = []; // up to the functions
    private readonly List<uint> _globals = []; // what the guards add before the functions
    private readonly List<uint> _functions = [];
    private readonly List<uint> _helpers = []; // functions that the guards add, after all others
    private readonly List<(uint Id, uint[] Types)> _functionTypes = [];
    private readonly Dictionary<(Op, uint, ulong, uint), uint> _known = [];
    private readonly Dictionary<uint, (Op Op, uint First, uint Second)> _added = [];
    private uint _bound;
    private bool _inHelper;

    public GuardWriter(SpirvModule module)
    {
        _module = module;
        Facts = new ModuleFacts(module);
        ReadOnlySpan<byte> bound = module.Bytes.Span[12..16];
        _bound = BinaryPrimitives.ReadUInt32LittleEndian(bound);
        foreach (Instruction type in module.Instructions.Where(instruction => instruction.Op == Op.TypeFunction)) _functionTypes.Add((type.Result, type.Operands.ToArray()));
        foreach (Instruction type in module.Instructions.Where(instruction => instruction.Op is Op.TypeBool or Op.TypeInt or Op.TypeVector or Op.TypePointer or Op.TypeVoid))
        {
            _ = _known.TryAdd(type.Op switch
            {
                Op.TypeBool or Op.TypeVoid => (type.Op, 0, 0, 0),
                _ => (type.Op, type[0], type[1], 0),
            }, type.Result);
        }
    }

    public ModuleFacts Facts { get; }

    /// <summary>Where instructions go: among the globals until the first function begins.</summary>
    public bool InFunctions { get; set; }

    /// <summary>The elements of buffers and shared memory that access chains of the module name, by their results.</summary>
    public Dictionary<uint, ElementPath> Paths { get; } = [];

    private List<uint> Words => _inHelper ? _helpers : InFunctions ? _functions : _start;

    public uint NewId() => _bound++;

    /// <summary>Writes a function behind all others.</summary>
    public void EmitHelper(Action write)
    {
        _inHelper = true;
        write();
        _inHelper = false;
    }

    /// <summary>Copies an instruction as it stands.</summary>
    public void Copy(Instruction instruction)
    {
        List<uint> head = [];
        if (instruction.ResultType != 0) head.Add(instruction.ResultType);
        if (instruction.Result != 0) head.Add(instruction.Result);
        Append(Words, instruction.Op, [.. head, .. instruction.Operands.Span]);
    }

    /// <summary>Writes an instruction by its words.</summary>
    public void Write(Op op, params ReadOnlySpan<uint> operands) => Append(Words, op, operands);

    /// <summary>Writes an operation with a new result.</summary>
    public uint Emit(Op op, uint type, params ReadOnlySpan<uint> operands)
    {
        uint result = NewId();
        EmitAs(op, type, result, operands);
        return result;
    }

    /// <summary>Writes an operation with a given result.</summary>
    public void EmitAs(Op op, uint type, uint result, params ReadOnlySpan<uint> operands) => Append(Words, op, [type, result, .. operands]);

    public uint Bool() => Type(Op.TypeBool, 0, 0);

    public uint Void() => Type(Op.TypeVoid, 0, 0);

    /// <summary>A type of functions: the result's type, then those of the parameters.</summary>
    public uint FunctionType(uint[] types)
    {
        if (_functionTypes.Find(known => known.Types.SequenceEqual(types)) is { Id: > 0 } found) return found.Id;
        uint id = NewId();
        _functionTypes.Add((id, types));
        Append(_globals, Op.TypeFunction, [id, .. types]);
        return id;
    }

    public uint UInt(int width) => Type(Op.TypeInt, (uint)width, 0);

    public uint Pointer(StorageClass storage, uint pointee) => Type(Op.TypePointer, (uint)storage, pointee);

    /// <summary>A scalar type, or a vector of as many components as another type has.</summary>
    public uint Like(uint shape, uint scalar) => Facts.Components(shape) is int count and > 1 ? Type(Op.TypeVector, scalar, (uint)count) : scalar;

    /// <summary>The unsigned type of the width and the components of a type.</summary>
    public uint Unsigned(uint type) => Like(type, UInt(Facts.Width(type)));

    /// <summary>A constant of a scalar integer type, or of a vector with equal components.</summary>
    public uint Constant(uint type, ulong value)
    {
        uint scalar = Facts.Component(Known(type));
        int width = WidthOf(scalar);
        uint one = Global(Op.Constant, scalar, value, () => width > 32 ? [(uint)value, (uint)(value >> 32)] : [(uint)value]);
        int count = ComponentsOf(type);
        return count == 1 ? one : Global(Op.ConstantComposite, type, value, () => [.. Enumerable.Repeat(one, count)]);
    }

    /// <summary>The constant of a type that is all zeros.</summary>
    public uint Null(uint type) => Global(Op.ConstantNull, type, 0, () => []);

    /// <summary>Declares a variable before the functions.</summary>
    public void AddVariable(uint pointer, uint id, StorageClass storage) => Append(_globals, Op.Variable, [pointer, id, (uint)storage]);

    /// <summary>Declares something before the functions, by its words.</summary>
    public void AddGlobal(Op op, params ReadOnlySpan<uint> operands) => Append(_globals, op, operands);

    /// <summary>An id of an integer as another integer type of the same width and components.</summary>
    public uint As(uint type, uint valueType, uint value) => valueType == type ? value : Emit(Op.Bitcast, type, value);

    /// <summary>An integer of any width as one of 32 bits, which keeps what it stands for or, of 64 bits, its lower half.</summary>
    public uint As32(uint value)
    {
        uint type = Facts.TypeOf(value), uint32 = UInt(32);
        return Facts.Width(type) switch
        {
            32 => As(uint32, type, value),
            < 32 when Facts.IsSigned(type) => Emit(Op.SConvert, uint32, value),
            _ => Emit(Op.UConvert, uint32, value),
        };
    }

    /// <summary>An entry point whose functions use more variables than before, which its interface lists from SPIR-V 1.4 on.</summary>
    public void WriteEntryPoint(Instruction entry, params ReadOnlySpan<uint> variables) =>
        Append(Words, Op.EntryPoint, _module.Version >= new Version(1, 4) ? [.. entry.Operands.Span, .. variables] : entry.Operands.Span);

    /// <summary>The module's bytes.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        uint[] header = new uint[5];
        for (int i = 0; i < header.Length; i++) header[i] = BinaryPrimitives.ReadUInt32LittleEndian(_module.Bytes.Span[(4 * i)..]);
        header[3] = _bound;
        byte[] bytes = new byte[4 * (header.Length + _start.Count + _globals.Count + _functions.Count + _helpers.Count)];
        int at = 0;
        foreach (uint word in header.Concat(_start).Concat(_globals).Concat(_functions).Concat(_helpers))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), word);
            at += 4;
        }
        return bytes;
    }

    private uint Known(uint type) => _added.TryGetValue(type, out (Op Op, uint First, uint Second) added) && added.Op == Op.TypeVector ? added.First : type;

    private int ComponentsOf(uint type) => _added.TryGetValue(type, out (Op Op, uint First, uint Second) added)
        ? (added.Op == Op.TypeVector ? (int)added.Second : 1)
        : Facts.Components(type);

    private int WidthOf(uint scalar) => _added.TryGetValue(scalar, out (Op Op, uint First, uint Second) added) ? (int)added.First : Facts.Width(scalar);

    private uint Type(Op op, uint first, uint second)
    {
        if (_known.TryGetValue((op, first, second, 0), out uint known)) return known;
        uint id = NewId();
        _known[(op, first, second, 0)] = id;
        _added[id] = (op, first, second);
        Append(_globals, op, op is Op.TypeBool or Op.TypeVoid ? [id] : [id, first, second]);
        return id;
    }

    private uint Global(Op op, uint type, ulong value, Func<uint[]> operands)
    {
        if (_known.TryGetValue((op, type, value, 1), out uint known)) return known;
        uint[] words = operands();
        uint id = NewId();
        _known[(op, type, value, 1)] = id;
        Append(_globals, op, [type, id, .. words]);
        return id;
    }

    private static void Append(List<uint> words, Op op, ReadOnlySpan<uint> operands)
    {
        words.Add(((uint)(operands.Length + 1) << 16) | (uint)op);
        words.AddRange(operands);
    }
}
