#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require

// All layers of a perceptron for few rows in one dispatch, in fp32.ieee: y = activation(x * W + bias), layer by layer. Each workgroup has 8
// columns of every layer, and between layers all workgroups wait for each other; meanwhile the weights of the next layer are on their way.
// An element is the sum of two chains of fma over ascending k (NumericsProfile), each by its own half of the invocations; a chain that there is
// not is +0, which changes nothing. Beyond a chain x is -0 and W is +0, whose product changes nothing either.
//
// Vulkan does not promise that workgroups run at the same time. So nobody waits longer than SPINS looks: then `state` becomes 2, and the caller
// computes again by a dispatch for each layer. It becomes 1 where a denormal could have mattered (see gemm_skinny.comp).

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint ROWS = 8;     // at least M
layout(constant_id = 2) const uint CHUNK = 128;  // how much of each chain of x is in shared memory at a time
layout(constant_id = 3) const uint CHUNKS = 4;   // of the longest chain
layout(constant_id = 4) const uint THREADS = 128; // of a chain, half of the workgroup
const uint COLUMNS = 8;
const uint STEP = CHUNK < 64 ? CHUNK / 4 : 16; // vectors of a chain that are multiplied at a time

layout(set = 0, binding = 0) readonly buffer Input { vec4 x4[]; };
layout(set = 0, binding = 1) readonly buffer Weights { vec4 w4[]; }; // each layer in panels of 8 columns, a panel row by row
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) coherent buffer Between4 { vec4 y4[]; };
layout(set = 0, binding = 3) coherent buffer Between1 { float y1[]; };
layout(set = 0, binding = 4) writeonly buffer Output { float result[]; };
layout(set = 0, binding = 5) writeonly buffer State { uint state; };
layout(set = 0, binding = 6) coherent buffer Sync { uint arrived, left; }; // zero before and after
layout(set = 0, binding = 6) volatile readonly buffer Look { uint arrived_now; }; // looking by loads leaves the atomics alone
layout(set = 0, binding = 7) readonly buffer Layers { uint layers[]; };

layout(push_constant) uniform Problem
{
    uint M, LAYERS;
    uint DISTANCE;       // elements from one row of `Between` to the next; it holds two matrices of M rows
    uint INPUT_DISTANCE, OUTPUT_DISTANCE;
    uint LEAST_INPUT;    // the least magnitude that is safe, less one
    uint SPINS;
};

// Words of `layers` for each layer.
// CHAIN: a chain's padded length; N: columns, padded with zeros to a multiple of 4.
const uint K = 0, FIRST = 1, N = 2, CHAIN = 3, WEIGHTS = 4, BIAS = 5, ACTIVATION = 6, LEAST = 7, COLUMNS_OF = 8, WORDS = 9;

const uint ROW_X = CHUNK / 4 + 1, ROW_W = 2 * CHUNK * CHUNKS / 4 + 1; // in vectors; the one more avoids bank conflicts
const uint LOADS_X = (2 * ROWS * CHUNK / 4 + 2 * THREADS - 1) / (2 * THREADS), LOADS_W = (COLUMNS * 2 * CHUNK * CHUNKS / 4 + 2 * THREADS - 1) / (2 * THREADS);
const uint SHARED_X = 2 * ROWS * ROW_X, SHARED_W = COLUMNS * ROW_W, SHARED_SUMS = ROWS * COLUMNS, FETCHED_X = LOADS_X * CHUNKS;

shared vec4 tile_x[SHARED_X];
shared vec4 tile_w[SHARED_W];
shared float second[SHARED_SUMS];
shared bool isStuck;

#define HLX_FLAGGED
bool is_unsafe = false;
#include "activation.glsl"

void look(float x, uint least)
{
    if ((floatBitsToUint(x) & 0x7fffffffu) - 1u < least) is_unsafe = true; // zero is safe
}

float finish(float product, float b, uint activation, uint least)
{
    precise float sum = product + b;
    float x = isnan(sum) ? uintBitsToFloat(0x7fc00000u) : sum;
    if (activation == 1 && floatBitsToInt(x) < 0) x = 0.0;
    if (activation == 2) x = uintBitsToFloat(gelu(floatBitsToUint(x)));
    look(x, least);
    return x;
}

