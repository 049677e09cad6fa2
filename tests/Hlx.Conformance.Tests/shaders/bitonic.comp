#version 450

// One step of a bitonic sort of a power of two of unsigned integers.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer Before { uint before[]; };
layout(set = 0, binding = 1) writeonly buffer After { uint after[]; };
layout(push_constant) uniform Parameters { uint count; uint block; uint distance; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    uint partner = i ^ distance;
    bool ascending = (i & block) == 0u, lower = i < partner;
    uint mine = before[i], other = before[partner];
    after[i] = lower == ascending ? min(mine, other) : max(mine, other);
}
