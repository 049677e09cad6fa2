#version 450

// C = A * B in plain tiles of the workgroup's size, row-major: A is M x K, B is K x N, C is M x N. The shader of the README's example, as a
// user would write one; the operator's own kernels are gemm_fma.comp and gemm_exact.comp.

layout(local_size_x = 16, local_size_y = 16, local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 2) const uint TILE_K = 16;

layout(set = 0, binding = 0) readonly buffer MatrixA { float a[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { float b[]; };
layout(set = 0, binding = 2) writeonly buffer MatrixC { float c[]; };

layout(push_constant) uniform Shape { uint M; uint N; uint K; };

#define TILE_N gl_WorkGroupSize.x
#define TILE_M gl_WorkGroupSize.y

shared float tile_a[TILE_M][TILE_K];
shared float tile_b[TILE_K][TILE_N];

void main()
{
    uint column = gl_WorkGroupID.x * TILE_N + gl_LocalInvocationID.x;
    uint row = gl_WorkGroupID.y * TILE_M + gl_LocalInvocationID.y;
    uint invocations = TILE_M * TILE_N;

    float sum = 0.0;
    for (uint k0 = 0; k0 < K; k0 += TILE_K)
    {
        for (uint i = gl_LocalInvocationIndex; i < TILE_M * TILE_K; i += invocations)
        {
            uint r = gl_WorkGroupID.y * TILE_M + i / TILE_K, k = k0 + i % TILE_K;
            tile_a[i / TILE_K][i % TILE_K] = r < M && k < K ? a[r * K + k] : 0.0;
        }
        for (uint i = gl_LocalInvocationIndex; i < TILE_K * TILE_N; i += invocations)
        {
            uint k = k0 + i / TILE_N, n = gl_WorkGroupID.x * TILE_N + i % TILE_N;
            tile_b[i / TILE_N][i % TILE_N] = k < K && n < N ? b[k * N + n] : 0.0;
        }
        barrier();
        for (uint k = 0; k < TILE_K; k++) sum = fma(tile_a[gl_LocalInvocationID.y][k], tile_b[k][gl_LocalInvocationID.x], sum);
        barrier();
    }
    if (row < M && column < N) c[row * N + column] = sum;
}
