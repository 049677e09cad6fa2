// The fused multiply-add of IEEE 754 binary32, round to nearest even, with gradual underflow, on bits and in integer
// arithmetic alone: the same on every device, whatever its float units do. NaN results are 0x7fc00000.

const uint CANONICAL_NAN = 0x7fc00000u;
const uint INFINITY_BITS = 0x7f800000u;

// A 64-bit number as (low, high).
uvec2 shift_left64(uvec2 x, uint n)
{
    if (n == 0u) return x;
    if (n >= 32u) return uvec2(0u, x.x << (n - 32u));
    return uvec2(x.x << n, (x.y << n) | (x.x >> (32u - n)));
}

// A right shift that keeps in the lowest bit whether a one was shifted out, so that a later rounding still sees it.
uvec2 shift_right_sticky64(uvec2 x, uint n)
{
    if (n == 0u) return x;
    if (n >= 64u) return uvec2((x.x | x.y) != 0u ? 1u : 0u, 0u);
    uvec2 lost = shift_left64(x, 64u - n);
    uvec2 kept = n >= 32u ? uvec2(x.y >> (n - 32u), 0u) : uvec2((x.x >> n) | (x.y << (32u - n)), x.y >> n);
    kept.x |= (lost.x | lost.y) != 0u ? 1u : 0u;
    return kept;
}

// Splits a finite non-zero number into a significand in [2^23, 2^24) and the exponent of its lowest bit.
void unpack(uint bits, out uint significand, out int exponent)
{
    uint biased = (bits >> 23) & 0xffu;
    significand = bits & 0x7fffffu;
    if (biased != 0u)
    {
        significand |= 0x800000u;
        exponent = int(biased) - 150;
        return;
    }
    int normalize = 23 - findMSB(significand);
    significand <<= uint(normalize);
    exponent = -149 - normalize;
}

// Rounds (-1)^sign * x * 2^exponent, x not zero, to binary32. The lowest bit of x may be sticky where x has more than 26 bits.
uint round_to_binary32(uint sign, uvec2 x, int exponent)
{
    int top = x.y != 0u ? 32 + findMSB(x.y) : findMSB(x.x);
    int excess = max(top - 23, -149 - exponent); // how many bits stand below the lowest bit of the result
    uvec2 with_guards = excess >= 2 ? shift_right_sticky64(x, uint(excess - 2)) : shift_left64(x, uint(2 - excess));
    uint quotient = with_guards.x >> 2;
    uint guards = with_guards.x & 3u;
    if (guards == 3u || (guards == 2u && (quotient & 1u) != 0u)) quotient++;
    int biased = top + exponent + 127;
    uint magnitude = biased >= 1 ? (uint(biased - 1) << 23) + quotient : quotient; // a carry moves into the exponent by itself
    return sign | (biased >= 255 ? INFINITY_BITS : min(magnitude, INFINITY_BITS));
}

uint fma_exact(uint a, uint b, uint c)
{
    uint magnitude_a = a & 0x7fffffffu, magnitude_b = b & 0x7fffffffu, magnitude_c = c & 0x7fffffffu;
    uint sign = (a ^ b) & 0x80000000u;
    uint sign_c = c & 0x80000000u;

    if (max(max(magnitude_a, magnitude_b), magnitude_c) >= INFINITY_BITS)
    {
        if (max(max(magnitude_a, magnitude_b), magnitude_c) > INFINITY_BITS) return CANONICAL_NAN;
        if (magnitude_a != INFINITY_BITS && magnitude_b != INFINITY_BITS) return c;
        bool invalid = magnitude_a == 0u || magnitude_b == 0u || (magnitude_c == INFINITY_BITS && sign != sign_c);
        return invalid ? CANONICAL_NAN : sign | INFINITY_BITS;
    }
    if (magnitude_a == 0u || magnitude_b == 0u) return magnitude_c == 0u && sign != sign_c ? 0u : (magnitude_c == 0u ? sign : c);

    uint significand_a, significand_b, significand_c;
    int exponent_a, exponent_b, exponent_c;
    unpack(a, significand_a, exponent_a);
    unpack(b, significand_b, exponent_b);
    uvec2 product;
    umulExtended(significand_a, significand_b, product.y, product.x);
    int exponent = exponent_a + exponent_b;
    if (magnitude_c == 0u) return round_to_binary32(sign, product, exponent);

    // Both as 64-bit numbers with room above for a carry: the product in [2^61, 2^63), c in [2^61, 2^62). What is shifted out when
    // they are aligned lies far below the last bit of the result, so a sticky bit stands for it.
    unpack(c, significand_c, exponent_c);
    product = shift_left64(product, 15u);
    exponent -= 15;
    uvec2 addend = shift_left64(uvec2(significand_c, 0u), 38u);
    exponent_c -= 38;
    if (exponent >= exponent_c)
    {
        addend = shift_right_sticky64(addend, uint(exponent - exponent_c));
    }
    else
    {
        product = shift_right_sticky64(product, uint(exponent_c - exponent));
        exponent = exponent_c;
    }

    uint carry, borrow;
    uvec2 result;
    if (sign == sign_c)
    {
        result.x = uaddCarry(product.x, addend.x, carry);
        result.y = product.y + addend.y + carry;
        return round_to_binary32(sign, result, exponent);
    }
    bool product_is_larger = product.y > addend.y || (product.y == addend.y && product.x >= addend.x);
    uvec2 larger = product_is_larger ? product : addend;
    uvec2 smaller = product_is_larger ? addend : product;
    result.x = usubBorrow(larger.x, smaller.x, borrow);
    result.y = larger.y - smaller.y - borrow;
    if ((result.x | result.y) == 0u) return 0u; // exact cancellation is +0
    return round_to_binary32(product_is_larger ? sign : sign_c, result, exponent);
}
