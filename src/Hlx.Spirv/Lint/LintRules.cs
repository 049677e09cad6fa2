using static Hlx.Spirv.DeterminismLevel;

namespace Hlx.Spirv;

/// <summary>The rules of <see cref="AdmissionLint"/>, one instruction at a time.</summary>
internal static class LintRules
{
    // Built-ins that differ between devices for the same dispatch.
    private static readonly HashSet<BuiltIn> DeviceBuiltIns =
    [
        BuiltIn.SubgroupSize, BuiltIn.NumSubgroups, BuiltIn.SubgroupId, BuiltIn.SubgroupLocalInvocationId, BuiltIn.SubgroupEqMask, BuiltIn.SubgroupGeMask,
        BuiltIn.SubgroupGtMask, BuiltIn.SubgroupLeMask, BuiltIn.SubgroupLtMask,
    ];

    private static readonly HashSet<BuiltIn> GridBuiltIns =
    [
        BuiltIn.NumWorkgroups, BuiltIn.WorkgroupSize, BuiltIn.WorkgroupId, BuiltIn.LocalInvocationId, BuiltIn.GlobalInvocationId, BuiltIn.LocalInvocationIndex,
    ];

    /// <summary>The level that an instruction forces the module down to, and why; null if it forces nothing.</summary>
    public static (DeterminismLevel Level, string Reason)? Judge(Instruction instruction, LintContext context) =>
        GuardNeed.Impossible(instruction, context.Facts) is string reason ? (RunToRun, reason) : JudgeOperation(instruction, context);

    private static (DeterminismLevel Level, string Reason)? JudgeOperation(Instruction instruction, LintContext context) => instruction.Op switch
    {
        Op.Decorate when (Decoration)instruction[1] == Decoration.SpecId && !context.IsFirstSpecId(instruction) =>
            (RunToRun, $"two specialization constants have the id {instruction[2]}, and devices may specialize either"),
        Op.Decorate when (Decoration)instruction[1] == Decoration.BuiltIn => JudgeBuiltIn((BuiltIn)instruction[2]),
        Op.Decorate or Op.MemberDecorate or Op.DecorateId or Op.DecorateString or Op.MemberDecorateString or Op.DecorationGroup or Op.GroupDecorate or Op.GroupMemberDecorate => null,
        _ when Sections.Of(instruction.Op) is Section section && section < Section.Globals => null,
        Op.SpecConstantOp => JudgeSpecialization(instruction, context),
        _ when Sections.IsType(instruction.Op) || Sections.IsConstant(instruction.Op) => null,
        Op.Undef => (NotGuaranteed, "the value is undefined"),
        Op.ExtInst => context.IsGlsl(instruction[0]) ? JudgeGlsl((GlslStd450)instruction[1], instruction, context) : (NotGuaranteed, "the extended instruction is of no known set"),
        _ => IsStructure(instruction.Op) ? null : JudgeArithmetic(instruction.Op, instruction, context),
    };

    // What is undefined for some operands is guarded elsewhere and cannot be here.
    private static (DeterminismLevel, string)? JudgeSpecialization(Instruction instruction, LintContext context)
    {
        Op op = (Op)instruction[0];
        return GuardNeed.OfOperation(op, instruction.ResultType, instruction.Operands.Span[1..], context.Facts) is string reason
            ? (RunToRun, $"{reason}, and it is computed by the device's compiler")
            : JudgeArithmetic(op, instruction, context);
    }

    private static (DeterminismLevel, string)? JudgeBuiltIn(BuiltIn builtIn)
    {
        if (GridBuiltIns.Contains(builtIn)) return null;
        return DeviceBuiltIns.Contains(builtIn) ? (RunToRun, $"{builtIn} is the device's own") : (NotGuaranteed, $"{builtIn} is not a function of the inputs");
    }

    // Control flow, memory and the moving of bits.
    private static bool IsStructure(Op op) => op is
        Op.Nop or Op.Line or Op.NoLine or Op.Variable or Op.Function or Op.FunctionParameter or Op.FunctionEnd or Op.FunctionCall or Op.Label or Op.Branch
        or Op.BranchConditional or Op.Switch or Op.Return or Op.ReturnValue or Op.Unreachable or Op.Phi or Op.SelectionMerge or Op.LoopMerge or Op.Load or Op.Store
        or Op.CopyMemory or Op.AccessChain or Op.InBoundsAccessChain or Op.ArrayLength or Op.VectorExtractDynamic or Op.VectorInsertDynamic or Op.VectorShuffle
        or Op.CompositeConstruct or Op.CompositeExtract or Op.CompositeInsert or Op.CopyObject or Op.CopyLogical or Op.Transpose or Op.Bitcast or Op.Select
        or Op.ControlBarrier or Op.MemoryBarrier;

