#version 450

// Counts of byte values, four to a word, with integer atomics; the counts start from what the buffer holds.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer Bytes { uint words[]; };
layout(set = 0, binding = 1) buffer Counts { uint counts[256]; };
layout(push_constant) uniform Parameters { uint word_count; };

void main()
{
    if (gl_GlobalInvocationID.x >= word_count) return;
    uint word = words[gl_GlobalInvocationID.x];
    for (uint shift = 0; shift < 32; shift += 8) atomicAdd(counts[(word >> shift) & 255u], 1u);
}
