#version 450
#extension GL_EXT_control_flow_attributes : require

// The sums of fp32.fixed on a device without matrix units: for g = 0, 1, ... the integer sum over k and over i + j = g of the products of digit i
// of A and digit j of B, in plane g of C. Nothing can overflow up to K = 32768. One loop is left: some devices end long ones.

layout(local_size_x = 16, local_size_y = 16) in;
layout(constant_id = 0) const uint GROUPS = 3;

layout(set = 0, binding = 0) readonly buffer PlanesA { uvec4 planes_a[]; };
layout(set = 0, binding = 1) readonly buffer PlanesB { uvec4 planes_b[]; };
layout(set = 0, binding = 2) writeonly buffer Sums { int sums[]; };

layout(push_constant) uniform Shape { uint M, N, STEPS; }; // STEPS: of 16 along K

void main()
{
    uint column = gl_GlobalInvocationID.x, row = gl_GlobalInvocationID.y;
    if (row >= M || column >= N) return;
    int groups[4] = int[4](0, 0, 0, 0);
    for (uint step = 0; step < STEPS; step++)
    {
        uvec4 words_a[3], words_b[3];
        [[unroll]] for (uint digit = 0; digit < 3; digit++)
        {
            words_a[digit] = planes_a[(row * STEPS + step) * 3 + digit];
            words_b[digit] = planes_b[(column * STEPS + step) * 3 + digit];
        }
        [[unroll]] for (int k = 0; k < 16; k++)
        {
            int left[3], right[3];
            [[unroll]] for (uint digit = 0; digit < 3; digit++)
            {
                left[digit] = bitfieldExtract(int(words_a[digit][k / 4]), 8 * (k % 4), 8);
                right[digit] = bitfieldExtract(int(words_b[digit][k / 4]), 8 * (k % 4), 8);
            }
            groups[0] += left[0] * right[0];
            groups[1] += left[0] * right[1] + left[1] * right[0];
            groups[2] += left[0] * right[2] + left[1] * right[1] + left[2] * right[0];
            if (GROUPS == 4) groups[3] += left[1] * right[2] + left[2] * right[1];
        }
    }
    for (uint group = 0; group < GROUPS; group++) sums[(group * M + row) * N + column] = groups[group];
}
