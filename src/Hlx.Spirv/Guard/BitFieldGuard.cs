namespace Hlx.Spirv;

/// <summary>Bit fields that end with the number; one that starts past its end is empty.</summary>
internal static class BitFieldGuard
{
    public static void Write(Instruction field, GuardWriter writer)
    {
        int first = field.Op == Op.BitFieldInsert ? 2 : 1;
        uint width = (uint)writer.Facts.Width(field.ResultType), uint32 = writer.UInt(32), boolean = writer.Bool();
        uint offset = As32(field[first], writer), count = As32(field[first + 1], writer);
        uint all = writer.Constant(uint32, width), zero = writer.Constant(uint32, 0);
        uint starts = writer.Emit(Op.ULessThan, boolean, offset, all);
        uint start = writer.Emit(Op.Select, uint32, starts, offset, zero);
        uint room = writer.Emit(Op.Select, uint32, starts, writer.Emit(Op.ISub, uint32, all, start), zero);
        uint bits = writer.Emit(Op.Select, uint32, writer.Emit(Op.ULessThan, boolean, count, room), count, room);
        uint[] operands = field.Op == Op.BitFieldInsert ? [field[0], field[1], start, bits] : [field[0], start, bits];
        writer.EmitAs(field.Op, field.ResultType, field.Result, operands);
    }

    // Wider numbers whose upper half is not 0 are past the end as well, which their lower half alone would not say.
    private static uint As32(uint value, GuardWriter writer)
    {
        uint type = writer.Facts.TypeOf(value), uint32 = writer.UInt(32);
        int width = writer.Facts.Width(type);
        if (width == 32) return writer.As(uint32, type, value);
        if (width < 32) return writer.Emit(Op.UConvert, uint32, value);
        uint most = writer.Constant(type, int.MaxValue);
        uint isSmall = writer.Emit(Op.ULessThan, writer.Bool(), value, most);
        return writer.Emit(Op.UConvert, uint32, writer.Emit(Op.Select, type, isSmall, value, most));
    }
}
