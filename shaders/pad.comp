#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_16bit_storage : require

// Copies a matrix, or its transpose, into one that is padded with zeros. Compiled for elements of 8 and of 16 bits.

layout(local_size_x = 256) in;
layout(constant_id = 0) const bool TRANSPOSE = false;

layout(set = 0, binding = 0) readonly buffer From { ELEMENT from[]; };
layout(set = 0, binding = 1) writeonly buffer To { ELEMENT to[]; };

layout(push_constant) uniform Shape { uint ROWS, COLUMNS, PADDED_ROWS, PADDED_COLUMNS; }; // of what is written

void main()
{
    uint column = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;
    if (column >= PADDED_COLUMNS) return;
    bool isInside = row < ROWS && column < COLUMNS;
    to[row * PADDED_COLUMNS + column] = isInside ? from[TRANSPOSE ? column * ROWS + row : row * COLUMNS + column] : ELEMENT(0);
}
