#version 450
#extension GL_EXT_control_flow_attributes : require

// The largest magnitude of each row of A (z = 0) and of each column of B (z = 1), as bits, which for magnitudes have the order of the numbers:
// one for each of four parts of K (y), so that nobody waits for anybody. A workgroup has a part of 8 rows or of 32 columns.

layout(local_size_x = 256) in;
const uint ROWS = 8, COLUMNS = 32;
const uint AHEAD = 4; // loads at a time

layout(set = 0, binding = 0) readonly buffer MatrixA { uint a[]; };
layout(set = 0, binding = 0) readonly buffer MatrixA4 { uvec4 a4[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { uint b[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB4 { uvec4 b4[]; };
layout(set = 0, binding = 2) writeonly buffer LargestA { uint largest_a[]; };
layout(set = 0, binding = 3) writeonly buffer LargestB { uint largest_b[]; };

layout(push_constant) uniform Shape { uint M, N, K; };

shared uvec4 partial[256];

// Four numbers side by side; zeros outside the part.
uvec4 four_a(uint row, uint column, uint end)
{
    if (row >= M || column >= end) return uvec4(0u);
    uint at = row * K + column;
    if (K % 4 == 0) return a4[at / 4];
    return uvec4(a[at], column + 1 < K ? a[at + 1] : 0u, column + 2 < K ? a[at + 2] : 0u, column + 3 < K ? a[at + 3] : 0u);
}

uvec4 four_b(uint row, uint column, uint end)
{
    if (row >= end || column >= N) return uvec4(0u);
    uint at = row * N + column;
    if (N % 4 == 0) return b4[at / 4];
    return uvec4(b[at], column + 1 < N ? b[at + 1] : 0u, column + 2 < N ? b[at + 2] : 0u, column + 3 < N ? b[at + 3] : 0u);
}

void main()
{
    bool isA = gl_WorkGroupID.z == 0;
    uint id = gl_LocalInvocationIndex, line0 = gl_WorkGroupID.x * (isA ? ROWS : COLUMNS), lines = isA ? M : N;
    if (line0 >= lines) return;
    uint part = (K + 15) / 16 * 4, begin = gl_WorkGroupID.y * part, end = min(K, begin + part); // a multiple of 4
    uvec4 most = uvec4(0u);
    if (isA)
    {
        for (uint column = begin + 4 * (id % 32); column < end; column += AHEAD * 128)
            [[unroll]] for (uint i = 0; i < AHEAD; i++) most = max(most, four_a(line0 + id / 32, column + 128 * i, end) & 0x7fffffffu);
    }
    else
    {
        for (uint row = begin + id / 8; row < end; row += AHEAD * 32)
            [[unroll]] for (uint i = 0; i < AHEAD; i++) most = max(most, four_b(row + 32 * i, line0 + 4 * (id % 8), end) & 0x7fffffffu);
    }
    partial[id] = most;
    barrier();
    if (id >= (isA ? ROWS : COLUMNS) || line0 + id >= lines) return;
    uint result = 0u;
    for (uint i = 0; i < 32; i++)
    {
        uvec4 four = isA ? partial[32 * id + i] : uvec4(partial[8 * i + id / 4][id % 4]);
        result = max(max(max(four.x, four.y), max(four.z, four.w)), result);
    }
    uint at = 4 * (line0 + id) + gl_WorkGroupID.y;
    if (isA) largest_a[at] = result;
    else largest_b[at] = result;
}
