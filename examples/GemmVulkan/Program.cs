// A matrix product through handles: two values, a shader and a kernel go into the store, the product comes out of it.
// examples/RawVulkan does the same with plain Vulkan calls.
using Hlx;
using Hlx.Compute;
using Hlx.Values;

string spirv = Path.Combine(AppContext.BaseDirectory, "gemm.spv");

using var hlx = HlxRuntime.Open(new HlxOptions { InMemory = true });
Handle a = hlx.Collapse(HlxValue.From(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } }));
Handle b = hlx.Collapse(HlxValue.From(new[,] { { 5.0, 6.0 }, { 7.0, 8.0 } }));
Handle shader = hlx.Collapse(VulkanShader.Compute(File.ReadAllBytes(spirv), entryPoint: "main"));
Handle c = hlx.ExecuteKernel(new ComputeKernel("gemm_1024", shader, workgroupSize: (16, 16, 1)) { Inputs = [a, b] });
float[,] product = hlx.Resolve<float[,]>(c);

Console.WriteLine(c);
Console.WriteLine($"[[{product[0, 0]}, {product[0, 1]}], [{product[1, 0]}, {product[1, 1]}]]");
