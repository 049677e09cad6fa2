namespace Hlx.Spirv;

/// <summary>Shifts by the amount modulo the width of the number.</summary>
internal static class ShiftGuard
{
    public static void Write(Instruction shift, GuardWriter writer)
    {
        uint type = writer.Facts.TypeOf(shift[1]);
        uint amount = writer.Emit(Op.BitwiseAnd, type, shift[1], writer.Constant(type, (ulong)writer.Facts.Width(shift.ResultType) - 1));
        writer.EmitAs(shift.Op, shift.ResultType, shift.Result, shift[0], amount);
    }
}
