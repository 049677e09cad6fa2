#version 450

// y = a·x + y in binary64, with one rounding for the product and one for the sum.
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) readonly buffer X { double x[]; };
layout(set = 0, binding = 1) buffer Y { double y[]; };
layout(push_constant) uniform Parameters { double a; uint count; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    precise double product = a * x[i];
    precise double sum = product + y[i];
    y[i] = sum;
}
