#version 450
#extension GL_EXT_control_flow_attributes : require

// The digits of fp32.fixed, in planes of signed bytes: of each row of A (z = 0), and of each column of B (z = 1), which is written transposed. With 2^e
// the power of two that its largest magnitude is not below (one more where it would round to more than 0x7f7f7f units, the largest that three digits hold), a number x is the integer
// x * 2^(22 - e), rounded to nearest even, = d0 * 2^16 + d1 * 2^8 + d2 with digits from -128 to 127. The planes lie in the tiles of the product,
// one after the other along K, padded with zeros to whole tiles. An invocation writes 16 digits of each plane. What undoes the scaling is written beside.

layout(local_size_x = 32, local_size_y = 8) in;
layout(constant_id = 0) const uint TILE_M = 64; // of the product
layout(constant_id = 1) const uint TILE_N = 64;
layout(constant_id = 2) const uint TILE_K = 64;

layout(set = 0, binding = 0) readonly buffer MatrixA { uint a[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { uint b[]; };
layout(set = 0, binding = 2) readonly buffer LargestA { uvec4 largest_a[]; };
layout(set = 0, binding = 3) readonly buffer LargestB { uvec4 largest_b[]; };
layout(set = 0, binding = 4) writeonly buffer PlanesA { uvec4 planes_a[]; };
layout(set = 0, binding = 5) writeonly buffer PlanesB { uvec4 planes_b[]; };
layout(set = 0, binding = 6) writeonly buffer ExponentA { int exponent_a[]; };
layout(set = 0, binding = 7) writeonly buffer ExponentB { int exponent_b[]; };

layout(push_constant) uniform Shape { uint M, N, K, PADDED_M, PADDED_N, PADDED_K; };

const int TOP = 22;

// e - 22: the exponent of the integers' unit.
int unit_of(uvec4 parts)
{
    uint largest = max(max(parts.x, parts.y), max(parts.z, parts.w));
    if (largest == 0u) return 0;
    int top = largest >= 0x00800000u ? int(largest >> 23) - 127 : findMSB(largest) - 149;
    uint significand = largest >= 0x00800000u ? largest & 0x7fffffu : (largest << uint(23 - findMSB(largest))) & 0x7fffffu;
    return top + (significand >= 0x7efeffu ? 1 : 0) - TOP;
}

int quantize(uint x, int unit)
{
    uint magnitude = x & 0x7fffffffu;
    if (magnitude == 0u) return 0;
    uint significand = magnitude & 0x7fffffu;
    int exponent = -149;
    if (magnitude >= 0x00800000u)
    {
        significand |= 0x800000u;
        exponent = int(magnitude >> 23) - 150;
    }
    int drop = unit - exponent; // the integer is significand * 2^-drop
    uint integer;
    if (drop <= 0) integer = significand << uint(-drop);
    else if (drop > 24) integer = 0u;
    else
    {
        integer = significand >> uint(drop);
        uint rest = significand - (integer << uint(drop)), half_unit = 1u << uint(drop - 1);
        if (rest > half_unit || (rest == half_unit && (integer & 1u) != 0u)) integer++;
    }
    return (x & 0x80000000u) != 0u ? -int(integer) : int(integer);
}

void main()
{
    // Neighbours take neighbouring vectors of a row of A, and neighbouring columns of B.
    bool isA = gl_WorkGroupID.z == 0;
    uint line = isA ? gl_GlobalInvocationID.y : gl_GlobalInvocationID.x, k0 = 16 * (isA ? gl_GlobalInvocationID.x : gl_GlobalInvocationID.y);
    if (line >= (isA ? PADDED_M : PADDED_N) || k0 >= PADDED_K) return;
    uvec4 digits[3] = uvec4[3](uvec4(0u), uvec4(0u), uvec4(0u));
    if (line < (isA ? M : N))
    {
        int unit = unit_of(isA ? largest_a[line] : largest_b[line]);
        [[unroll]] for (uint i = 0; i < 16; i++)
        {
            uint k = k0 + i;
            int x = k < K ? quantize(isA ? a[line * K + k] : b[k * N + line], unit) : 0;
            [[unroll]] for (int digit = 2; digit >= 0; digit--)
            {
                int low = ((x + 128) & 255) - 128;
                digits[digit][i / 4] |= uint(low & 255) << (8 * (i % 4));
                x = (x - low) >> 8;
            }
        }
        if (k0 == 0)
        {
            if (isA) exponent_a[line] = unit;
            else exponent_b[line] = unit;
        }
    }
    uint steps = PADDED_K / TILE_K, plane = (isA ? TILE_M : TILE_N) * TILE_K / 16;
    uint tile = (isA ? line / TILE_M : line / TILE_N) * steps + k0 / TILE_K;
    uint at = 3 * tile * plane + ((isA ? line % TILE_M : line % TILE_N) * TILE_K + k0 % TILE_K) / 16;
    [[unroll]] for (uint digit = 0; digit < 3; digit++)
    {
        if (isA) planes_a[at + digit * plane] = digits[digit];
        else planes_b[at + digit * plane] = digits[digit];
    }
}
