#version 450
#extension GL_GOOGLE_include_directive : require

// C = activation(alpha * op(A) * op(B) + beta * C + bias) in fp32.ieee with the integer emulation of fma: for devices whose fma does not
// fuse, and for products in which a device would flush numbers to zero. Plain 16 x 16 tiles, one element an invocation.
//
// Where a device ends long loops, a chain is made in several dispatches: C holds its sum so far, and each goes on with k from START to K.

layout(local_size_x = 16, local_size_y = 16) in;
layout(constant_id = 9) const bool TRANSPOSE_A = false;
layout(constant_id = 10) const bool TRANSPOSE_B = false;

layout(set = 0, binding = 0) readonly buffer MatrixA { uint a[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { uint b[]; };
layout(set = 0, binding = 2) buffer MatrixC { uint c[]; };
layout(set = 0, binding = 3) readonly buffer Bias { uint bias[]; };
layout(set = 0, binding = 4) readonly buffer Before { uint before[]; }; // C as it was

layout(push_constant) uniform Problem
{
    uint M, N, K, FIRST; // FIRST: the length of the first chain
    uint LDA, LDB, LDC;  // elements from one row to the next, as stored
    uint STRIDE_A, STRIDE_B, STRIDE_C;
    uint ALPHA, BETA;
    int SHIFT;
    uint START;          // the k of the first product
};

#define HLX_EXACT
#include "fma_exact.glsl"
#include "activation.glsl"
#include "gemm_epilogue.glsl"

const uint TILE = 16;
shared uint tile_a[TILE][TILE];
shared uint tile_b[TILE][TILE];

uint chain(uint sum, uint start, uint end)
{
    uint x = gl_LocalInvocationID.x, y = gl_LocalInvocationID.y;
    uint row0 = gl_WorkGroupID.y * TILE, column0 = gl_WorkGroupID.x * TILE, batch = gl_WorkGroupID.z;
    for (uint k0 = start; k0 < end; k0 += TILE)
    {
        // Neighbouring invocations read neighbouring elements, whichever way the matrix is stored.
        uint row = row0 + (TRANSPOSE_A ? x : y), k_of_a = k0 + (TRANSPOSE_A ? y : x);
        uint column = column0 + (TRANSPOSE_B ? y : x), k_of_b = k0 + (TRANSPOSE_B ? x : y);
        uint element_a = row < M && k_of_a < end ? a[batch * STRIDE_A + (TRANSPOSE_A ? k_of_a * LDA + row : row * LDA + k_of_a)] : 0u;
        uint element_b = column < N && k_of_b < end ? b[batch * STRIDE_B + (TRANSPOSE_B ? column * LDB + k_of_b : k_of_b * LDB + column)] : 0u;
        tile_a[TRANSPOSE_A ? x : y][TRANSPOSE_A ? y : x] = element_a;
        tile_b[TRANSPOSE_B ? x : y][TRANSPOSE_B ? y : x] = element_b;
        barrier();
        uint depth = min(TILE, end - k0); // padding with zeros could turn a sum of -0 into +0
        for (uint k = 0; k < depth; k++) sum = fma_exact(tile_a[y][k], tile_b[k][x], sum);
        barrier();
    }
    return sum;
}

void main()
{
    uint column = gl_GlobalInvocationID.x, row = gl_GlobalInvocationID.y;
    bool isInside = row < M && column < N;
    uint at = gl_WorkGroupID.z * STRIDE_C + row * LDC + column;
    uint sum = chain(START > 0 && isInside ? c[at] : 0u, START, FIRST);
    if (FIRST < K) sum = fma_exact(ONE, sum, chain(0u, FIRST, K));
    if (!isInside) return;
    c[at] = epilogue(sum, HAS_BETA ? before[at] : 0u, HAS_BIAS ? bias[column] : 0u);
}
