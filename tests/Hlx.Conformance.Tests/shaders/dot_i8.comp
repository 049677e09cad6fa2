#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_8bit_storage : require

// The dot product of each row of two matrices of 8-bit integers.
layout(local_size_x = 32) in;
layout(constant_id = 3) const uint columns = 16;
layout(set = 0, binding = 0) readonly buffer X { int8_t x[]; };
layout(set = 0, binding = 1) readonly buffer Y { int8_t y[]; };
layout(set = 0, binding = 2) writeonly buffer Dots { int dots[]; };
layout(push_constant) uniform Parameters { uint count; };

void main()
{
    uint row = gl_GlobalInvocationID.x;
    if (row >= count) return;
    int sum = 0;
    for (uint i = 0; i < columns; i++) sum += int(x[row * columns + i]) * int(y[row * columns + i]);
    dots[row] = sum;
}
