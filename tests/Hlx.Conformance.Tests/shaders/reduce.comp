#version 450

// The sum of 256 unsigned integers for each workgroup, as a tree in shared memory.
layout(local_size_x = 256) in;
layout(set = 0, binding = 0) readonly buffer X { uint x[]; };
layout(set = 0, binding = 1) writeonly buffer Sums { uint sums[]; };
layout(push_constant) uniform Parameters { uint count; };
shared uint partial[256];

void main()
{
    uint i = gl_GlobalInvocationID.x, lane = gl_LocalInvocationID.x;
    partial[lane] = i < count ? x[i] : 0u;
    barrier();
    for (uint step = 128; step > 0; step /= 2)
    {
        if (lane < step) partial[lane] += partial[lane + step];
        barrier();
    }
    if (lane == 0) sums[gl_WorkGroupID.x] = partial[0];
}
