#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require

// C = activation(alpha * op(A) * op(B) + beta * C + bias) in fp32.ieee on a device whose fma fuses. A workgroup computes a tile of C
// of BM x BN elements, an invocation TM x TN of them in registers. Tiles of A and B of depth BK pass through shared memory, which has
// two stages: while one is multiplied, the next is fetched into registers and then stored into the other, so that one barrier
// a tile is enough. An element of C is one chain of fma over ascending k, or the sum of two such chains (NumericsProfile), whatever the
// tile. With SLICES = 2 each chain has its own half of the invocations.
//
// Loads beyond K give -0 for A and +0 for B: adding their product, -0, changes nothing, not even the sign of a zero. Rows and columns
// beyond M and N repeat the last ones and are not stored, so no access leaves its matrix.

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint BM = 64;
layout(constant_id = 2) const uint BN = 64;
layout(constant_id = 3) const uint BK = 8;
layout(constant_id = 4) const uint WM = 32; // of 32 invocations' tile
layout(constant_id = 5) const uint WN = 32;
layout(constant_id = 6) const uint TM = 8;  // TM and TN are multiples of 4
layout(constant_id = 7) const uint TN = 4;
layout(constant_id = 8) const uint SLICES = 1;
layout(constant_id = 9) const bool TRANSPOSE_A = false;
layout(constant_id = 10) const bool TRANSPOSE_B = false;
layout(constant_id = 11) const bool VECTOR_A = true; // whether rows can be read four numbers at a time
layout(constant_id = 12) const bool VECTOR_B = true;
layout(constant_id = 13) const bool VECTOR_C = true;
layout(constant_id = 14) const bool TAIL = false;    // whether a chain's length may not be a multiple of BK
layout(constant_id = 15) const bool BY_COLUMN = false;
const uint BAND = 8;

layout(set = 0, binding = 0) readonly buffer MatrixA { float a1[]; };
layout(set = 0, binding = 0) readonly buffer MatrixA4 { vec4 a4[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { float b1[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB4 { vec4 b4[]; };
layout(set = 0, binding = 2) buffer MatrixC { uint c1[]; };
layout(set = 0, binding = 2) buffer MatrixC4 { uvec4 c4[]; };
layout(set = 0, binding = 3) readonly buffer Bias { uint bias[]; };
layout(set = 0, binding = 4) readonly buffer Before { uint before[]; }; // C as it was

layout(push_constant) uniform Problem
{
    uint M, N, K, FIRST; // FIRST: the length of the first chain
    uint LDA, LDB, LDC;  // elements from one row to the next, as stored
    uint STRIDE_A, STRIDE_B, STRIDE_C;
    uint ALPHA, BETA;
    int SHIFT;
};

#include "fma_exact.glsl"
#include "gemm_epilogue.glsl"

const bool HAS_EPILOGUE = HAS_ALPHA || HAS_BETA || HAS_BIAS || SCALED || ACTIVATION != 0;

const uint LANES_N = WN / TN, LANES_M = WM / TM;
const uint THREADS = (BM / TM) * (BN / TN);           // of a slice
const uint ROW_A = BM / 4 + 1, ROW_B = BN / 4;        // of a tile in shared memory, in vectors; the one more avoids bank conflicts
const uint STAGE_A = BK * ROW_A, STAGE_B = BK * ROW_B;
const uint LOADS_A = BM * BK / 4 / THREADS, LOADS_B = BN * BK / 4 / THREADS;
const uint SHARED_A = 2 * SLICES * STAGE_A, SHARED_B = 2 * SLICES * STAGE_B;
const uint ALONG_A = TRANSPOSE_A ? BM / 4 : BK / 4, ALONG_B = TRANSPOSE_B ? BK / 4 : BN / 4; // loads of a stored row
const uint ACROSS_A = THREADS / ALONG_A, ACROSS_B = THREADS / ALONG_B;

shared vec4 tile_a[SHARED_A];
shared vec4 tile_b[SHARED_B];

// Four numbers of a stored row. offset is in the buffer, along is in the row, which is 'extent' long; beyond it the padding stands.
vec4 read_a(uint offset, uint along, uint extent)
{
    if (VECTOR_A) return TAIL && !TRANSPOSE_A && along >= extent ? vec4(-0.0) : a4[offset / 4];
    vec4 v;
    [[unroll]] for (uint i = 0; i < 4; i++)
    {
        if (TRANSPOSE_A) v[i] = a1[offset - along + min(along + i, extent - 1)];
        else v[i] = along + i < extent ? a1[offset + i] : -0.0;
    }
    return v;
}

vec4 read_b(uint offset, uint along, uint extent)
{
    if (VECTOR_B) return TAIL && TRANSPOSE_B && along >= extent ? vec4(0.0) : b4[offset / 4];
    vec4 v;
    [[unroll]] for (uint i = 0; i < 4; i++)
    {
        if (!TRANSPOSE_B) v[i] = b1[offset - along + min(along + i, extent - 1)];
        else v[i] = along + i < extent ? b1[offset + i] : 0.0;
    }
    return v;
}

#define FETCH(first) { \
    uint k0 = (first); \
    [[unroll]] for (uint i = 0; i < LOADS_A; i++) \
        next_a[i] = TAIL && TRANSPOSE_A && k0 + k_of_a + i * ACROSS_A >= end ? vec4(-0.0) \
            : read_a(from_a[i] + (TRANSPOSE_A ? k0 * LDA : k0), TRANSPOSE_A ? row_of_a : k0 + k_of_a, TRANSPOSE_A ? M : end); \
    [[unroll]] for (uint i = 0; i < LOADS_B; i++) \
        next_b[i] = TAIL && !TRANSPOSE_B && k0 + k_of_b + i * ACROSS_B >= end ? vec4(0.0) \
            : read_b(from_b[i] + (TRANSPOSE_B ? k0 : k0 * LDB), TRANSPOSE_B ? k0 + k_of_b : column_of_b, TRANSPOSE_B ? end : N); \
}
#define STASH { \
    [[unroll]] for (uint i = 0; i < LOADS_A; i++) { \
        if (TRANSPOSE_A) tile_a[to_a + i * ACROSS_A * ROW_A] = next_a[i]; \
        else [[unroll]] for (uint j = 0; j < 4; j++) tile_a[to_a + j * ROW_A + i * ACROSS_A / 4][component_a] = next_a[i][j]; \
    } \
    [[unroll]] for (uint i = 0; i < LOADS_B; i++) { \
        if (!TRANSPOSE_B) tile_b[to_b + i * ACROSS_B * ROW_B] = next_b[i]; \
        else [[unroll]] for (uint j = 0; j < 4; j++) tile_b[to_b + j * ROW_B + i * ACROSS_B / 4][component_b] = next_b[i][j]; \
    } \
}
#define LOAD(p, k) { \
    [[unroll]] for (uint i = 0; i < TM / 4; i++) fragment_a[p][i] = tile_a[at_a + (k) * ROW_A + i * LANES_M]; \
    [[unroll]] for (uint j = 0; j < TN / 4; j++) fragment_b[p][j] = tile_b[at_b + (k) * ROW_B + j * LANES_N]; \
}
#define ONE_FMA(p, i, j) sums[i][(j) / 4][(j) % 4] = fma(fragment_b[p][(j) / 4][(j) % 4], fragment_a[p][(i) / 4][(i) % 4], sums[i][(j) / 4][(j) % 4]);
// To and fro, so that each fma shares an operand with the one before: registers can then be read fast enough.
#define MULTIPLY(p) { \
    if (BY_COLUMN) { [[unroll]] for (uint j = 0; j < TN; j++) [[unroll]] for (uint i = 0; i < TM; i++) ONE_FMA(p, (j % 2 == 0 ? i : TM - 1 - i), j) } \
    else { [[unroll]] for (uint i = 0; i < TM; i++) [[unroll]] for (uint j = 0; j < TN; j++) ONE_FMA(p, i, (i % 2 == 0 ? j : TN - 1 - j)) } \
}

