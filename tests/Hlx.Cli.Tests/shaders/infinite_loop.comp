#version 450

// Never ends, unless the device ends long loops.
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) volatile coherent buffer Counter { uint x[]; };

void main()
{
    while (x[0] == 0u) x[1] += 1u;
}