void main()
{
    uint id = gl_LocalInvocationIndex, slice = id / THREADS, in_slice = id % THREADS;
    uint column = in_slice % COLUMNS, row0 = in_slice / COLUMNS * TM;
    bool isComputing = row0 < ROWS;
    if (!isComputing) row0 = 0;
    vec4 next_w[LOADS_W], next_x[FETCHED_X];

// A panel of weights is read as it lies, two vectors for each row, and turned in shared memory, where a column's chains lie one after the other,
// each padded with zeros to whole chunks.
#define FETCH_W(layer) { \
    uint k_end = layers[(layer) * WORDS + K], first = layers[(layer) * WORDS + FIRST], chain = layers[(layer) * WORDS + CHAIN]; \
    uint from = layers[(layer) * WORDS + WEIGHTS] + gl_WorkGroupID.x * 2 * k_end + id % 2; \
    bool isMine = gl_WorkGroupID.x * COLUMNS < layers[(layer) * WORDS + N]; \
    [[unroll]] for (uint i = 0; i < LOADS_W; i++) { \
        uint at = id / 2 + i * THREADS, k = at < chain ? at : at - chain + first, end = at < chain ? first : k_end; \
        next_w[i] = isMine && k < end ? w4[from + 2 * k] : vec4(0.0); \
    } \
}
#define STASH_W(layer) { \
    uint end = 2 * layers[(layer) * WORDS + CHAIN]; \
    [[unroll]] for (uint i = 0; i < LOADS_W; i++) { \
        uint at = id / 2 + i * THREADS; \
        if (at < end) [[unroll]] for (uint j = 0; j < 4; j++) tile_w[(id % 2 * 4 + j) * ROW_W + at / 4][at % 4] = next_w[i][j]; \
    } \
}
    FETCH_W(0)
    STASH_W(0)
    for (uint layer = 0; layer < LAYERS; layer++)
    {
        uint k_end = layers[layer * WORDS + K], first = layers[layer * WORDS + FIRST], n = layers[layer * WORDS + N], chain = layers[layer * WORDS + CHAIN];
        uint chunks = chain / CHUNK;

        // All of x is fetched at once, and passes through shared memory chunk by chunk.
        [[unroll]] for (uint i = 0; i < FETCHED_X; i++)
        {
            uint at = id + i % LOADS_X * 2 * THREADS, vector = at % (CHUNK / 4), line = at / (CHUNK / 4), row = min(line % ROWS, M - 1), part = line / ROWS;
            uint k = part * first + i / LOADS_X * CHUNK + 4 * vector, end = part == 0 ? first : k_end;
            next_x[i] = vec4(-0.0);
            if (i / LOADS_X >= chunks || part > 1 || k >= end) continue;
            next_x[i] = layer == 0 ? x4[(row * INPUT_DISTANCE + k) / 4] : y4[((layer % 2 * M + row) * DISTANCE + k) / 4];
        }
        if (layer + 1 < LAYERS) FETCH_W(layer + 1)

        float sums[TM];
        [[unroll]] for (uint r = 0; r < TM; r++) sums[r] = 0.0;
        [[unroll]] for (uint c = 0; c < CHUNKS; c++)
        {
            if (c >= chunks) break;
            [[unroll]] for (uint i = 0; i < LOADS_X; i++)
            {
                uint at = id + i * 2 * THREADS;
                if (at < 2 * ROWS * CHUNK / 4) tile_x[at / (CHUNK / 4) * ROW_X + at % (CHUNK / 4)] = next_x[c * LOADS_X + i];
                if (layer == 0) [[unroll]] for (uint j = 0; j < 4; j++) look(next_x[c * LOADS_X + i][j], LEAST_INPUT);
            }
            barrier();
            if (isComputing)
            {
                uint at_w = column * ROW_W + (slice * chain + c * CHUNK) / 4, at_x = (slice * ROWS + row0) * ROW_X;
                [[dont_unroll]] for (uint q0 = 0; q0 < CHUNK / 4; q0 += STEP) // some code is enough: more takes the driver long, and is fetched slowly
                {
                    [[unroll]] for (uint q = 0; q < STEP; q++)
                    {
                        vec4 w = tile_w[at_w + q0 + q];
                        [[unroll]] for (uint r = 0; r < TM; r++)
                        {
                            vec4 x = tile_x[at_x + r * ROW_X + q0 + q];
                            [[unroll]] for (uint j = 0; j < 4; j++) sums[r] = fma(x[j], w[j], sums[r]);
                        }
                    }
                }
            }
            barrier();
        }
        if (isComputing && slice == 1) [[unroll]] for (uint r = 0; r < TM; r++) second[(row0 + r) * COLUMNS + column] = sums[r];
        barrier();
        uint at_column = gl_WorkGroupID.x * COLUMNS + column;
        if (isComputing && slice == 0 && at_column < n)
        {
            float b = bias[layers[layer * WORDS + BIAS] + at_column];
            [[unroll]] for (uint r = 0; r < TM; r++)
            {
                uint row = row0 + r;
                if (row >= M) continue;
                precise float product = sums[r] + second[row * COLUMNS + column];
                float y = at_column < layers[layer * WORDS + COLUMNS_OF] ? finish(product, b, layers[layer * WORDS + ACTIVATION], layers[layer * WORDS + LEAST]) : 0.0;
                if (layer + 1 < LAYERS) y1[((layer + 1) % 2 * M + row) * DISTANCE + at_column] = y;
                else result[row * OUTPUT_DISTANCE + at_column] = y;
            }
        }
        if (layer + 1 == LAYERS) break;

        memoryBarrierBuffer();
        barrier();
        if (id == 0) atomicAdd(arrived, 1);
        STASH_W(layer + 1)
        if (id == 0)
        {
            uint all = (layer + 1) * gl_NumWorkGroups.x, spins = 0;
            while (arrived_now < all && spins < SPINS) spins++;
            isStuck = spins >= SPINS && arrived_now < all;
        }
        barrier();
        memoryBarrierBuffer();
        if (isStuck)
        {
            if (id == 0) state = 2;
            return;
        }
    }
    if (is_unsafe) state = 1;
    if (id == 0 && atomicAdd(left, 1) == gl_NumWorkGroups.x - 1)
    {
        arrived = 0;
        left = 0;
    }
}