    private static (DeterminismLevel, string)? JudgeArithmetic(Op op, Instruction instruction, LintContext context) => op switch
    {
        // Whole numbers and truth values.
        Op.IAdd or Op.ISub or Op.IMul or Op.UDiv or Op.SDiv or Op.UMod or Op.SRem or Op.SMod or Op.SNegate or Op.IAddCarry or Op.ISubBorrow or Op.UMulExtended
            or Op.SMulExtended or Op.UConvert or Op.SConvert or Op.ShiftLeftLogical or Op.ShiftRightLogical or Op.ShiftRightArithmetic or Op.BitwiseAnd or Op.BitwiseOr
            or Op.BitwiseXor or Op.Not or Op.BitFieldInsert or Op.BitFieldSExtract or Op.BitFieldUExtract or Op.BitReverse or Op.BitCount or Op.SDot or Op.UDot or Op.SUDot
            or Op.SDotAccSat or Op.UDotAccSat or Op.SUDotAccSat or Op.Any or Op.All or Op.LogicalEqual or Op.LogicalNotEqual or Op.LogicalAnd or Op.LogicalOr or Op.LogicalNot
            or Op.IEqual or Op.INotEqual or Op.ULessThan or Op.ULessThanEqual or Op.UGreaterThan or Op.UGreaterThanEqual or Op.SLessThan or Op.SLessThanEqual
            or Op.SGreaterThan or Op.SGreaterThanEqual => null,
        Op.Bitcast or Op.Select or Op.CompositeExtract or Op.CompositeInsert or Op.VectorShuffle or Op.AccessChain => null, // inside SpecConstantOp

        // Correctly rounded by Vulkan's rules, if nothing is fused and the float controls are stated.
        Op.FAdd or Op.FSub or Op.FMul or Op.VectorTimesScalar => context.MayBeContracted(instruction.Result)
            ? (RunToRun, "the driver may fuse it with another operation (decorate it NoContraction: `precise` in GLSL)")
            : Controlled(instruction.ResultType, context),
        Op.FConvert or Op.ConvertSToF or Op.ConvertUToF => Controlled(instruction.ResultType, context),
        Op.FNegate or Op.FOrdEqual or Op.FUnordEqual or Op.FOrdNotEqual or Op.FUnordNotEqual or Op.FOrdLessThan or Op.FUnordLessThan or Op.FOrdGreaterThan
            or Op.FUnordGreaterThan or Op.FOrdLessThanEqual or Op.FUnordLessThanEqual or Op.FOrdGreaterThanEqual or Op.FUnordGreaterThanEqual or Op.IsNan or Op.IsInf =>
            Controlled(context.TypeOfValue(instruction[0]), context),

        // The device's own, and steady on it.
        Op.FDiv or Op.FRem or Op.FMod or Op.Dot or Op.OuterProduct or Op.MatrixTimesScalar or Op.VectorTimesMatrix or Op.MatrixTimesVector or Op.MatrixTimesMatrix
            or Op.ConvertFToS or Op.ConvertFToU or Op.QuantizeToF16 => (RunToRun, "its result may differ between devices"),
        >= Op.GroupNonUniformElect and <= Op.GroupNonUniformQuadSwap or Op.GroupNonUniformRotateKHR or Op.GroupNonUniformPartitionEXT or Op.SubgroupBallotKHR or Op.SubgroupFirstInvocationKHR
            or Op.SubgroupAllKHR or Op.SubgroupAnyKHR or Op.SubgroupAllEqualKHR or Op.SubgroupReadInvocationKHR => (RunToRun, "a subgroup has another size on another device"),
        Op.CooperativeMatrixLoadKHR or Op.CooperativeMatrixStoreKHR => (RunToRun, "a matrix may pass the end of its memory"),
        Op.CooperativeMatrixLengthKHR => (RunToRun, "a matrix is spread over a subgroup as the device likes"),
        Op.CooperativeMatrixMulAddKHR => context.IsFloat(instruction.ResultType) ? (RunToRun, "matrix units add floats in an order of their own") : null,
        Op.ImageSampleExplicitLod or Op.ImageFetch or Op.ImageRead or Op.ImageWrite or Op.ImageGather or Op.ImageQuerySize or Op.ImageQuerySizeLod or Op.Image
            or Op.SampledImage => (RunToRun, "images are filtered and rounded by the device"),

        // Atomics that give the same memory in every order, as long as nobody looks at what was there before.
        Op.AtomicIIncrement or Op.AtomicIDecrement or Op.AtomicIAdd or Op.AtomicISub or Op.AtomicSMin or Op.AtomicUMin or Op.AtomicSMax or Op.AtomicUMax or Op.AtomicAnd
            or Op.AtomicOr or Op.AtomicXor => context.IsUsed(instruction.Result) ? (NotGuaranteed, "what it returns depends on the order of invocations") : null,
        Op.AtomicFAddEXT => (NotGuaranteed, "atomic additions of floats round in the order in which invocations come"),
        Op.AtomicLoad or Op.AtomicStore or Op.AtomicExchange or Op.AtomicCompareExchange or Op.AtomicFMinEXT or Op.AtomicFMaxEXT => (NotGuaranteed, "it depends on the order of invocations"),
        Op.ReadClockKHR => (NotGuaranteed, "it reads a clock"),
        _ => (NotGuaranteed, "nothing is known about its result"),
    };

    private static (DeterminismLevel, string)? JudgeGlsl(GlslStd450 function, Instruction instruction, LintContext context) => function switch
    {
        GlslStd450.SAbs or GlslStd450.SSign or GlslStd450.UMin or GlslStd450.SMin or GlslStd450.UMax or GlslStd450.SMax or GlslStd450.UClamp or GlslStd450.SClamp
            or GlslStd450.FindILsb or GlslStd450.FindSMsb or GlslStd450.FindUMsb or GlslStd450.PackDouble2x32 or GlslStd450.UnpackDouble2x32 => null,
        GlslStd450.FAbs or GlslStd450.FSign or GlslStd450.Floor or GlslStd450.Ceil or GlslStd450.Trunc or GlslStd450.RoundEven => Controlled(instruction.ResultType, context),
        GlslStd450.Fma => (RunToRun, "some devices round fma once and some twice"),
        _ => (RunToRun, $"{function} may differ between devices"),
    };

    private static (DeterminismLevel, string)? Controlled(uint type, LintContext context) => context.HasFloatControls(type)
        ? null
        : (RunToRun, "rounding and denormals are the device's own (state RoundingModeRTE, DenormPreserve and SignedZeroInfNanPreserve)");
}
