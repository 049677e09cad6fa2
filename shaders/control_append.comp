#version 450

// A control that must not be deterministic: a list in the order in which invocations happen to come.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) buffer List { uint count, list[]; };
layout(push_constant) uniform Parameters { uint entries; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i < entries) list[atomicAdd(count, 1)] = i;
}
