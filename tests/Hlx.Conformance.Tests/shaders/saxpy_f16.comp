#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_shader_16bit_storage : require

// y = a·x + y in binary16.
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) readonly buffer X { float16_t x[]; };
layout(set = 0, binding = 1) buffer Y { float16_t y[]; };
layout(push_constant) uniform Parameters { float a; uint count; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    precise float16_t product = float16_t(a) * x[i];
    precise float16_t sum = product + y[i];
    y[i] = sum;
}
