namespace Hlx.Spirv;

/// <summary>The sections of a module, in their order (SPIR-V 1.6, section 2.4).</summary>
internal enum Section
{
    Capabilities,
    Extensions,
    Imports,
    MemoryModel,
    EntryPoints,
    ExecutionModes,
    DebugStrings,
    DebugNames,
    DebugModule,
    Annotations,
    Globals,
    Functions,
}

internal static class Sections
{
    /// <summary>Where an instruction belongs; null for those that may stand among globals and in functions.</summary>
    public static Section? Of(Op op) => op switch
    {
        Op.Capability or Op.ConditionalCapabilityINTEL => Section.Capabilities,
        Op.Extension or Op.ConditionalExtensionINTEL => Section.Extensions,
        Op.ExtInstImport => Section.Imports,
        Op.MemoryModel => Section.MemoryModel,
        Op.EntryPoint or Op.ConditionalEntryPointINTEL => Section.EntryPoints,
        Op.ExecutionMode or Op.ExecutionModeId => Section.ExecutionModes,
        Op.String or Op.SourceExtension or Op.Source or Op.SourceContinued => Section.DebugStrings,
        Op.Name or Op.MemberName => Section.DebugNames,
        Op.ModuleProcessed => Section.DebugModule,
        Op.Decorate or Op.MemberDecorate or Op.DecorationGroup or Op.GroupDecorate or Op.GroupMemberDecorate or Op.DecorateId or Op.DecorateString
            or Op.MemberDecorateString => Section.Annotations,
        Op.Line or Op.NoLine or Op.Undef or Op.Variable or Op.UntypedVariableKHR or Op.Nop => null,
        _ when IsExtended(op) => null,
        _ when IsType(op) || IsConstant(op) => Section.Globals,
        _ => Section.Functions,
    };

    /// <summary>Whether an instruction is one of an imported set.</summary>
    public static bool IsExtended(Op op) => op is Op.ExtInst or Op.ExtInstWithForwardRefsKHR;

    /// <summary>Whether an instruction declares a type.</summary>
    public static bool IsType(Op op) => op is >= Op.TypeVoid and <= Op.TypeForwardPointer or Op.TypePipeStorage or Op.TypeNamedBarrier
        || (op > Op.TypeNamedBarrier && op.ToString().StartsWith("Type", StringComparison.Ordinal));

    /// <summary>Whether an instruction makes a constant.</summary>
    public static bool IsConstant(Op op) => op is >= Op.ConstantTrue and <= Op.SpecConstantOp or Op.ConstantPipeStorage
        || (op > Op.TypeNamedBarrier && (op.ToString().StartsWith("Constant", StringComparison.Ordinal) || op.ToString().StartsWith("SpecConstant", StringComparison.Ordinal)));

    /// <summary>Whether an instruction ends a block.</summary>
    public static bool IsTerminator(Op op) => op is (>= Op.Branch and <= Op.Unreachable) or Op.TerminateInvocation or Op.IgnoreIntersectionKHR or Op.TerminateRayKHR
        or Op.EmitMeshTasksEXT or Op.AbortKHR;
}
