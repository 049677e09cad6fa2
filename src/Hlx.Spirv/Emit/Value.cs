namespace Hlx.Spirv;

/// <summary>A type of a module that is being built.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Op">The instruction that declares it.</param>
/// <param name="Scalar">The scalar that it is, or that its elements are.</param>
public sealed record SpirvType(uint Id, Op Op, ScalarType Scalar)
{
    /// <summary>The type of its elements, or of what it points to; null for a scalar.</summary>
    public SpirvType? Element { get; init; }

    /// <summary>The types of a struct's members.</summary>
    public IReadOnlyList<SpirvType> Members { get; init; } = [];

    /// <summary>How many components a vector has; 1 for anything else.</summary>
    public uint Components { get; init; } = 1;

    /// <summary>Where a pointer points to.</summary>
    public StorageClass Storage { get; init; }

    /// <summary>Whether it is a float or a vector or matrix of floats.</summary>
    public bool IsFloat => Scalar is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    /// <summary>Whether it is a signed integer or a vector or matrix of them.</summary>
    public bool IsSigned => Scalar is ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64;

    /// <summary>Whether it is a bool or a vector of bools.</summary>
    public bool IsBool => Scalar == ScalarType.Bool;

    /// <summary>The type for people.</summary>
    public override string ToString() => Op switch
    {
        Op.TypeVector => $"{Scalar}x{Components}",
        Op.TypePointer => $"pointer to {Element} in {Storage}",
        Op.TypeBool or Op.TypeInt or Op.TypeFloat => $"{Scalar}",
        _ => $"{Op}",
    };
}

/// <summary>A value of a module that is being built.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
public readonly record struct Value(uint Id, SpirvType Type);
