#version 450

// Copies a matrix of elements of 1, 2 or 4 bytes, or its transpose, into one that is padded with zeros. An invocation writes 4 bytes; words are
// all that is read and written, since not every device has narrower types.

layout(local_size_x = 256) in;
layout(constant_id = 0) const bool TRANSPOSE = false;
layout(constant_id = 1) const uint BYTES = 2; // of an element

layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
layout(set = 0, binding = 1) writeonly buffer To { uint to[]; };

layout(push_constant) uniform Shape { uint ROWS, COLUMNS, DISTANCE, PADDED_ROWS, PADDED_COLUMNS; }; // of what is written; DISTANCE of stored rows

const uint IN_WORD = 4 / BYTES, BITS = 8 * BYTES, MASK = 0xffffffffu >> (32 - BITS);

void main()
{
    uint column = gl_GlobalInvocationID.x * IN_WORD, row = gl_WorkGroupID.y;
    if (column >= PADDED_COLUMNS) return;
    uint word = 0;
    for (uint i = 0; i < IN_WORD && row < ROWS && column + i < COLUMNS; i++)
    {
        uint at = TRANSPOSE ? (column + i) * DISTANCE + row : row * DISTANCE + column + i;
        word |= (from[at / IN_WORD] >> (at % IN_WORD * BITS) & MASK) << (i * BITS);
    }
    to[(row * PADDED_COLUMNS + column) / IN_WORD] = word;
}
