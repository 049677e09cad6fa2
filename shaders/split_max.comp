#version 450
#extension GL_KHR_shader_subgroup_arithmetic : require

// The largest magnitude of each row of A (z = 0) and of each column of B (z = 1), as bits, which for magnitudes have the order of the
// numbers. A workgroup goes through 32 rows of 256 columns. The largest of integers does not depend on the order of the atomics.

layout(local_size_x = 256) in;
const uint ROWS = 32;

layout(set = 0, binding = 0) readonly buffer MatrixA { uint a[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { uint b[]; };
layout(set = 0, binding = 2) buffer LargestA { uint largest_a[]; };
layout(set = 0, binding = 3) buffer LargestB { uint largest_b[]; };

layout(push_constant) uniform Shape { uint M, N, K; };

void main()
{
    uint column = gl_GlobalInvocationID.x, row0 = gl_WorkGroupID.y * ROWS;
    if (gl_WorkGroupID.z == 0)
    {
        for (uint row = row0; row < min(M, row0 + ROWS); row++)
        {
            uint largest = subgroupMax(column < K ? a[row * K + column] & 0x7fffffffu : 0u);
            if (subgroupElect()) atomicMax(largest_a[row], largest);
        }
        return;
    }
    if (column >= N) return;
    uint largest = 0;
    for (uint row = row0; row < min(K, row0 + ROWS); row++) largest = max(largest, b[row * N + column] & 0x7fffffffu);
    if (largest > 0) atomicMax(largest_b[column], largest);
}
