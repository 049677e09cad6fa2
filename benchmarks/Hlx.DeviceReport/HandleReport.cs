using Hlx.Benchmarks;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.DeviceReport;

/// <summary>Compares the handles of a device's products with the CPU device's.</summary>
internal static class HandleReport
{
    private sealed record Case(string Name, Tensor A, Tensor B);

    public static bool Write(VulkanContext device, CpuDevice cpu, string folder)
    {
        ResultFile file = new("handles", device.Name, device.Driver, new()
        {
            ["numerics"] = $"{NumericsProfile.Fp32Ieee} version {NumericsProfile.Fp32IeeeVersion}",
            ["fused_fma"] = $"{device.Behaviour.FusedFma}",
            ["keeps_denormals"] = $"{device.Behaviour.KeepsDenormals}",
            ["reference"] = cpu.Name,
            ["value"] = "1 if the product has the CPU device's handle, else 0; profile is fp32.ieee and the path taken",
        });
        bool all = true;
        foreach (Case item in Cases())
        {
            GemmResult ours = Gemm.Multiply(device, item.A, item.B), reference = Gemm.Multiply(cpu, item.A, item.B);
            bool same = ours.Product.DataHandle == reference.Product.DataHandle;
            all &= same;
            GemmShape shape = GemmShape.Of(item.A, item.B);
            file.Add("hlx", $"{NumericsProfile.Fp32Ieee}, {ours.Path}", $"{shape.M}x{shape.N}x{shape.K} {item.Name}", "same_handle", "bool", [same ? 1 : 0]);
            Console.WriteLine($"{(same ? "same " : "OTHER")} {ours.Path,-7} {shape.M}x{shape.N}x{shape.K} {item.Name}: {Handle.Of(ours.Product.ToContract())}");
        }
        file.WriteTo(folder);
        return all;
    }

    private static IEnumerable<Case> Cases()
    {
        yield return new("uniform, the demo's", RandomTensor.Uniform(1, 1024, 1024), RandomTensor.Uniform(2, 1024, 1024));
        foreach ((int m, int n, int k) in ((int, int, int)[])[(1, 1, 1), (1, 300, 1537), (300, 1, 1537), (17, 15, 511), (64, 64, 512), (65, 63, 513), (1000, 777, 513), (3, 5, 4096)])
        {
            yield return new("uniform", FloatSamples.Unit(1, m, k), FloatSamples.Unit(2, k, n));
            yield return new("special values", FloatSamples.Special(3, m, k), FloatSamples.Special(4, k, n));
            yield return new("all exponents", FloatSamples.Exponents(5, -149, 60, m, k), FloatSamples.Exponents(6, -149, 60, k, n));
            yield return new("sums in the denormal range, exact", FloatSamples.Exponents(7, -50, -47, m, k), FloatSamples.Exponents(8, -50, -47, k, n));
            yield return new("sums in the denormal range, rounded", FloatSamples.Exponents(9, -75, -60, m, k), FloatSamples.Exponents(10, -75, -60, k, n));
            yield return new("denormal inputs", FloatSamples.Exponents(11, -149, -127, m, k), FloatSamples.Exponents(12, 30, 60, k, n));
            yield return new("denormal inputs and results", FloatSamples.Exponents(13, -149, -127, m, k), FloatSamples.Exponents(14, -10, 2, k, n));
            yield return new("overflow", FloatSamples.Exponents(15, 50, 66, m, k), FloatSamples.Exponents(16, 50, 66, k, n));
        }
    }
}
