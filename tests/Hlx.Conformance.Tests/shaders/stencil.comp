#version 450

// The five-point sum of a grid of signed integers; cells outside count as 0.
layout(local_size_x = 16, local_size_y = 4) in;
layout(set = 0, binding = 0) readonly buffer Grid { int grid[]; };
layout(set = 0, binding = 1) writeonly buffer Result { int result[]; };
layout(push_constant) uniform Parameters { int width; int height; };

int cell(int x, int y) { return x >= 0 && x < width && y >= 0 && y < height ? grid[y * width + x] : 0; }

void main()
{
    int x = int(gl_GlobalInvocationID.x), y = int(gl_GlobalInvocationID.y);
    if (x < width && y < height) result[y * width + x] = cell(x, y) + cell(x - 1, y) + cell(x + 1, y) + cell(x, y - 1) + cell(x, y + 1);
}
