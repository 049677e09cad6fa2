#version 450
// Counts the workgroups that ran, in two words.
layout(local_size_x = 256) in;
layout(binding = 0) buffer Count { uint count[2]; };
void main() {
    if (gl_LocalInvocationIndex != 0) return;
    if (atomicAdd(count[0], 1u) == 0xFFFFFFFFu) atomicAdd(count[1], 1u);
}
