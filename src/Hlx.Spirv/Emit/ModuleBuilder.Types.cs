namespace Hlx.Spirv;

public sealed partial class ModuleBuilder
{
    private readonly Dictionary<string, SpirvType> _types = new(StringComparer.Ordinal);

    /// <summary>No value.</summary>
    public SpirvType Void() => Declare(Op.TypeVoid, ScalarType.Other, []);

    /// <summary>A truth value.</summary>
    public SpirvType Bool() => Declare(Op.TypeBool, ScalarType.Bool, []);

    /// <summary>An integer; its capability is declared too.</summary>
    /// <param name="bits">8, 16, 32 or 64.</param>
    /// <param name="signed">Whether it has a sign.</param>
    public SpirvType Int(int bits, bool signed)
    {
        ScalarType scalar = (bits, signed) switch
        {
            (8, true) => ScalarType.Int8,
            (8, false) => ScalarType.UInt8,
            (16, true) => ScalarType.Int16,
            (16, false) => ScalarType.UInt16,
            (32, true) => ScalarType.Int32,
            (32, false) => ScalarType.UInt32,
            (64, true) => ScalarType.Int64,
            (64, false) => ScalarType.UInt64,
            _ => throw new ArgumentOutOfRangeException(nameof(bits)),
        };
        if (bits == 8) Require(Capability.Int8);
        if (bits == 16) Require(Capability.Int16);
        if (bits == 64) Require(Capability.Int64);
        return Declare(Op.TypeInt, scalar, [(uint)bits, signed ? 1u : 0]);
    }

    /// <summary>A float; its capability is declared too.</summary>
    /// <param name="bits">16, 32 or 64.</param>
    public SpirvType Float(int bits)
    {
        if (bits == 16) Require(Capability.Float16);
        if (bits == 64) Require(Capability.Float64);
        return Declare(Op.TypeFloat, bits switch
        {
            16 => ScalarType.Float16,
            32 => ScalarType.Float32,
            64 => ScalarType.Float64,
            _ => throw new ArgumentOutOfRangeException(nameof(bits)),
        }, [(uint)bits]);
    }

    /// <summary>A bfloat16 (SPV_KHR_bfloat16), to be stored and to be an element of cooperative matrices.</summary>
    public SpirvType BFloat16()
    {
        Require(Capability.BFloat16TypeKHR);
        Require(Capability.BFloat16CooperativeMatrixKHR);
        Require("SPV_KHR_bfloat16");
        return Declare(Op.TypeFloat, ScalarType.BFloat16, [16, (uint)FPEncoding.BFloat16KHR]);
    }

    /// <summary>A vector of 2, 3 or 4 scalars.</summary>
    public SpirvType Vector(SpirvType element, uint components)
    {
        ArgumentNullException.ThrowIfNull(element);
        if (components is < 2 or > 4 || element.Op is not (Op.TypeBool or Op.TypeInt or Op.TypeFloat)) throw new ArgumentException($"{components} of {element} are no vector");
        return Declare(Op.TypeVector, element.Scalar, [element.Id, components]) with { Element = element, Components = components };
    }

    /// <summary>An array of a constant length.</summary>
    /// <param name="element">The type of its elements.</param>
    /// <param name="length">A constant or specialization constant of 32 bits.</param>
    /// <param name="stride">The distance of its elements in bytes, for arrays in buffers; 0 elsewhere.</param>
    public SpirvType Array(SpirvType element, Value length, uint stride = 0)
    {
        ArgumentNullException.ThrowIfNull(element);
        SpirvType type = Declare(Op.TypeArray, element.Scalar, [element.Id, length.Id], $"stride {stride}", out bool isNew) with { Element = element };
        if (isNew && stride > 0) Decorate(type.Id, Decoration.ArrayStride, stride);
        return type;
    }

    /// <summary>An array whose length is that of its buffer.</summary>
    /// <param name="element">The type of its elements.</param>
    /// <param name="stride">The distance of its elements in bytes.</param>
    public SpirvType RuntimeArray(SpirvType element, uint stride)
    {
        ArgumentNullException.ThrowIfNull(element);
        SpirvType type = Declare(Op.TypeRuntimeArray, element.Scalar, [element.Id], $"stride {stride}", out bool isNew) with { Element = element };
        if (isNew) Decorate(type.Id, Decoration.ArrayStride, stride);
        return type;
    }

    /// <summary>A block of a buffer or of push constants.</summary>
    /// <param name="members">Name, type and offset in bytes of each member.</param>
    public SpirvType Block(params IReadOnlyList<(string Name, SpirvType Type, uint Offset)> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        SpirvType type = new(NewId(), Op.TypeStruct, ScalarType.Other) { Members = [.. members.Select(member => member.Type)] };
        _globals.Add(Op.TypeStruct, [type.Id, .. members.Select(member => member.Type.Id)]);
        Decorate(type.Id, Decoration.Block);
        for (int i = 0; i < members.Count; i++)
        {
            DecorateMember(type, (uint)i, Decoration.Offset, members[i].Offset);
            _names.Add(Op.MemberName, [type.Id, (uint)i, .. WordStream.Text(members[i].Name)]);
        }
        return type;
    }

    /// <summary>A pointer.</summary>
    public SpirvType Pointer(StorageClass storage, SpirvType target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Declare(Op.TypePointer, target.Scalar, [(uint)storage, target.Id]) with { Element = target, Storage = storage };
    }

    /// <summary>A cooperative matrix of a subgroup (SPV_KHR_cooperative_matrix); the module must use the Vulkan memory model.</summary>
    /// <param name="component">The type of its elements.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="use">Which operand of the multiplication it is.</param>
    public SpirvType CooperativeMatrix(SpirvType component, uint rows, uint columns, CooperativeMatrixUse use)
    {
        ArgumentNullException.ThrowIfNull(component);
        if (!_vulkanMemoryModel) throw new InvalidOperationException("cooperative matrices need the Vulkan memory model");
        Require(Capability.CooperativeMatrixKHR);
        Require("SPV_KHR_cooperative_matrix");
        uint[] operands = [component.Id, .. ((uint[])[(uint)Scope.Subgroup, rows, columns, (uint)use]).Select(number => Constant(number).Id)];
        return Declare(Op.TypeCooperativeMatrixKHR, component.Scalar, operands) with { Element = component };
    }

    private SpirvType Function() => Declare(Op.TypeFunction, ScalarType.Other, [Void().Id]);

    private SpirvType Declare(Op op, ScalarType scalar, uint[] operands) => Declare(op, scalar, operands, "", out _);

    // Equal types are one type, as SPIR-V demands.
    private SpirvType Declare(Op op, ScalarType scalar, uint[] operands, string decoration, out bool isNew)
    {
        string key = $"{op} {string.Join(' ', operands)} {decoration}";
        isNew = !_types.TryGetValue(key, out SpirvType? type);
        if (type is not null) return type;
        type = new SpirvType(NewId(), op, scalar);
        _types.Add(key, type);
        _globals.Add(op, [type.Id, .. operands]);
        return type;
    }
}
