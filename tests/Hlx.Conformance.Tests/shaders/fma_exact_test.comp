#version 450
#extension GL_GOOGLE_include_directive : require
#include "fma_exact.glsl"

// One emulated fused multiply-add for each invocation, on given bits.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer X { uint x[]; };
layout(set = 0, binding = 1) readonly buffer Y { uint y[]; };
layout(set = 0, binding = 2) readonly buffer Z { uint z[]; };
layout(set = 0, binding = 3) writeonly buffer R { uint r[]; };
layout(push_constant) uniform Parameters { uint count; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i < count) r[i] = fma_exact(x[i], y[i], z[i]);
}
