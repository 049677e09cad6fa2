namespace Hlx.Spirv;

/// <summary>Operations of SPIR-V on integers of a width and on bools (0 and 1); null for what they leave undefined and for other operations.</summary>
internal static class IntegerFold
{
    /// <summary>The low bits of a number.</summary>
    public static ulong Truncate(ulong value, int width) => value << (64 - width) >> (64 - width);

    /// <summary>An operation on one operand.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="width">The operand's width in bits.</param>
    /// <param name="value">The operand.</param>
    public static ulong? Unary(Op op, int width, ulong value) => op switch
    {
        Op.SNegate => unchecked(0 - value),
        Op.Not => ~value,
        Op.LogicalNot => value == 0 ? 1u : 0,
        Op.UConvert => Truncate(value, width),
        Op.SConvert => (ulong)Extend(value, width),
        _ => null,
    };

    /// <summary>An operation on two operands.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="width">The width of the first operand in bits, and but for a shift also of the second.</param>
    /// <param name="left">The first operand.</param>
    /// <param name="right">The second operand.</param>
    public static ulong? Binary(Op op, int width, ulong left, ulong right)
    {
        ulong a = Truncate(left, width), b = Truncate(right, width);
        long signedA = Extend(left, width), signedB = Extend(right, width);
        bool divides = signedB != 0 && !(signedB == -1 && signedA == long.MinValue >> (64 - width));
        return unchecked(op switch
        {
            Op.IAdd => a + b,
            Op.ISub => a - b,
            Op.IMul => a * b,
            Op.UDiv when b != 0 => a / b,
            Op.UMod when b != 0 => a % b,
            Op.SDiv when divides => (ulong)(signedA / signedB),
            Op.SRem when divides => (ulong)(signedA % signedB),
            Op.SMod when divides => (ulong)(((signedA % signedB) + signedB) % signedB),
            Op.ShiftLeftLogical when right < (ulong)width => a << (int)right,
            Op.ShiftRightLogical when right < (ulong)width => a >> (int)right,
            Op.ShiftRightArithmetic when right < (ulong)width => (ulong)(signedA >> (int)right),
            Op.BitwiseAnd or Op.LogicalAnd => a & b,
            Op.BitwiseOr or Op.LogicalOr => a | b,
            Op.BitwiseXor or Op.LogicalNotEqual => a ^ b,
            Op.LogicalEqual or Op.IEqual => Truth(a == b),
            Op.INotEqual => Truth(a != b),
            Op.ULessThan => Truth(a < b),
            Op.ULessThanEqual => Truth(a <= b),
            Op.UGreaterThan => Truth(a > b),
            Op.UGreaterThanEqual => Truth(a >= b),
            Op.SLessThan => Truth(signedA < signedB),
            Op.SLessThanEqual => Truth(signedA <= signedB),
            Op.SGreaterThan => Truth(signedA > signedB),
            Op.SGreaterThanEqual => Truth(signedA >= signedB),
            _ => (ulong?)null,
        });
    }

    private static ulong Truth(bool condition) => condition ? 1u : 0;

    private static long Extend(ulong value, int width) => (long)(value << (64 - width)) >> (64 - width);
}
