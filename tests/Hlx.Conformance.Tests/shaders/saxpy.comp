#version 450

// y = a·x + y, with one rounding for the product and one for the sum.
layout(local_size_x_id = 0) in;
layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) buffer Y { float y[]; };
layout(push_constant) uniform Parameters { uint count; float a; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    precise float product = a * x[i];
    precise float sum = product + y[i];
    y[i] = sum;
}
