#version 450
#extension GL_GOOGLE_include_directive : require

// C = A * B in the numerics profile fp32.ieee, row-major: A is M x K, B is K x N, C is M x N.
// Each workgroup computes one tile of C; tiles of A and B pass through shared memory. Every element of C is, whatever the tile
// size, the same sequence of operations: K is cut into segments, a segment is one chain of fused multiply-adds over ascending k
// from +0, and the segments' sums are added in ascending order.
//
// Compiled twice: as gemm, with the device's fma; with HLX_EXACT as gemm_exact, with an integer emulation of fma for devices
// that do not fuse, and for inputs whose sums a device would flush to zero.

layout(local_size_x = 16, local_size_y = 16, local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 2) const uint SEGMENT = 512;
const uint TILE_K = 16;

layout(set = 0, binding = 0) readonly buffer MatrixA { uint a[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { uint b[]; };
layout(set = 0, binding = 2) writeonly buffer MatrixC { uint c[]; };

layout(push_constant) uniform Shape { uint M; uint N; uint K; };

#define TILE_N gl_WorkGroupSize.x
#define TILE_M gl_WorkGroupSize.y

shared uint tile_a[TILE_M][TILE_K];
shared uint tile_b[TILE_K][TILE_N];

#ifdef HLX_EXACT
#include "fma_exact.glsl"
#define REAL uint
#define FROM_BITS(x) (x)
#define TO_BITS(x) (x)
#define MULTIPLY_ADD(x, y, z) fma_exact(x, y, z)
#define ADD(x, y) fma_exact(0x3f800000u, x, y)
const uint ZERO = 0u;
#else
#define REAL precise float
#define FROM_BITS(x) uintBitsToFloat(x)
#define TO_BITS(x) floatBitsToUint(x)
#define MULTIPLY_ADD(x, y, z) fma(x, y, z)
#define ADD(x, y) ((x) + (y))
const float ZERO = 0.0;
#endif

void main()
{
    uint column = gl_WorkGroupID.x * TILE_N + gl_LocalInvocationID.x;
    uint row = gl_WorkGroupID.y * TILE_M + gl_LocalInvocationID.y;
    uint invocations = TILE_M * TILE_N;

    REAL total = ZERO;
    for (uint start = 0; start < K; start += SEGMENT)
    {
        uint end = min(K, start + SEGMENT);
        REAL sum = ZERO;
        for (uint k0 = start; k0 < end; k0 += TILE_K)
        {
            for (uint i = gl_LocalInvocationIndex; i < TILE_M * TILE_K; i += invocations)
            {
                uint r = gl_WorkGroupID.y * TILE_M + i / TILE_K, k = k0 + i % TILE_K;
                tile_a[i / TILE_K][i % TILE_K] = r < M && k < end ? a[r * K + k] : 0u;
            }
            for (uint i = gl_LocalInvocationIndex; i < TILE_K * TILE_N; i += invocations)
            {
                uint k = k0 + i / TILE_N, n = gl_WorkGroupID.x * TILE_N + i % TILE_N;
                tile_b[i / TILE_N][i % TILE_N] = k < end && n < N ? b[k * N + n] : 0u;
            }
            barrier();
            uint depth = min(TILE_K, end - k0); // padding with zeros could turn a sum of -0 into +0
            for (uint k = 0; k < depth; k++)
            {
                sum = MULTIPLY_ADD(FROM_BITS(tile_a[gl_LocalInvocationID.y][k]), FROM_BITS(tile_b[k][gl_LocalInvocationID.x]), sum);
            }
            barrier();
        }
        total = start == 0 ? sum : ADD(total, sum);
    }

    if (row >= M || column >= N) return;
    uint bits = TO_BITS(total);
    c[row * N + column] = (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : bits; // one NaN for everyone
}
