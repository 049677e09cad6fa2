using System.Runtime.InteropServices;
using Hlx.Compute;

namespace Hlx.Vulkan;

/// <summary>Finds out what a device's binary32 arithmetic does, by running shaders/behaviour.comp on operands that tell.</summary>
internal static class BehaviourTest
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private const int RandomTriples = 4096;
    private const int GroupSize = 64;
    private const uint MagnitudeMask = 0x7fffffff;
    private const uint SmallestNormal = 0x00800000;

    public static DeviceBehaviour Run(VulkanContext device)
    {
        uint[] operands = Operands();
        int count = operands.Length / 4;
        uint[] constants = [(uint)count];
        KernelLaunch launch = new(
            LoadShader(),
            "main",
            [KernelBuffer.Input(0, 0, MemoryMarshal.AsBytes(operands.AsSpan()).ToArray()), KernelBuffer.Output(0, 1, 4L * operands.Length)],
            new Extent3((uint)((count + GroupSize - 1) / GroupSize), 1, 1))
        {
            PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray(),
        };
        ReadOnlySpan<uint> results = MemoryMarshal.Cast<byte, uint>(device.Run(launch, Timeout).Outputs[0]);

        bool fused = true, keepsDenormals = true;
        for (int i = 0; i < count; i++)
        {
            float x = Number(operands[4 * i]), y = Number(operands[(4 * i) + 1]), z = Number(operands[(4 * i) + 2]);
            uint fma = Bits(MathF.FusedMultiplyAdd(x, y, z)), product = Bits(x * y), sum = Bits(x + z);
            if (IsDenormal(operands[4 * i]) || IsDenormal(fma) || IsDenormal(product) || IsDenormal(sum))
                keepsDenormals &= results[(4 * i) + 1] == product && results[(4 * i) + 2] == sum;
            else
                fused &= results[4 * i] == fma;
        }
        return new(fused, keepsDenormals);
    }

    // Triples with x·y + z close to cancellation, where one rounding and two differ; then operands, products and sums around 2^-126.
    private static uint[] Operands()
    {
        Random random = new(20_250_101);
        List<uint> operands = [];
        for (int i = 0; i < RandomTriples; i++)
        {
            float x = (float)(1 + random.NextDouble()), y = (float)(1 + random.NextDouble());
            Add(x, y, -(x * y));
        }
        for (int i = 0; i < RandomTriples; i++)
        {
            float x = (float)Math.ScaleB(1 + random.NextDouble(), random.Next(-149, -120));
            Add(x, (float)Math.ScaleB(1 + random.NextDouble(), random.Next(-3, 3)), -(float)Math.ScaleB(1 + random.NextDouble(), random.Next(-149, -120)));
        }
        return [.. operands];

        void Add(float x, float y, float z) => operands.AddRange([Bits(x), Bits(y), Bits(z), 0]);
    }

    private static byte[] LoadShader()
    {
        using Stream stream = typeof(BehaviourTest).Assembly.GetManifestResourceStream("behaviour.spv")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsDenormal(uint bits) => (bits & MagnitudeMask) is > 0 and < SmallestNormal;

    private static uint Bits(float number) => BitConverter.SingleToUInt32Bits(number);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
