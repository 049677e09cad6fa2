using Hlx.Spirv;

namespace Hlx.Kernels;

/// <summary>Emits x·2^shift on the bits of binary32, rounded to nearest even where the result is denormal: no device can flush it.</summary>
internal static class BinaryScale
{
    /// <summary>Emits it.</summary>
    /// <param name="main">The function.</param>
    /// <param name="module">Its module.</param>
    /// <param name="bits">x; not denormal.</param>
    /// <param name="shift">The exponent, a signed integer.</param>
    public static Value Emit(FunctionBuilder main, ModuleBuilder module, Value bits, Value shift)
    {
        SpirvType u32 = module.Int(32, signed: false), i32 = module.Int(32, signed: true);
        Value U(uint number) => module.Constant(number);
        Value sign = main.And(bits, U(0x80000000)), magnitude = main.And(bits, U(0x7fffffff));
        Value biased = main.Bitcast(main.ShiftRight(magnitude, U(23)), i32), scaled = main.Add(biased, shift);
        Value fraction = main.And(magnitude, U(0x7fffff)), significand = main.Or(fraction, U(0x800000));
        Value normal = main.Or(main.ShiftLeft(main.Bitcast(scaled, u32), U(23)), fraction);

        Value excess = main.Bitcast(main.Call(GlslStd450.SClamp, main.Subtract(module.Constant(1), scaled), module.Constant(1), module.Constant(25)), u32);
        Value quotient = main.ShiftRight(significand, excess), half = main.ShiftLeft(U(1), main.Subtract(excess, U(1)));
        Value rest = main.Subtract(significand, main.ShiftLeft(quotient, excess));
        Value isOdd = main.Equal(main.And(quotient, U(1)), U(1));
        Value up = main.Or(main.LessThan(half, rest), main.And(main.Equal(rest, half), isOdd));
        Value denormal = main.Add(quotient, main.Select(up, U(1), U(0)));

        Value result = main.Select(main.LessThan(scaled, module.Constant(1)), denormal, normal);
        result = main.Select(main.LessThan(module.Constant(254), scaled), U(0x7f800000), result);
        Value isSpecial = main.Or(main.Equal(biased, module.Constant(0)), main.Equal(biased, module.Constant(255))); // zeros, infinities, NaN
        return main.Or(sign, main.Select(isSpecial, magnitude, result));
    }
}
