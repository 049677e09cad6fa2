namespace Hlx.Spirv;

/// <summary>
/// Division and remainder for all operands: x / 0 is x, x % 0 is 0, the least number / −1 is itself and its remainder 0. The remainder
/// of OpSRem has the sign of the dividend, that of OpSMod the sign of the divisor.
/// </summary>
internal static class DivisionGuard
{
    public static void Write(Instruction instruction, GuardWriter writer)
    {
        Division division = new(instruction, writer);
        switch (instruction.Op)
        {
            case Op.UDiv or Op.UMod:
                division.Unsigned();
                break;
            case Op.SDiv:
                division.SignedQuotient();
                break;
            default:
                division.SignedRemainder();
                break;
        }
    }

    private sealed class Division(Instruction instruction, GuardWriter writer)
    {
        private readonly uint _type = writer.Unsigned(instruction.ResultType);
        private readonly uint _bool = writer.Like(instruction.ResultType, writer.Bool());
        private readonly int _width = writer.Facts.Width(instruction.ResultType);

        public void Unsigned()
        {
            uint divisor = instruction[1], type = writer.Facts.TypeOf(divisor);
            writer.EmitAs(instruction.Op, instruction.ResultType, instruction.Result, instruction[0], OneForZero(type, divisor));
        }

        public void SignedQuotient()
        {
            (uint dividend, uint divisor) = Operands();
            uint least = Is(dividend, 1ul << (_width - 1)), minusOne = Is(divisor, ulong.MaxValue >> (64 - _width));
            uint overflows = writer.Emit(Op.LogicalAnd, _bool, least, minusOne);
            uint undefined = writer.Emit(Op.LogicalOr, _bool, overflows, Is(divisor, 0));
            uint safe = writer.Emit(Op.Select, _type, undefined, Constant(1), divisor);
            writer.EmitAs(Op.SDiv, instruction.ResultType, instruction.Result, dividend, safe);
        }

        public void SignedRemainder()
        {
            (uint dividend, uint divisor) = Operands();
            uint dividendNegative = IsNegative(dividend), divisorNegative = IsNegative(divisor);
            uint magnitude = writer.Emit(Op.UMod, _type, Magnitude(dividend, dividendNegative), OneForZero(_type, Magnitude(divisor, divisorNegative)));
            uint remainder = writer.Emit(Op.Select, _type, dividendNegative, writer.Emit(Op.SNegate, _type, magnitude), magnitude);
            if (instruction.Op == Op.SMod)
            {
                uint other = writer.Emit(Op.LogicalNotEqual, _bool, dividendNegative, divisorNegative);
                uint moves = writer.Emit(Op.LogicalAnd, _bool, other, writer.Emit(Op.INotEqual, _bool, remainder, Constant(0)));
                remainder = writer.Emit(Op.Select, _type, moves, writer.Emit(Op.IAdd, _type, remainder, divisor), remainder);
            }
            writer.EmitAs(instruction.ResultType == _type ? Op.CopyObject : Op.Bitcast, instruction.ResultType, instruction.Result, remainder);
        }

        private (uint Dividend, uint Divisor) Operands() =>
            (writer.As(_type, writer.Facts.TypeOf(instruction[0]), instruction[0]), writer.As(_type, writer.Facts.TypeOf(instruction[1]), instruction[1]));

        private uint Constant(ulong value) => writer.Constant(_type, value);

        private uint Is(uint value, ulong constant) => writer.Emit(Op.IEqual, _bool, value, Constant(constant));

        private uint IsNegative(uint value) => writer.Emit(Op.SLessThan, _bool, value, Constant(0));

        private uint Magnitude(uint value, uint isNegative) => writer.Emit(Op.Select, _type, isNegative, writer.Emit(Op.SNegate, _type, value), value);

        private uint OneForZero(uint type, uint value)
        {
            uint isZero = writer.Emit(Op.IEqual, _bool, value, writer.Constant(type, 0));
            return writer.Emit(Op.Select, type, isZero, writer.Constant(type, 1), value);
        }
    }
}
