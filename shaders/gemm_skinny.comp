#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require

// C = A * B in fp32.ieee for products of few rows, where much of the work is to read B once. A workgroup computes BM rows of BN columns, an
// invocation TM rows of 4 columns. B and A pass through shared memory in two stages of depth BK, and two tiles more are on their way in
// registers: a multiprocessor needs some 16 KiB in flight to draw its part of the memory's bandwidth. An element of C is one chain of fma over
// ascending k, or the sum of two such chains (NumericsProfile), as in gemm_fma.comp; with SLICES = 2 each chain has its own half of the
// invocations. Loads beyond a chain give -0 for A and +0 for B, whose product changes nothing; rows and columns beyond M and N repeat the last
// ones and are not stored.
//
// As LAYER of a perceptron it goes on: C = activation(A * B + bias), where a device may flush denormals although A is not known when the
// program is recorded. So each layer looks at the numbers that it gives to the next one, and the first at its input too: where a magnitude
// is so small that a denormal could arise from it (MlpPlanner), `unsafe_numbers` is set, and the caller computes again by another path.

layout(local_size_x_id = 0) in; // SLICES * THREADS
layout(constant_id = 1) const uint BM = 8;
layout(constant_id = 2) const uint THREADS = 128; // of a slice; all copy, the first BM / TM * BN / 4 compute
layout(constant_id = 3) const uint SLICES = 1;
layout(constant_id = 4) const uint BN = 32;

layout(set = 0, binding = 0) readonly buffer MatrixA { vec4 a4[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { vec4 b4[]; };
layout(set = 0, binding = 2) writeonly buffer MatrixC { vec4 c4[]; };
#ifdef LAYER
layout(set = 0, binding = 3) readonly buffer Bias { vec4 bias4[]; };
layout(set = 0, binding = 4) writeonly buffer Flag { uint unsafe_numbers; };
#endif

layout(push_constant) uniform Problem
{
    uint M, N, K, FIRST; // FIRST: the length of the first chain
    uint LDA, LDB, LDC;  // elements from one row to the next
    uint STRIDE_A, STRIDE_B, STRIDE_C;
#ifdef LAYER
    uint COLUMNS;          // of C; N is the next multiple of 4, and what is between is zero
    uint LEAST_A, LEAST_C; // the least magnitudes that are safe, less one; 0 where the layer before has looked
    uint WEIGHTS, BIAS;    // where this layer begins, in vectors
    uint ACTIVATION;       // 1: relu, 2: gelu; no constant, so that all layers have one pipeline
#endif
};

const uint ROW_A = BK / 4 + 1, ROW_B = BN / 4; // of a tile in shared memory, in vectors; the one more avoids bank conflicts
const uint STAGE_A = BM * ROW_A, STAGE_B = BK * ROW_B;
const uint LOADS_A = BM * BK / 4 / THREADS, LOADS_B = BK * BN / 4 / THREADS;
const uint ACROSS_A = THREADS / (BK / 4), ACROSS_B = THREADS / ROW_B; // rows copied at a time
const uint SHARED_A = 2 * SLICES * STAGE_A, SHARED_B = 2 * SLICES * STAGE_B;

shared vec4 tile_a[SHARED_A];
shared vec4 tile_b[SHARED_B];

// One NaN for everyone.
vec4 canonical(vec4 v)
{
    return mix(v, vec4(uintBitsToFloat(0x7fc00000u)), isnan(v));
}

#ifdef LAYER
#define HLX_FLAGGED
bool is_unsafe = false;
#include "activation.glsl"

void look(vec4 v, uint least)
{
    [[unroll]] for (uint i = 0; i < 4; i++) if ((floatBitsToUint(v[i]) & 0x7fffffffu) - 1u < least) is_unsafe = true; // zero is safe
}

// Beside safe numbers neither this sum nor any before can be denormal, so the device's own addition is right.
vec4 finish(vec4 product, uint column)
{
    precise vec4 sum = product + bias4[BIAS + column / 4];
    vec4 x = canonical(sum);
    if (ACTIVATION == 1) x = mix(x, vec4(0.0), lessThan(floatBitsToInt(x), ivec4(0)));
    if (ACTIVATION == 2) [[unroll]] for (uint i = 0; i < 4; i++) x[i] = uintBitsToFloat(gelu(floatBitsToUint(x[i])));
    look(x, LEAST_C);
    return mix(x, vec4(0.0), greaterThanEqual(uvec4(column) + uvec4(0, 1, 2, 3), uvec4(COLUMNS)));
}
#define LOOK(numbers) if (LEAST_A != 0) { [[unroll]] for (uint i = 0; i < LOADS_A; i++) look(numbers[i], LEAST_A); }
#else
#define LOOK(numbers)
#endif

// Where B is in panels of 8 columns (MlpPacking), a row of a panel is two vectors.
#ifdef LAYER
#define BEGIN_OF_B(column) (WEIGHTS + (column) / 8 * 2 * K + (column) / 4 % 2)
#define ROW_OF_B 2
#else
#define BEGIN_OF_B(column) ((column) / 4)
#define ROW_OF_B (LDB / 4)
#endif

#define FETCH(next_a, next_b, first) { \
    uint k0 = (first); \
    [[unroll]] for (uint i = 0; i < LOADS_A; i++) next_a[i] = k0 + k_of_a < end ? a4[from_a[i] + k0 / 4] : vec4(-0.0); \
    [[unroll]] for (uint i = 0; i < LOADS_B; i++) { uint k = k0 + k_of_b + i * ACROSS_B; next_b[i] = k < end ? b4[from_b + k * ROW_OF_B] : vec4(0.0); } \
}
#define STASH(next_a, next_b, stage) { \
    LOOK(next_a) \
    [[unroll]] for (uint i = 0; i < LOADS_A; i++) tile_a[(stage) * STAGE_A + to_a + i * ACROSS_A * ROW_A] = next_a[i]; \
    [[unroll]] for (uint i = 0; i < LOADS_B; i++) tile_b[(stage) * STAGE_B + to_b + i * THREADS] = next_b[i]; \
}
#define MULTIPLY(stage) if (isComputing) { \
    [[unroll]] for (uint q = 0; q < BK / 4; q++) { \
        vec4 a[TM]; \
        [[unroll]] for (uint i = 0; i < TM; i++) a[i] = tile_a[(stage) * STAGE_A + at_a + i * ROW_A + q]; \
        [[unroll]] for (uint x = 0; x < 4; x++) { \
            vec4 b = tile_b[(stage) * STAGE_B + at_b + (4 * q + x) * ROW_B]; \
            [[unroll]] for (uint i = 0; i < TM; i++) [[unroll]] for (uint j = 0; j < 4; j++) sums[i][j] = fma(a[i][x], b[j], sums[i][j]); \
        } \
    } \
}

