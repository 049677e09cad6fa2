// Arithmetic of fp32.ieee on bits, and GELU in it. Its twin is src/Hlx.Kernels/Gemm/GemmEpilogue.cs. Where a device may have flushed a denormal, FMA
// emulates (needs fma_exact.glsl; with HLX_EXACT always), or with HLX_FLAGGED sets `is_unsafe`.

const uint ONE = 0x3f800000u;

#ifdef HLX_EXACT
#define FMA_SAFE(x, y, z) fma_exact(x, y, z)
#define FMA(x, y, z) fma_exact(x, y, z)
#else
bool is_denormal(uint x) { return (x & 0x7f800000u) == 0u && (x & 0x7fffffffu) != 0u; }

// Where neither the numbers nor the result come near the denormal range, which a device may flush, its own fma is right.
#define FMA_SAFE(x, y, z) floatBitsToUint(fma(uintBitsToFloat(x), uintBitsToFloat(y), uintBitsToFloat(z)))
uint FMA(uint x, uint y, uint z)
{
    uint result = FMA_SAFE(x, y, z);
    bool isSafe = (result & 0x7f800000u) >= 0x01000000u && !is_denormal(x) && !is_denormal(y) && !is_denormal(z);
#ifdef HLX_FLAGGED
    bool isZero = (x & 0x7fffffffu) == 0u || (y & 0x7fffffffu) == 0u; // then the result is z
    if (!isSafe && !(isZero && !is_denormal(x) && !is_denormal(y) && !is_denormal(z))) is_unsafe = true; // for the caller to compute again
    return result;
#else
    return isSafe ? result : fma_exact(x, y, z);
#endif
}
#endif

bool is_nan(uint x) { return (x & 0x7fffffffu) > 0x7f800000u; }

uint multiply(uint x, uint y) { return FMA(x, y, (x ^ y) & 0x80000000u); }

// The upper tail of the normal distribution, 2^-p(t): p is a polynomial on [0, 4) and another one up to 12.8, after which it is zero.
uint normal_tail(uint t)
{
    if (t > 0x414ccccdu) return 0u;
    uint p;
    if (t < 0x40800000u)
    {
        p = FMA_SAFE(0x356624bdu, t, 0xb75f91e8u);
        p = FMA_SAFE(p, t, 0x38494963u);
        p = FMA_SAFE(p, t, 0x3a0743f6u);
        p = FMA_SAFE(p, t, 0xbbfa3d6au);
        p = FMA_SAFE(p, t, 0x3d58f2bbu);
        p = FMA_SAFE(p, t, 0x3eeb0493u);
        p = FMA_SAFE(p, t, 0x3f93585eu);
        p = FMA_SAFE(p, t, 0x3f7ffff4u);
    }
    else
    {
        p = FMA_SAFE(0x33213982u, t, 0xb638bc17u);
        p = FMA_SAFE(p, t, 0x38b8739cu);
        p = FMA_SAFE(p, t, 0xbad374f4u);
        p = FMA_SAFE(p, t, 0x3c9b1053u);
        p = FMA_SAFE(p, t, 0x3f11b736u);
        p = FMA_SAFE(p, t, 0x3f733fc9u);
        p = FMA_SAFE(p, t, 0x3f948fe5u);
    }
    int n = int(uintBitsToFloat(FMA_SAFE(ONE, p, 0x3f000000u)));
    uint f = FMA_SAFE(0xbf800000u, p, floatBitsToUint(float(n)));
    uint power = FMA_SAFE(0x39222000u, f, 0x3aafa460u);
    power = FMA_SAFE(power, f, 0x3c1d950eu);
    power = FMA_SAFE(power, f, 0x3d635766u);
    power = FMA_SAFE(power, f, 0x3e75fdf0u);
    power = FMA_SAFE(power, f, 0x3f317218u);
    power = FMA_SAFE(power, f, ONE);
    return power - (uint(n) << 23);
}

uint gelu(uint x)
{
    uint magnitude = x & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return x;
    bool isNegative = (x & 0x80000000u) != 0u;
    if (magnitude == 0x7f800000u) return isNegative ? 0x80000000u : x;
    uint tail = normal_tail(magnitude);
    return isNegative ? multiply(x, tail) : FMA(x ^ 0x80000000u, tail, x);
}
