#version 450

// SHA-256 (FIPS 180-4) of messages of one block each: 16 big-endian words in, padding included, 8 words out.
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) readonly buffer Messages { uint messages[]; };
layout(set = 0, binding = 1) readonly buffer RoundConstants { uint constants[64]; };
layout(set = 0, binding = 2) writeonly buffer Digests { uint digests[]; };
layout(push_constant) uniform Parameters { uint count; };

uint rotate(uint x, uint n) { return (x >> n) | (x << (32u - n)); }

void main()
{
    uint message = gl_GlobalInvocationID.x;
    if (message >= count) return;
    uint w[64];
    for (uint i = 0; i < 16; i++) w[i] = messages[16 * message + i];
    for (uint i = 16; i < 64; i++)
    {
        uint s0 = rotate(w[i - 15], 7u) ^ rotate(w[i - 15], 18u) ^ (w[i - 15] >> 3);
        uint s1 = rotate(w[i - 2], 17u) ^ rotate(w[i - 2], 19u) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint start[8] = uint[](0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au, 0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u);
    uint v[8] = start;
    for (uint i = 0; i < 64; i++)
    {
        uint s1 = rotate(v[4], 6u) ^ rotate(v[4], 11u) ^ rotate(v[4], 25u);
        uint t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
        uint s0 = rotate(v[0], 2u) ^ rotate(v[0], 13u) ^ rotate(v[0], 22u);
        uint t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        for (uint j = 7; j > 0; j--) v[j] = v[j - 1];
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (uint i = 0; i < 8; i++) digests[8 * message + i] = start[i] + v[i];
}
