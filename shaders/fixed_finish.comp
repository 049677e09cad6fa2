#version 450
#extension GL_GOOGLE_include_directive : require

// C from the sums of fp32.fixed: (sum of group g times 2^(24 - 8g)) times the units of row and column, in integers, rounded once to binary32.

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint GROUPS = 3;

layout(set = 0, binding = 0) readonly buffer Sums { int sums[]; };
layout(set = 0, binding = 1) readonly buffer ExponentA { int exponent_a[]; };
layout(set = 0, binding = 2) readonly buffer ExponentB { int exponent_b[]; };
layout(set = 0, binding = 3) writeonly buffer MatrixC { uint c[]; };

layout(push_constant) uniform Shape { uint M, N; };

#include "fma_exact.glsl"

void main()
{
    uint column = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;
    if (column >= N) return;
    uvec2 total = uvec2(0u); // 64 bits, two's complement: low, high
    for (uint group = 0; group < GROUPS; group++)
    {
        int sum = sums[(group * M + row) * N + column];
        uint carry;
        uvec2 shifted = shift_left64(uvec2(uint(sum), sum < 0 ? 0xffffffffu : 0u), 24u - 8u * group);
        total.x = uaddCarry(total.x, shifted.x, carry);
        total.y += shifted.y + carry;
    }
    uint sign = total.y & 0x80000000u;
    if (sign != 0u)
    {
        uint borrow;
        uvec2 negated;
        negated.x = usubBorrow(0u, total.x, borrow);
        negated.y = 0u - total.y - borrow;
        total = negated;
    }
    // Digit 0 of both stands for 2^32 units, so a unit of the total is 2^8 units of the product.
    c[row * N + column] = (total.x | total.y) == 0u ? 0u : round_to_binary32(sign, total, exponent_a[row] + exponent_b[column] + 8);
}
