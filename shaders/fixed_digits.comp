#version 450

// The digits of fp32.fixed, in planes of signed bytes that are padded with zeros: of each row of A (z = 0), and of each column of B (z = 1), which is
// written transposed. With 2^e the power of two that its largest magnitude is not below (one more where 127.5 * 2^16 would be reached), a
// number x is the integer x * 2^(22 - e), rounded to nearest even, = d0 * 2^16 + d1 * 2^8 + d2 with digits from -128 to 127. An invocation
// writes four digits of each plane. What undoes the scaling is written beside.

layout(local_size_x = 256) in;

layout(set = 0, binding = 0) readonly buffer MatrixA { uint a[]; };
layout(set = 0, binding = 1) readonly buffer MatrixB { uint b[]; };
layout(set = 0, binding = 2) readonly buffer LargestA { uint largest_a[]; };
layout(set = 0, binding = 3) readonly buffer LargestB { uint largest_b[]; };
layout(set = 0, binding = 4) writeonly buffer PlanesA { uint planes_a[]; };
layout(set = 0, binding = 5) writeonly buffer PlanesB { uint planes_b[]; };
layout(set = 0, binding = 6) writeonly buffer ExponentA { int exponent_a[]; };
layout(set = 0, binding = 7) writeonly buffer ExponentB { int exponent_b[]; };

layout(push_constant) uniform Shape { uint M, N, K, PADDED_M, PADDED_N, PADDED_K; };

const int TOP = 22;

// e - 22: the exponent of the integers' unit.
int unit_of(uint largest)
{
    if (largest == 0u) return 0;
    int top = largest >= 0x00800000u ? int(largest >> 23) - 127 : findMSB(largest) - 149;
    uint significand = largest >= 0x00800000u ? largest & 0x7fffffu : (largest << uint(23 - findMSB(largest))) & 0x7fffffu;
    return top + (significand >= 0x7f0000u ? 1 : 0) - TOP;
}

int quantize(uint x, int unit)
{
    uint magnitude = x & 0x7fffffffu;
    if (magnitude == 0u) return 0;
    uint significand = magnitude & 0x7fffffu;
    int exponent = -149;
    if (magnitude >= 0x00800000u)
    {
        significand |= 0x800000u;
        exponent = int(magnitude >> 23) - 150;
    }
    int drop = unit - exponent; // the integer is significand * 2^-drop
    uint integer;
    if (drop <= 0) integer = significand << uint(-drop);
    else if (drop > 24) integer = 0u;
    else
    {
        integer = significand >> uint(drop);
        uint rest = significand - (integer << uint(drop)), half_unit = 1u << uint(drop - 1);
        if (rest > half_unit || (rest == half_unit && (integer & 1u) != 0u)) integer++;
    }
    return (x & 0x80000000u) != 0u ? -int(integer) : int(integer);
}

void main()
{
    bool isA = gl_WorkGroupID.z == 0;
    uint rows = isA ? PADDED_M : PADDED_N, stride = PADDED_K / 4, word = gl_GlobalInvocationID.x;
    if (word >= rows * stride) return;
    uint row = word / stride, k = word % stride * 4;
    bool isInside = row < (isA ? M : N);
    int unit = isInside ? unit_of(isA ? largest_a[row] : largest_b[row]) : 0;
    uint digits[3] = uint[3](0u, 0u, 0u);
    for (uint i = 0; i < 4 && isInside && k + i < K; i++)
    {
        int x = quantize(isA ? a[row * K + k + i] : b[(k + i) * N + row], unit);
        for (int digit = 2; digit >= 0; digit--)
        {
            int low = ((x + 128) & 255) - 128;
            digits[digit] |= uint(low & 255) << (8 * i);
            x = (x - low) >> 8;
        }
    }
    for (uint digit = 0; digit < 3; digit++)
    {
        if (isA) planes_a[digit * rows * stride + word] = digits[digit];
        else planes_b[digit * rows * stride + word] = digits[digit];
    }
    if (k == 0 && isInside)
    {
        if (isA) exponent_a[row] = unit;
        else exponent_b[row] = unit;
    }
}
