#version 450

// How many turns of loops does this device keep? The first workgroup makes them in one loop, the second in two nested ones. Each turn is a step of
// a sequence without a shorter way to its end, so that the compiler must keep the loop, and the host finds from the last state how many were made.

layout(local_size_x = 1) in;

layout(set = 0, binding = 0) writeonly buffer States { uint states[]; };

layout(push_constant) uniform Parameters { uint TURNS, INNER, SEED, FACTOR, ADDEND; };

void main()
{
    uint inner = gl_WorkGroupID.x == 0 ? TURNS : INNER, outer = TURNS / inner, state = SEED;
    for (uint i = 0; i < outer; i++)
        for (uint j = 0; j < inner; j++) state = state * FACTOR + ADDEND;
    states[gl_WorkGroupID.x] = state;
}
