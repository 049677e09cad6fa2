namespace Hlx.Spirv;

/// <summary>The instructions that the reader looks at (SPIR-V 1.6, section 3.49).</summary>
internal enum Op : ushort
{
    Name = 5,
    MemberName = 6,
    Extension = 10,
    EntryPoint = 15,
    ExecutionMode = 16,
    Capability = 17,
    TypeInt = 21,
    TypeFloat = 22,
    TypeVector = 23,
    TypeArray = 28,
    TypeRuntimeArray = 29,
    TypeStruct = 30,
    TypePointer = 32,
    Constant = 43,
    ConstantComposite = 44,
    SpecConstantTrue = 48,
    SpecConstantFalse = 49,
    SpecConstant = 50,
    SpecConstantComposite = 51,
    Variable = 59,
    Decorate = 71,
    MemberDecorate = 72,
    ExecutionModeId = 331,
}

/// <summary>The decorations that the reader looks at (SPIR-V 1.6, section 3.20).</summary>
internal enum Decoration : uint
{
    SpecId = 1,
    BufferBlock = 3,
    BuiltIn = 11,
    NonWritable = 24,
    NonReadable = 25,
    Binding = 33,
    DescriptorSet = 34,
    Offset = 35,
}

/// <summary>Where a variable lives (SPIR-V 1.6, section 3.7).</summary>
public enum StorageClass
{
    /// <summary>Images and samplers.</summary>
    UniformConstant = 0,

    /// <summary>A uniform buffer, or in old modules a storage buffer.</summary>
    Uniform = 2,

    /// <summary>Memory shared by a workgroup.</summary>
    Workgroup = 4,

    /// <summary>The push-constant block.</summary>
    PushConstant = 9,

    /// <summary>A storage buffer.</summary>
    StorageBuffer = 12,
}

/// <summary>The stage of an entry point (SPIR-V 1.6, section 3.3).</summary>
public enum ExecutionModel
{
    /// <summary>A vertex shader.</summary>
    Vertex = 0,

    /// <summary>A tessellation control shader.</summary>
    TessellationControl = 1,

    /// <summary>A tessellation evaluation shader.</summary>
    TessellationEvaluation = 2,

    /// <summary>A geometry shader.</summary>
    Geometry = 3,

    /// <summary>A fragment shader.</summary>
    Fragment = 4,

    /// <summary>A compute shader.</summary>
    GLCompute = 5,

    /// <summary>An OpenCL kernel.</summary>
    Kernel = 6,
}

/// <summary>The type of a scalar.</summary>
public enum ScalarType
{
    /// <summary>A signed 32-bit integer.</summary>
    Int32,

    /// <summary>An unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>A binary32 number.</summary>
    Float32,

    /// <summary>A bool.</summary>
    Bool,

    /// <summary>Any other type.</summary>
    Other,
}
