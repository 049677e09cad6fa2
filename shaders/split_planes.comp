#version 450

// Splits A (z = 0) and B (z = 1) into two planes of binary16 each: x * 2^shift = high + low + rest, where shift lifts the largest magnitude
// of the row of A or column of B to [2^14, 2^15), high has the upper 11 bits of x, low the next 11, and the rest is less than 2^-22 of x or
// 2^-25. Planes are padded with zeros. An invocation writes 8 numbers of each plane. What undoes the scaling is written beside.

layout(local_size_x = 256) in;

layout(set = 0, binding = 0) readonly buffer MatrixA { uint a[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { uint b[]; };
layout(set = 0, binding = 2) readonly buffer LargestA { uint largest_a[]; };
layout(set = 0, binding = 3) readonly buffer LargestB { uint largest_b[]; };
layout(set = 0, binding = 4) writeonly buffer PlanesA { uvec4 planes_a[]; };
layout(set = 0, binding = 5) writeonly buffer PlanesB { uvec4 planes_b[]; };
layout(set = 0, binding = 6) writeonly buffer ShiftA { int shift_a[]; };
layout(set = 0, binding = 7) writeonly buffer ShiftB { int shift_b[]; };

layout(push_constant) uniform Shape { uint M, N, K, PADDED_M, PADDED_N, PADDED_K; };

const int TOP = 14;

int shift_of(uint largest)
{
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
    uint rows = isA ? PADDED_M : PADDED_K, stride = (isA ? PADDED_K : PADDED_N) / 8, columns = isA ? K : N;
    uint vector = gl_GlobalInvocationID.x;
    if (vector >= rows * stride) return;
    uint row = vector / stride, column = vector % stride * 8;
    bool isInside = row < (isA ? M : K);
    int shift = isA && isInside ? shift_of(largest_a[row]) : 0;
    uvec4 high, low;
    for (uint i = 0; i < 4; i++)
    {
        vec2 upper, rest;
        for (uint j = 0; j < 2; j++)
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
    if (isA)
    {
        planes_a[vector] = high;
        planes_a[rows * stride + vector] = low;
    }
    else
    {
        planes_b[vector] = high;
        planes_b[rows * stride + vector] = low;
    }
}
