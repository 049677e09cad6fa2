using Hlx.Spirv;

namespace Hlx.Kernels;

/// <summary>
/// Emits what finishes an element of <c>fp32.fixed</c>: the sums of its groups put together in 64-bit integers and rounded once to
/// binary32, on bits. The twin of <see cref="FixedReference"/> and of shaders/fixed_finish.comp.
/// </summary>
internal static class FixedRounding
{
    /// <summary>Emits it.</summary>
    /// <param name="main">The function.</param>
    /// <param name="module">Its module.</param>
    /// <param name="sums">The sums of group 0, 1, …, as bits.</param>
    /// <param name="exponent">The exponents of the units of row and column, added: a signed integer.</param>
    /// <returns>The bits of the element.</returns>
    public static Value Emit(FunctionBuilder main, ModuleBuilder module, IReadOnlyList<Value> sums, Value exponent)
    {
        SpirvType i32 = module.Int(32, signed: true), u32 = module.Int(32, signed: false), i64 = module.Int(64, signed: true), u64 = module.Int(64, signed: false);
        Value U(uint number) => module.Constant(number);
        Value I(int number) => module.Constant(number);
        Value Long(ulong number) => module.Constant(u64, number);
        Value Shift(Value count) => main.Convert(main.Bitcast(count, u32), u64);
        Value Min(Value x, Value y) => main.Call(GlslStd450.SMin, x, y);
        Value Max(Value x, Value y) => main.Call(GlslStd450.SMax, x, y);

        Value total = Long(0);
        for (int group = 0; group < sums.Count; group++)
        {
            Value wide = main.Bitcast(main.Convert(main.Bitcast(sums[group], i32), i64), u64);
            total = main.Add(total, main.ShiftLeft(wide, U((uint)(24 - (8 * group)))));
        }
        Value sign = main.And(main.Convert(main.ShiftRight(total, U(32)), u32), U(0x80000000));
        Value magnitude = main.Select(main.Equal(sign, U(0)), total, main.Subtract(Long(0), total));

        // Digit 0 of both stands for 2^32 units, so a unit of the total is 2^8 units of the product.
        Value scale = main.Add(exponent, I(8));
        Value high = main.Convert(main.ShiftRight(magnitude, U(32)), u32), low = main.Convert(magnitude, u32);
        Value top = main.Bitcast(main.Select(main.Equal(high, U(0)), main.Call(GlslStd450.FindUMsb, low), main.Add(main.Call(GlslStd450.FindUMsb, high), U(32))), i32);
        Value excess = Max(main.Subtract(top, I(23)), main.Subtract(I(-149), scale));
        Value right = Shift(Min(Max(excess, I(1)), I(63))), left = Shift(Min(Max(main.Negate(excess), I(0)), I(63)));
        Value quotient = main.ShiftRight(magnitude, right), rest = main.Subtract(magnitude, main.ShiftLeft(quotient, right));
        Value half = main.ShiftLeft(Long(1), main.Subtract(right, Long(1))), isOdd = main.Equal(main.And(quotient, Long(1)), Long(1));
        Value up = main.Or(main.LessThan(half, rest), main.And(main.Equal(rest, half), isOdd));
        quotient = main.Add(quotient, main.Select(up, Long(1), Long(0)));
        quotient = main.Select(main.LessThan(excess, I(1)), main.ShiftLeft(magnitude, left), quotient);

        Value significand = main.Convert(quotient, u32), biased = main.Add(main.Add(top, scale), I(127));
        Value normal = main.Add(main.ShiftLeft(main.Bitcast(main.Subtract(biased, I(1)), u32), U(23)), significand);
        Value bits = main.Select(main.LessThan(biased, I(1)), significand, normal);
        bits = main.Select(main.LessThan(I(254), biased), U(0x7f800000), main.Call(GlslStd450.UMin, bits, U(0x7f800000)));
        return main.Select(main.Equal(main.Or(high, low), U(0)), U(0), main.Or(sign, bits));
    }
}
