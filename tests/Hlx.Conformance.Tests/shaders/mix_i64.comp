#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require

// A round of xorshift64* on each number (G. Marsaglia, Xorshift RNGs; S. Vigna, An experimental exploration of Marsaglia's xorshift generators).
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) readonly buffer X { int64_t x[]; };
layout(set = 0, binding = 1) writeonly buffer Y { int64_t y[]; };
layout(push_constant) uniform Parameters { int64_t factor; uint count; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    uint64_t state = uint64_t(x[i]);
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    y[i] = int64_t(state * uint64_t(factor));
}
