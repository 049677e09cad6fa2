#version 450
#extension GL_EXT_control_flow_attributes : require

// Splits A (z = 0) and B (z = 1) into two planes of binary16 each: x * 2^shift = high + low + rest, where shift lifts the largest magnitude
// of the row of A or column of B to [2^14, 2^15), high has the upper 11 bits of x, low the next 11, and the rest is less than 2^-22 of x or
// 2^-25. The planes lie in the tiles of the product, one after the other along K, so that a workgroup of the product reads without gaps; they are
// padded with zeros to whole tiles. An invocation writes 8 numbers of each plane. What undoes the scaling is written beside.

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
layout(set = 0, binding = 6) writeonly buffer ShiftA { int shift_a[]; };
layout(set = 0, binding = 7) writeonly buffer ShiftB { int shift_b[]; };

layout(push_constant) uniform Shape { uint M, N, K, PADDED_M, PADDED_N, PADDED_K; };

const int TOP = 14;

int shift_of(uvec4 parts)
{
    uint largest = max(max(parts.x, parts.y), max(parts.z, parts.w));
    if (largest == 0u) return 0;
    return TOP - (largest >= 0x00800000u ? int(largest >> 23) - 127 : findMSB(largest) - 149);
}

// x * 2^shift on bits; what falls below 2^-126 is far below the rest and becomes zero.
uint scale(uint x, int shift)
{
    uint sign = x & 0x80000000u, magnitude = x & 0x7fffffffu;
    int biased = int(magnitude >> 23);
    if (biased == 0)
    {
        if (magnitude == 0u) return x;
        int normalize = 23 - findMSB(magnitude);
        magnitude = (magnitude << uint(normalize)) & 0x7fffffu;
        biased = 1 - normalize;
    }
    biased += shift;
    return sign | (biased <= 0 ? 0u : (uint(biased) << 23) | (magnitude & 0x7fffffu));
}

void main()
{
    bool isA = gl_WorkGroupID.z == 0;
    uint row = gl_GlobalInvocationID.y, column = 8 * gl_GlobalInvocationID.x, columns = isA ? K : N;
    if (row >= (isA ? PADDED_M : PADDED_K) || column >= (isA ? PADDED_K : PADDED_N)) return;
    bool isInside = row < (isA ? M : K);
    int shift = isA && isInside ? shift_of(largest_a[row]) : 0;
    uvec4 high, low;
    [[unroll]] for (uint i = 0; i < 4; i++)
    {
        vec2 upper, rest;
        [[unroll]] for (uint j = 0; j < 2; j++)
        {
            uint x = 0u, c = column + 2 * i + j;
            if (isInside && c < columns)
            {
                if (!isA) shift = shift_of(largest_b[c]);
                x = scale(isA ? a[row * columns + c] : b[row * columns + c], shift);
            }
            // The upper bits by a mask: a conversion to binary16 and back would let a compiler find a difference of zero.
            upper[j] = uintBitsToFloat(x & 0xffffe000u);
            rest[j] = uintBitsToFloat(x) - upper[j];
            if (!isA && row == 0 && c < N) shift_b[c] = -shift;
        }
        high[i] = packHalf2x16(upper);
        low[i] = packHalf2x16(rest);
    }
    if (isA && column == 0 && isInside) shift_a[row] = -shift;
    uint steps = PADDED_K / TILE_K;
    if (isA)
    {
        const uint plane = TILE_M * TILE_K / 8;
        uint at = 2 * (row / TILE_M * steps + column / TILE_K) * plane + (row % TILE_M * TILE_K + column % TILE_K) / 8;
        planes_a[at] = high;
        planes_a[at + plane] = low;
    }
    else
    {
        const uint plane = TILE_N * TILE_K / 8;
        uint at = 2 * (column / TILE_N * steps + row / TILE_K) * plane + (row % TILE_K * TILE_N + column % TILE_N) / 8;
        planes_b[at] = high;
        planes_b[at + plane] = low;
    }
}
