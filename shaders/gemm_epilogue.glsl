// What follows a product in fp32.ieee, on bits: C = activation(alpha * product + beta * C + bias). Its twin is
// src/Hlx.Kernels/Gemm/GemmEpilogue.cs. Needs activation.glsl, the push constants ALPHA, BETA and SHIFT, and these:

layout(constant_id = 20) const bool HAS_ALPHA = false;
layout(constant_id = 21) const bool HAS_BETA = false;
layout(constant_id = 22) const bool HAS_BIAS = false;
layout(constant_id = 23) const uint ACTIVATION = 0; // 1: relu, 2: gelu
layout(constant_id = 24) const bool SCALED = false; // the product is to be multiplied by 2^SHIFT first

// x * 2^shift, where the product needs no rounding.
uint scale(uint x, int shift)
{
    uint sign = x & 0x80000000u, magnitude = x & 0x7fffffffu;
    if (magnitude == 0u || magnitude >= 0x7f800000u) return x;
    int biased = int(magnitude >> 23);
    uint significand = magnitude & 0x7fffffu;
    if (biased > 0)
    {
        significand |= 0x800000u;
    }
    else
    {
        int normalize = 23 - findMSB(significand);
        significand <<= uint(normalize);
        biased = 1 - normalize;
    }
    biased += shift;
    if (biased > 0) return sign | (uint(biased) << 23) | (significand & 0x7fffffu);
    return sign | (biased < -22 ? 0u : significand >> uint(1 - biased));
}

uint epilogue(uint product, uint c, uint bias)
{
    uint x = SCALED ? scale(product, SHIFT) : product;
    if (HAS_ALPHA) x = multiply(ALPHA, x);
    if (HAS_BETA) x = FMA(BETA, c, x);
    if (HAS_BIAS) x = FMA(ONE, x, bias);
    if (ACTIVATION == 1 && (x & 0x80000000u) != 0u && !is_nan(x)) x = 0u;
    if (ACTIVATION == 2) x = gelu(x);
    return is_nan(x) ? 0x7fc00000u : x; // one NaN for everyone
}
