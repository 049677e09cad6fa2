#version 450

// What does this device's binary32 arithmetic do? Each invocation computes one fused multiply-add, one product and one sum of
// three given numbers; the host compares the bits with IEEE 754.

layout(local_size_x = 64) in;

layout(set = 0, binding = 0) readonly buffer Operands { uvec4 operands[]; };
layout(set = 0, binding = 1) writeonly buffer Results { uvec4 results[]; };

layout(push_constant) uniform Parameters { uint count; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    precise float x = uintBitsToFloat(operands[i].x);
    precise float y = uintBitsToFloat(operands[i].y);
    precise float z = uintBitsToFloat(operands[i].z);
    precise float fused = fma(x, y, z);
    precise float product = x * y;
    precise float sum = x + z;
    results[i] = uvec4(floatBitsToUint(fused), floatBitsToUint(product), floatBitsToUint(sum), 0u);
}
