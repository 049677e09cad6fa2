#version 450
#extension GL_GOOGLE_include_directive : require

// C = activation(alpha * C + beta * before + bias) on a product that gemm_fma.comp has computed. A kernel of its own: beside the product its
// code, even where it never runs, makes the H100's driver compile the product to something many times slower.

layout(local_size_x = 64) in;

layout(set = 0, binding = 0) buffer MatrixC { uint c[]; };
layout(set = 0, binding = 1) readonly buffer Bias { uint bias[]; };
layout(set = 0, binding = 2) readonly buffer Before { uint before[]; }; // C as it was

layout(push_constant) uniform Problem
{
    uint M, N, K, FIRST;
    uint LDA, LDB, LDC;
    uint STRIDE_A, STRIDE_B, STRIDE_C;
    uint ALPHA, BETA;
    int SHIFT;
};

#include "fma_exact.glsl"
#include "activation.glsl"
#include "gemm_epilogue.glsl"

void main()
{
    uint column = gl_GlobalInvocationID.x;
    if (column >= N) return;
    for (uint row = gl_WorkGroupID.y; row < M; row += gl_NumWorkGroups.y)
    {
        uint at = gl_WorkGroupID.z * STRIDE_C + row * LDC + column;
        c[at] = epilogue(c[at], HAS_BETA ? before[at] : 0u, HAS_BIAS ? bias[column] : 0u);
    }
}