void main()
{
    // Workgroups go through C in bands of BAND rows of tiles, so that those that run together share tiles in the cache.
    uint tiles_n = (N + BN - 1) / BN, tiles_m = (M + BM - 1) / BM;
    uint first_row = gl_WorkGroupID.x / (BAND * tiles_n) * BAND;
    uint height = min(BAND, tiles_m - first_row), in_band = gl_WorkGroupID.x - first_row * tiles_n;
    uint row0 = (first_row + in_band % height) * BM, column0 = in_band / height * BN;
    uint batch = gl_WorkGroupID.y;

    uint slice = SLICES == 1 ? 0 : gl_LocalInvocationIndex / THREADS;
    uint id = SLICES == 1 ? gl_LocalInvocationIndex : gl_LocalInvocationIndex % THREADS;
    uint group = id / 32, lane = id % 32;
    uint lane_row = lane / LANES_N, lane_column = lane % LANES_N;
    if (LANES_M == 8 && LANES_N == 4) { lane_row = lane / 8 * 2 + lane % 2; lane_column = lane / 2 % 4; }
    if (LANES_M == 4 && LANES_N == 8) { lane_row = lane / 2 % 4; lane_column = lane / 8 * 2 + lane % 2; }
    uint row_in_tile = group / (BN / WN) * WM + 4 * lane_row, column_in_tile = group % (BN / WN) * WN + 4 * lane_column;

    // What this invocation copies of a tile.
    uint k_of_a = TRANSPOSE_A ? id / ALONG_A : 4 * (id % ALONG_A), k_of_b = TRANSPOSE_B ? 4 * (id % ALONG_B) : id / ALONG_B;
    uint row_in_a = TRANSPOSE_A ? 4 * (id % ALONG_A) : id / ALONG_A, column_in_b = TRANSPOSE_B ? id / ALONG_B : 4 * (id % ALONG_B);
    uint row_of_a = VECTOR_A ? min(row0 + row_in_a, M - 4) : min(row0 + row_in_a, M - 1);           // if A is stored transposed
    uint column_of_b = VECTOR_B ? min(column0 + column_in_b, N - 4) : min(column0 + column_in_b, N - 1); // if B is not
    uint component_a = row_in_a % 4, component_b = column_in_b % 4;
    uint from_a[LOADS_A], from_b[LOADS_B];
    [[unroll]] for (uint i = 0; i < LOADS_A; i++)
        from_a[i] = batch * STRIDE_A + (TRANSPOSE_A ? row_of_a + (k_of_a + i * ACROSS_A) * LDA : min(row0 + row_in_a + i * ACROSS_A, M - 1) * LDA + k_of_a);
    [[unroll]] for (uint i = 0; i < LOADS_B; i++)
        from_b[i] = batch * STRIDE_B + (TRANSPOSE_B ? min(column0 + column_in_b + i * ACROSS_B, N - 1) * LDB + k_of_b : column_of_b + (k_of_b + i * ACROSS_B) * LDB);

    uint base_a = slice * 2 * STAGE_A, base_b = slice * 2 * STAGE_B;
    uint first_at_a = base_a + row_in_tile / 4, first_at_b = base_b + column_in_tile / 4;
    uint first_to_a = base_a + k_of_a * ROW_A + row_in_a / 4, first_to_b = base_b + k_of_b * ROW_B + column_in_b / 4;
    uint at_a = first_at_a, at_b = first_at_b, to_a = first_to_a, to_b = first_to_b;

    vec4 sums[TM][TN / 4];
    vec4 next_a[LOADS_A], next_b[LOADS_B];
    vec4 fragment_a[2][TM / 4], fragment_b[2][TN / 4];

    uint k = SLICES == 2 && slice == 1 ? FIRST : 0, end = SLICES == 2 && slice == 0 ? FIRST : K;
    uint steps = ((SLICES == 2 ? FIRST : K) + BK - 1) / BK; // the same number of barriers for both slices
    uint last = TAIL ? 0xffffffffu : end - BK;              // what is fetched after the last tile is not used
    [[unroll]] for (uint i = 0; i < TM; i++) [[unroll]] for (uint j = 0; j < TN / 4; j++) sums[i][j] = vec4(0.0);
    FETCH(k)
    STASH
    barrier();
    LOAD(0, 0)
    for (uint step = 0; step < steps; step++)
    {
        to_a = 2 * first_to_a + STAGE_A - to_a;
        to_b = 2 * first_to_b + STAGE_B - to_b;
        k += BK;
        FETCH(min(k, last))
        [[unroll]] for (uint depth = 0; depth < BK; depth++)
        {
            if (depth == BK - 1)
            {
                STASH
                barrier();
                at_a = 2 * first_at_a + STAGE_A - at_a;
                at_b = 2 * first_at_b + STAGE_B - at_b;
            }
            LOAD((depth + 1) % 2, (depth + 1) % BK)
            MULTIPLY(depth % 2)
        }
    }

    if (SLICES == 2)
    {
        // The second chain's sums pass through shared memory, a row of each invocation's tile at a time.
        [[unroll]] for (uint i = 0; i < TM; i++)
        {
            barrier();
            if (slice == 1) [[unroll]] for (uint j = 0; j < TN / 4; j++) tile_b[id + j * THREADS] = sums[i][j];
            barrier();
            if (slice == 0) [[unroll]] for (uint j = 0; j < TN / 4; j++) sums[i][j] = sums[i][j] + tile_b[id + j * THREADS];
        }
        if (slice == 1) return;
    }

    [[unroll]] for (uint i = 0; i < TM; i++)
    {
        uint row = row0 + row_in_tile + i / 4 * 4 * LANES_M + i % 4;
        if (row >= M) continue;
        uint line = batch * STRIDE_C + row * LDC;
        [[unroll]] for (uint j = 0; j < TN / 4; j++)
        {
            uint column = column0 + column_in_tile + 4 * j * LANES_N;
            uvec4 bits = mix(floatBitsToUint(sums[i][j]), uvec4(0x7fc00000u), isnan(sums[i][j])); // one NaN for everyone
            if (VECTOR_C) { if (column < N) c4[(line + column) / 4] = bits; }
            else [[unroll]] for (uint x = 0; x < 4; x++) if (column + x < N) c1[line + column + x] = bits[x];
        }
    }
    if (!HAS_EPILOGUE) return;

    // On what this invocation has just stored, so that the code stands here once and not for each element in registers.
    [[dont_unroll]] for (uint i = 0; i < TM * TN; i++)
    {
        uint row = row0 + row_in_tile + i / TN / 4 * 4 * LANES_M + i / TN % 4;
        uint column = column0 + column_in_tile + i % TN / 4 * 4 * LANES_N + i % 4;
        if (row >= M || column >= N) continue;
        uint at = batch * STRIDE_C + row * LDC + column;
        c1[at] = epilogue(c1[at], HAS_BETA ? before[at] : 0u, HAS_BIAS ? bias[column] : 0u);
    }
}
