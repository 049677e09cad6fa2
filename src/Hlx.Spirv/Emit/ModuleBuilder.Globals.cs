namespace Hlx.Spirv;

public sealed partial class ModuleBuilder
{
    private readonly Dictionary<(uint Type, ulong Bits), Value> _constants = [];

    /// <summary>An unsigned constant of 32 bits.</summary>
    public Value Constant(uint number) => Constant(Int(32, signed: false), number);

    /// <summary>A signed constant of 32 bits.</summary>
    public Value Constant(int number) => Constant(Int(32, signed: true), unchecked((uint)number));

    /// <summary>A constant of binary32.</summary>
    public Value Constant(float number) => Constant(Float(32), BitConverter.SingleToUInt32Bits(number));

    /// <summary>A constant of a number type.</summary>
    /// <param name="type">The type, a scalar.</param>
    /// <param name="bits">The raw bits; those of a narrow signed integer sign-extended to 32.</param>
    public Value Constant(SpirvType type, ulong bits)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type.Op is not (Op.TypeInt or Op.TypeFloat)) throw new ArgumentException($"{type} is no number");
        if (_constants.TryGetValue((type.Id, bits), out Value known)) return known;
        Value constant = new(NewId(), type);
        _globals.Add(Op.Constant, [type.Id, constant.Id, .. Words(type, bits)]);
        _constants.Add((type.Id, bits), constant);
        return constant;
    }

    /// <summary>A value of zeros of any type.</summary>
    public Value Zero(SpirvType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Value constant = new(NewId(), type);
        _globals.Add(Op.ConstantNull, type.Id, constant.Id);
        return constant;
    }

    /// <summary>A specialization constant of a number type.</summary>
    /// <param name="id">Its SpecId.</param>
    /// <param name="type">The type, a scalar.</param>
    /// <param name="bits">The raw bits of its default.</param>
    /// <param name="name">Its name for reflection.</param>
    public Value SpecializationConstant(uint id, SpirvType type, ulong bits, string name = "")
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type.Op is not (Op.TypeInt or Op.TypeFloat)) throw new ArgumentException($"{type} is no number");
        Value constant = new(NewId(), type);
        _globals.Add(Op.SpecConstant, [type.Id, constant.Id, .. Words(type, bits)]);
        Decorate(constant.Id, Decoration.SpecId, id);
        if (name.Length > 0) Name(constant.Id, name);
        return constant;
    }

    /// <summary>A storage buffer that is one array.</summary>
    /// <param name="set">The descriptor set.</param>
    /// <param name="binding">The binding.</param>
    /// <param name="element">The type of its elements, a scalar or vector.</param>
    /// <param name="name">Its name for reflection.</param>
    /// <param name="access">NonWritable, NonReadable, or null for both.</param>
    /// <returns>A pointer to the block; its member 0 is the array.</returns>
    public Value StorageBuffer(uint set, uint binding, SpirvType element, string name, Decoration? access = null)
    {
        ArgumentNullException.ThrowIfNull(element);
        int bytes = element.Scalar.Size();
        if (bytes == 1) Require(Capability.StorageBuffer8BitAccess);
        if (bytes == 1 && _version < new Version(1, 5)) Require("SPV_KHR_8bit_storage");
        if (bytes == 2) Require(Capability.StorageBuffer16BitAccess);
        uint stride = (uint)bytes * (element.Components == 3 ? 4 : element.Components);
        SpirvType block = Block([(name, RuntimeArray(element, stride), 0)]);
        if (access is Decoration decoration) DecorateMember(block, 0, decoration);
        Value buffer = Variable(StorageClass.StorageBuffer, block, name);
        Decorate(buffer.Id, Decoration.DescriptorSet, set);
        Decorate(buffer.Id, Decoration.Binding, binding);
        return buffer;
    }

    /// <summary>The push-constant block.</summary>
    /// <param name="members">Name, type and offset in bytes of each member.</param>
    /// <returns>A pointer to the block.</returns>
    public Value PushConstants(params IReadOnlyList<(string Name, SpirvType Type, uint Offset)> members) => Variable(StorageClass.PushConstant, Block(members), "constants");

    /// <summary>Memory that a workgroup shares.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="name">Its name.</param>
    public Value Shared(SpirvType type, string name) => Variable(StorageClass.Workgroup, type, name);

    /// <summary>A built-in input, such as GlobalInvocationId, a vector of three unsigned integers.</summary>
    public Value BuiltInInput(BuiltIn builtIn)
    {
        SpirvType number = Int(32, signed: false);
        bool isVector = builtIn is BuiltIn.GlobalInvocationId or BuiltIn.LocalInvocationId or BuiltIn.WorkgroupId or BuiltIn.NumWorkgroups;
        Value input = Variable(StorageClass.Input, isVector ? Vector(number, 3) : number, $"{builtIn}");
        Decorate(input.Id, Decoration.BuiltIn, (uint)builtIn);
        return input;
    }

    private Value Variable(StorageClass storage, SpirvType type, string name)
    {
        SpirvType pointer = Pointer(storage, type);
        Value variable = new(NewId(), pointer);
        _globals.Add(Op.Variable, pointer.Id, variable.Id, (uint)storage);
        Name(variable.Id, name);
        if (storage == StorageClass.Input || _version >= new Version(1, 4)) _interface.Add(variable.Id); // before 1.4 only inputs and outputs
        return variable;
    }

    private static uint[] Words(SpirvType type, ulong bits) => type.Scalar.Size() == 8 ? [(uint)bits, (uint)(bits >> 32)] : [(uint)bits];
}
