#version 450

// The bits of each element inverted.
layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(set = 0, binding = 0) readonly buffer X { uint x[]; };
layout(set = 0, binding = 1) writeonly buffer Y { uint y[]; };
layout(push_constant) uniform Parameters { uint rows; uint columns; };

void main()
{
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x < columns && at.y < rows) y[at.y * columns + at.x] = ~x[at.y * columns + at.x];
}