void main()
{
    uint slice = SLICES == 1 ? 0 : gl_LocalInvocationIndex / THREADS;
    uint id = SLICES == 1 ? gl_LocalInvocationIndex : gl_LocalInvocationIndex % THREADS;
    uint begin = slice == 1 ? FIRST : 0, end = slice == 0 ? FIRST : K;
    uint row0 = gl_WorkGroupID.y * BM, column0 = gl_WorkGroupID.x * BN;
    bool isComputing = id < BM / TM * ROW_B;
    uint row_in_tile = isComputing ? id / ROW_B * TM : 0, quad = id % ROW_B;

    // What this invocation copies of a tile.
    uint k_of_a = 4 * (id % (BK / 4)), k_of_b = id / ROW_B, row_of_a = id / (BK / 4);
    uint from_a[LOADS_A], from_b = BEGIN_OF_B(min(column0 + 4 * quad, N - 4));
    [[unroll]] for (uint i = 0; i < LOADS_A; i++) from_a[i] = (min(row0 + row_of_a + i * ACROSS_A, M - 1) * LDA + k_of_a) / 4;
    uint base_a = 2 * slice * STAGE_A, base_b = 2 * slice * STAGE_B;
    uint to_a = base_a + row_of_a * ROW_A + id % (BK / 4), to_b = base_b + id, at_a = base_a + row_in_tile * ROW_A, at_b = base_b + quad;

    vec4 sums[TM];
    [[unroll]] for (uint i = 0; i < TM; i++) sums[i] = vec4(0.0);
    vec4 odd_a[LOADS_A], odd_b[LOADS_B], even_a[LOADS_A], even_b[LOADS_B];
    FETCH(odd_a, odd_b, begin)
    STASH(odd_a, odd_b, 0)
    FETCH(odd_a, odd_b, begin + BK)
    FETCH(even_a, even_b, begin + 2 * BK)
    barrier();
    for (uint step = 0; step < FIRST; step += 2 * BK) // the first chain is never the shorter one: as many barriers for both
    {
        uint k = begin + step;
        STASH(odd_a, odd_b, 1)
        FETCH(odd_a, odd_b, k + 3 * BK)
        MULTIPLY(0)
        barrier();
        STASH(even_a, even_b, 0)
        FETCH(even_a, even_b, k + 4 * BK)
        MULTIPLY(1)
        barrier();
    }
    if (SLICES == 2)
    {
        // The second chain's sums pass through shared memory, a row of each invocation's at a time.
        [[unroll]] for (uint i = 0; i < TM; i++)
        {
            barrier();
            if (slice == 1) tile_b[id] = sums[i];
            barrier();
            if (slice == 0) sums[i] = sums[i] + tile_b[id];
        }
#ifdef LAYER
        if (slice == 1 && is_unsafe) unsafe_numbers = 1;
#endif
        if (slice == 1) return;
    }
    if (isComputing)
    {
        [[unroll]] for (uint i = 0; i < TM; i++)
        {
            uint row = row0 + row_in_tile + i, column = column0 + 4 * quad;
            if (row >= M || column >= N) continue;
#ifdef LAYER
            c4[(row * LDC + column) / 4] = finish(sums[i], column);
#else
            c4[(row * LDC + column) / 4] = canonical(sums[i]);
#endif
        }
    }
#ifdef LAYER
    if (is_unsafe) unsafe_numbers = 1;
#endif
}
