#version 450
#extension GL_EXT_control_flow_attributes : require

// C = op(A) * op(B) in fp32.ieee on a device whose fma fuses. A workgroup computes a tile of C of BM x BN elements, an invocation TM x TN of
// them in registers. Tiles of A and B of depth BK pass through shared memory, which has two stages: while one is multiplied, the next is
// fetched into registers and then stored into the other, so that one barrier a tile is enough. An element of C is one chain of fma over
// ascending k, or the sum of two such chains (NumericsProfile), whatever the tile. With SLICES = 2 each chain has its own half of the
// invocations.
//
// Loads beyond K give -0 for A and +0 for B: adding their product, -0, changes nothing, not even the sign of a zero. Rows and columns
// beyond M and N repeat the last ones and are not stored, so no access leaves its matrix.
//
// Compiled several times: for blocks of BLOCK_ROWS x BLOCK_COLUMNS fma, row by row or BY_COLUMN, where A and B lie in rows of whole vectors
// (padded with zeros); and for ANY layout, where extents and distances need not be multiples of 4 and y counts a batch. UNBLOCKED is for
// Mesa's compilers: they unroll a loop only if its bounds are constants from the start, and the inner loops over a block begin where an outer
// one is; not unrolled, they would look up their sums by an index, in memory or by comparing it with every number.

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
layout(constant_id = 11) const bool TAIL = false; // whether a chain's length may not be a multiple of BK
layout(constant_id = 12) const bool WRITE_FOUR = true; // whether rows of C can be written four numbers at a time
const uint BAND = 8;

#ifdef ANY
layout(set = 0, binding = 0) readonly buffer MatrixA { float a1[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { float b1[]; };
layout(set = 0, binding = 2) writeonly buffer MatrixC { float c1[]; };
#else
layout(set = 0, binding = 0) readonly buffer MatrixA { vec4 a4[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { vec4 b4[]; };
layout(set = 0, binding = 2) writeonly buffer MatrixC { vec4 c4[]; };
layout(set = 0, binding = 2) writeonly buffer MatrixC1 { float c1[]; };
#endif

layout(push_constant) uniform Problem
{
    uint M, N, K, FIRST; // FIRST: the length of the first chain
    uint LDA, LDB, LDC;  // elements from one row to the next, as stored
    uint STRIDE_A, STRIDE_B, STRIDE_C;
};

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

// One NaN for everyone.
vec4 canonical(vec4 v)
{
    return mix(v, vec4(uintBitsToFloat(0x7fc00000u)), isnan(v));
}

// A load is four numbers that lie side by side in memory.
#ifdef ANY
float one_a(uint row, uint k, uint end)
{
    row = min(row, M - 1);
    return k >= end ? -0.0 : a1[gl_WorkGroupID.y * STRIDE_A + (TRANSPOSE_A ? k * LDA + row : row * LDA + k)];
}

float one_b(uint k, uint column, uint end)
{
    column = min(column, N - 1);
    return k >= end ? 0.0 : b1[gl_WorkGroupID.y * STRIDE_B + (TRANSPOSE_B ? column * LDB + k : k * LDB + column)];
}

vec4 four_a(uint row, uint k, uint end)
{
    if (TRANSPOSE_A) return vec4(one_a(row, k, end), one_a(row + 1, k, end), one_a(row + 2, k, end), one_a(row + 3, k, end));
    return vec4(one_a(row, k, end), one_a(row, k + 1, end), one_a(row, k + 2, end), one_a(row, k + 3, end));
}

vec4 four_b(uint k, uint column, uint end)
{
    if (TRANSPOSE_B) return vec4(one_b(k, column, end), one_b(k + 1, column, end), one_b(k + 2, column, end), one_b(k + 3, column, end));
    return vec4(one_b(k, column, end), one_b(k, column + 1, end), one_b(k, column + 2, end), one_b(k, column + 3, end));
}

#define FETCH(first, end) { \
    uint k0 = (first); \
    [[unroll]] for (uint i = 0; i < LOADS_A; i++) next_a[i] = TRANSPOSE_A ? four_a(row0 + row_of_a, k0 + k_of_a + i * ACROSS_A, end) : four_a(row0 + row_of_a + i * ACROSS_A, k0 + k_of_a, end); \
    [[unroll]] for (uint i = 0; i < LOADS_B; i++) next_b[i] = TRANSPOSE_B ? four_b(k0 + k_of_b, column0 + column_of_b + i * ACROSS_B, end) : four_b(k0 + k_of_b + i * ACROSS_B, column0 + column_of_b, end); \
}
#else
#define FETCH(first, end) { \
    uint k0 = (first); \
    [[unroll]] for (uint i = 0; i < LOADS_A; i++) next_a[i] = TAIL && k0 + k_of_a + (TRANSPOSE_A ? i * ACROSS_A : 0) >= (end) ? vec4(-0.0) : a4[(from_a[i] + (TRANSPOSE_A ? k0 * LDA : k0)) / 4]; \
    [[unroll]] for (uint i = 0; i < LOADS_B; i++) next_b[i] = TAIL && k0 + k_of_b + (TRANSPOSE_B ? 0 : i * ACROSS_B) >= (end) ? vec4(0.0) : b4[(from_b[i] + (TRANSPOSE_B ? k0 : k0 * LDB)) / 4]; \
}
#endif
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
// To and fro, so that each fma shares an operand with the one before: registers can then be read fast enough. The sizes of a block are
// literals and not specialization constants: the H100's driver makes slow code of the other (docs/performance/gemm.md).
#if defined(UNBLOCKED)
#define MULTIPLY(p) { [[unroll]] for (uint i = 0; i < TM; i++) [[unroll]] for (uint j = 0; j < TN; j++) { ONE_FMA(p, i, j) } }
#elif defined(BY_COLUMN)
#define MULTIPLY(p) { [[unroll]] for (uint bj = 0; bj < TN; bj += BLOCK_COLUMNS) [[unroll]] for (uint bi = 0; bi < TM; bi += BLOCK_ROWS) \
    [[unroll]] for (uint j = bj; j < bj + BLOCK_COLUMNS; j++) [[unroll]] for (uint x = bi; x < bi + BLOCK_ROWS; x++) { \
        uint i = j % 2 == 1 ? x / BLOCK_ROWS * BLOCK_ROWS + BLOCK_ROWS - 1 - x % BLOCK_ROWS : x; ONE_FMA(p, i, j) } }
#else
#define MULTIPLY(p) { [[unroll]] for (uint bi = 0; bi < TM; bi += BLOCK_ROWS) [[unroll]] for (uint bj = 0; bj < TN; bj += BLOCK_COLUMNS) \
    [[unroll]] for (uint i = bi; i < bi + BLOCK_ROWS; i++) [[unroll]] for (uint x = bj; x < bj + BLOCK_COLUMNS; x++) { \
        uint j = i % 2 == 1 ? x / BLOCK_COLUMNS * BLOCK_COLUMNS + BLOCK_COLUMNS - 1 - x % BLOCK_COLUMNS : x; ONE_FMA(p, i, j) } }
