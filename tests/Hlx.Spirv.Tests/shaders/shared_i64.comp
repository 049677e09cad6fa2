#version 450
#extension GL_EXT_shader_explicit_arithmetic_types : require

// The size of shared memory follows from a specialization constant of 64 bits.

layout(local_size_x = 32) in;
layout(constant_id = 0) const uint64_t N = 4ul;
layout(set = 0, binding = 0) buffer Y { float y[]; };
shared float x[uint(N * 2ul)];

void main()
{
    x[gl_LocalInvocationIndex % 8] = 1;
    barrier();
    y[gl_GlobalInvocationID.x] = x[0];
}
