#version 450

// How many steps z = z² + c takes to leave the circle of radius 2, with every operation rounded on its own.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0) writeonly buffer Steps { uint steps[]; };
layout(push_constant) uniform Parameters { uint width; uint height; uint limit; };

void main()
{
    uint px = gl_GlobalInvocationID.x, py = gl_GlobalInvocationID.y;
    if (px >= width || py >= height) return;
    precise float cx = float(px) * 0.0625 - 2.0;
    precise float cy = float(py) * 0.0625 - 1.0;
    precise float x = 0.0, y = 0.0;
    uint step = 0u;
    for (; step < limit; step++)
    {
        precise float xx = x * x;
        precise float yy = y * y;
        precise float norm = xx + yy;
        if (norm > 4.0) break;
        precise float xy = x * y;
        precise float twice = xy + xy;
        precise float difference = xx - yy;
        x = difference + cx;
        y = twice + cy;
    }
    steps[py * width + px] = step;
}