#endif

void main()
{
    // Workgroups go through C in bands of BAND rows of tiles, so that those that run together share tiles in the cache.
    uint tiles_n = (N + BN - 1) / BN, tiles_m = (M + BM - 1) / BM;
    uint band = gl_WorkGroupID.x / (BAND * tiles_n), first_row = band * BAND;
    uint height = min(BAND, tiles_m - first_row), in_band = gl_WorkGroupID.x - first_row * tiles_n;
    uint row0 = (first_row + in_band % height) * BM, column0 = (in_band / height) * BN;

    uint slice = SLICES == 1 ? 0 : gl_LocalInvocationIndex / THREADS;
    uint id = SLICES == 1 ? gl_LocalInvocationIndex : gl_LocalInvocationIndex % THREADS;
    uint group = id / 32, lane = id % 32;
    uint lane_row = lane / LANES_N, lane_column = lane % LANES_N;
    if (LANES_M == 8 && LANES_N == 4) { lane_row = (lane / 8) * 2 + lane % 2; lane_column = (lane / 2) % 4; }
    if (LANES_M == 4 && LANES_N == 8) { lane_row = (lane / 2) % 4; lane_column = 2 * (lane / 8) + lane % 2; }
    uint row_in_tile = group / (BN / WN) * WM + 4 * lane_row, column_in_tile = group % (BN / WN) * WN + 4 * lane_column;

    // What this invocation copies of a tile.
    uint k_of_a = TRANSPOSE_A ? id / ALONG_A : 4 * (id % ALONG_A), k_of_b = TRANSPOSE_B ? 4 * (id % ALONG_B) : id / ALONG_B;
    uint row_of_a = TRANSPOSE_A ? 4 * (id % ALONG_A) : id / ALONG_A, column_of_b = TRANSPOSE_B ? id / ALONG_B : 4 * (id % ALONG_B);
    uint component_a = row_of_a % 4, component_b = column_of_b % 4;
#ifndef ANY
    uint last_row = (M - 1) / 4 * 4, last_column = (N - 1) / 4 * 4; // where the last vector begins
    uint from_a[LOADS_A], from_b[LOADS_B];
    [[unroll]] for (uint i = 0; i < LOADS_A; i++)
        from_a[i] = TRANSPOSE_A ? min(row0 + row_of_a, last_row) + (k_of_a + i * ACROSS_A) * LDA : min(row0 + row_of_a + i * ACROSS_A, M - 1) * LDA + k_of_a;
    [[unroll]] for (uint i = 0; i < LOADS_B; i++)
        from_b[i] = TRANSPOSE_B ? min(column0 + column_of_b + i * ACROSS_B, N - 1) * LDB + k_of_b : min(column0 + column_of_b, last_column) + (k_of_b + i * ACROSS_B) * LDB;
#endif

    uint base_a = slice * 2 * STAGE_A, base_b = slice * 2 * STAGE_B;
    uint first_at_a = base_a + row_in_tile / 4, first_at_b = base_b + column_in_tile / 4;
    uint first_to_a = base_a + k_of_a * ROW_A + row_of_a / 4, first_to_b = base_b + k_of_b * ROW_B + column_of_b / 4;

    vec4 sums[TM][TN / 4];
    vec4 next_a[LOADS_A], next_b[LOADS_B];
    vec4 fragment_a[2][TM / 4], fragment_b[2][TN / 4];

#define CHAIN(begin, finish, count) { \
    uint k = (begin), end = (finish), steps = ((count) + BK - 1) / BK; \
    [[unroll]] for (uint i = 0; i < TM; i++) [[unroll]] for (uint j = 0; j < TN / 4; j++) sums[i][j] = vec4(0.0); \
    uint at_a = first_at_a, at_b = first_at_b, to_a = first_to_a, to_b = first_to_b; \
    uint last = TAIL ? 0xffffffffu : end - BK; \
    FETCH(k, end) \
    STASH \
    barrier(); \
    LOAD(0, 0) \
    for (uint step = 0; step < steps; step++) { \
        to_a = 2 * first_to_a + STAGE_A - to_a; \
        to_b = 2 * first_to_b + STAGE_B - to_b; \
        k += BK; \
        FETCH(min(k, last), end) \
        [[unroll]] for (uint d = 0; d < BK; d++) { \
            if (d == BK - 1) { \
                STASH \
                barrier(); \
                at_a = 2 * first_at_a + STAGE_A - at_a; \
                at_b = 2 * first_at_b + STAGE_B - at_b; \
            } \
            LOAD((d + 1) % 2, (d + 1) % BK) \
            MULTIPLY(d % 2) \
        } \
    } \
}
    if (SLICES == 2) { CHAIN(slice == 1 ? FIRST : 0, slice == 0 ? FIRST : K, FIRST) } // the same number of barriers for both
    else { CHAIN(0, K, K) }

    if (SLICES == 2)
    {
        // The second chain's sums pass through shared memory, a row of each invocation's tile at a time
        [[unroll]] for (uint i = 0; i < TM; i++)
        {
            barrier();
            [[unroll]] for (uint j = 0; j < TN / 4; j++) if (slice == 1) tile_b[id + j * THREADS] = sums[i][j];
            barrier();
            if (slice == 0) [[unroll]] for (uint j = 0; j < TN / 4; j++) sums[i][j] = sums[i][j] + tile_b[id + j * THREADS];
        }
        if (slice == 1) return;
    }
    [[unroll]] for (uint i = 0; i < TM; i++) [[unroll]] for (uint j = 0; j < TN / 4; j++)
    {
        uint row = row0 + row_in_tile + (i / 4) * 4 * LANES_M + i % 4, column = column0 + column_in_tile + 4 * j * LANES_N;
#ifdef ANY
        vec4 total = canonical(sums[i][j]);
        [[unroll]] for (uint x = 0; x < 4; x++) if (row < M && column + x < N) c1[gl_WorkGroupID.y * STRIDE_C + row * LDC + column + x] = total[x];
#else
        vec4 total = canonical(sums[i][j]);
        if (WRITE_FOUR)
        {
            if (row < M && column < N) c4[(row * LDC + column) / 4] = total;
        }
        else
        {
            [[unroll]] for (uint x = 0; x < 4; x++) if (row < M && column + x < N) c1[row * LDC + column + x] = total[x];
        }
#endif
    }
}
