#version 450
#extension GL_EXT_shader_atomic_float : require

// A control that must not be deterministic: a sum in the order in which invocations happen to come.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer X { float x[]; };
layout(set = 0, binding = 1) buffer Sum { float sum; };
layout(push_constant) uniform Parameters { uint count; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i < count) atomicAdd(sum, x[i]);
}
