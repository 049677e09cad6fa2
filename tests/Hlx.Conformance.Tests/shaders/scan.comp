#version 450

// Inclusive prefix sums within each workgroup of 128 (Hillis and Steele), and each workgroup's total as a second output.
layout(local_size_x = 128) in;
layout(set = 0, binding = 0) readonly buffer X { int x[]; };
layout(set = 0, binding = 1) writeonly buffer Prefix { int prefix[]; };
layout(set = 1, binding = 0) writeonly buffer Totals { int totals[]; };
layout(push_constant) uniform Parameters { uint count; };
shared int values[128];

void main()
{
    uint i = gl_GlobalInvocationID.x, lane = gl_LocalInvocationID.x;
    values[lane] = i < count ? x[i] : 0;
    barrier();
    for (uint step = 1; step < 128; step *= 2)
    {
        int before = lane >= step ? values[lane - step] : 0;
        barrier();
        values[lane] += before;
        barrier();
    }
    if (i < count) prefix[i] = values[lane];
    if (lane == 127) totals[gl_WorkGroupID.x] = values[127];
}
