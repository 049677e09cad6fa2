#version 450

// A sparse matrix in compressed rows times a vector of integers.
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) readonly buffer Starts { uint starts[]; };
layout(set = 0, binding = 1) readonly buffer Columns { uint columns[]; };
layout(set = 0, binding = 2) readonly buffer Values { int values[]; };
layout(set = 0, binding = 3) readonly buffer Vector { int vector[]; };
layout(set = 0, binding = 4) writeonly buffer Result { int result[]; };
layout(push_constant) uniform Parameters { uint rows; };

void main()
{
    uint row = gl_GlobalInvocationID.x;
    if (row >= rows) return;
    int sum = 0;
    for (uint i = starts[row]; i < starts[row + 1]; i++) sum += values[i] * vector[columns[i]];
    result[row] = sum;
}
