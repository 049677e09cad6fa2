using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Modules that the emitter made give what they were built to give.</summary>
public sealed class EmittedModuleTests(DeviceFixture drivers)
{
    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    public static TheoryData<string, int, int> DevicesAndShapes => new(
        from device in TestDevices.Vulkan from shape in ((int, int)[])[(1, 32), (100, 32), (1000, 64), (129, 128), (64, 1)] select (device, shape.Item1, shape.Item2));

    [Theory, MemberData(nameof(DevicesAndShapes))]
    public void Loops_selections_shared_memory_and_atomics(string device, int count, int workgroup)
    {
        const uint Scale = 3;
        uint[] x = [.. Enumerable.Range(0, count).Select(i => (uint)((i * 2654435761) >> 3))], y = new uint[count], counts = new uint[1];
        for (uint i = 0; i < count; i++)
        {
            for (uint j = 0; j < i % 7; j++) y[i] = unchecked(y[i] + x[i] + (j * Scale));
            if (x[i] % 2 == 0) counts[0] = unchecked(counts[0] + x[i]);
        }
        KernelLaunch launch = new(
            new ShaderCode(EmittedShader.Loops()), "main",
            [KernelBuffer.Input(0, 0, Bytes(x)), KernelBuffer.Output(0, 1, 4 * count), KernelBuffer.Output(0, 2, 4)], Bench.Groups(count, workgroup))
        {
            PushConstants = Bytes([(uint)count, Scale]),
            Specialization = [new(0, (ulong)workgroup)],
        };
        drivers.On(device, context =>
        {
            KernelResult result = context.Run(launch);
            Assert.Equal(Bytes(y), result.Outputs[0]);
            Assert.Equal(Bytes(counts), result.Outputs[1]);
        });
    }

    [Theory, MemberData(nameof(Devices))]
    public void Precise_operations_round_twice_on_every_device(string device)
    {
        const int Count = 64 * 100;
        float[] x = FloatSamples.Unit(1, Count).AsSpan<float>().ToArray(), y = FloatSamples.Unit(2, Count).AsSpan<float>().ToArray();
        float[] expected = [.. x.Zip(y, (a, b) => (a * b) + a)];
        KernelLaunch launch = new(
            new ShaderCode(EmittedShader.Precise()), "main",
            [KernelBuffer.Input(0, 0, Bytes(x)), KernelBuffer.Input(0, 1, Bytes(y)), KernelBuffer.Output(0, 2, 4 * Count)], Bench.Groups(Count, 64));
        drivers.On(device, context => Assert.Equal(Bytes(expected), context.Run(launch).Outputs[0]));
    }

    /// <summary>The layer and spirv-val of Debian 12 are older than cooperative matrices: this module runs without them.</summary>
    [Theory, MemberData(nameof(Devices))]
    public void A_cooperative_matrix_is_multiplied_where_the_device_does_and_refused_where_not(string device)
    {
        Half[] a = [.. Enumerable.Range(0, 256).Select(i => (Half)((i % 13) - 6))], b = [.. Enumerable.Range(0, 256).Select(i => (Half)((i % 11) - 5))];
        float[] expected = new float[256];
        for (int i = 0; i < 16; i++)
        {
            for (int j = 0; j < 16; j++) expected[(16 * i) + j] = Enumerable.Range(0, 16).Sum(k => (float)a[(16 * i) + k] * (float)b[(16 * k) + j]);
        }
        using HlxRuntime runtime = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = device, Validation = false });
        ComputeKernel kernel = new("tile", runtime.Collapse(VulkanShader.Compute(EmittedShader.CooperativeMatrix())), (32, 1, 1))
        {
            Inputs = [runtime.Collapse(Tensor.From<Half>(DType.F16, [16, 16], a)), runtime.Collapse(Tensor.From<Half>(DType.F16, [16, 16], b))],
            Outputs = [new(DType.F32, [16, 16])],
            Dispatch = (1, 1, 1),
        };
        if (((VulkanContext)runtime.KernelDevice).Capabilities.Features.Contains("cooperativeMatrix"))
            Bench.Equal(expected, runtime.Resolve<Tensor>(runtime.ExecuteKernel(kernel)));
        else HlxAssert.Refuses(ErrorCode.DeviceFeature, () => runtime.ExecuteKernel(kernel));
    }

    private static byte[] Bytes<T>(T[] elements)
        where T : unmanaged => MemoryMarshal.AsBytes(elements.AsSpan()).ToArray();
}
