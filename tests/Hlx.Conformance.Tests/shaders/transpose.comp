#version 450

// A transposed matrix of 32-bit words, through a tile in shared memory.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0) readonly buffer A { uint a[]; };
layout(set = 0, binding = 1) writeonly buffer B { uint b[]; };
layout(push_constant) uniform Parameters { uint rows; uint columns; };
shared uint tile[8][9];

void main()
{
    uint column = gl_GlobalInvocationID.x, row = gl_GlobalInvocationID.y;
    if (row < rows && column < columns) tile[gl_LocalInvocationID.y][gl_LocalInvocationID.x] = a[row * columns + column];
    barrier();
    uint target_column = gl_WorkGroupID.y * 8 + gl_LocalInvocationID.x, target_row = gl_WorkGroupID.x * 8 + gl_LocalInvocationID.y;
    if (target_row < columns && target_column < rows) b[target_row * rows + target_column] = tile[gl_LocalInvocationID.x][gl_LocalInvocationID.y];
}
