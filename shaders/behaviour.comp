#version 450

// What does this device's binary32 arithmetic do? Each invocation computes with three given numbers: results hold a fused
// multiply-add, a product, a sum, and a product and a sum that the driver may fuse; functions hold a quotient, a square root, a
// power of two and a sine. The host compares the first with IEEE 754, and the digest of all of them is the device's fingerprint.

layout(local_size_x = 64) in;

layout(set = 0, binding = 0) readonly buffer Operands { uvec4 operands[]; };
layout(set = 0, binding = 1) writeonly buffer Results { uvec4 results[]; };

layout(set = 0, binding = 2) writeonly buffer Functions { uvec4 functions[]; };

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
    results[i] = uvec4(floatBitsToUint(fused), floatBitsToUint(product), floatBitsToUint(sum), floatBitsToUint(uintBitsToFloat(operands[i].x) * uintBitsToFloat(operands[i].y) + uintBitsToFloat(operands[i].z)));
    precise float quotient = x / y;
    precise float root = sqrt(abs(x));
    precise float power = exp2(clamp(x, -100.0, 100.0));
    precise float sine = sin(clamp(x, -100.0, 100.0));
    functions[i] = uvec4(floatBitsToUint(quotient), floatBitsToUint(root), floatBitsToUint(power), floatBitsToUint(sine));
}
