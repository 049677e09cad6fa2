using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>The emulated fused multiply-add has the bits of the processor's, on every class of operands.</summary>
public sealed class ExactFmaTests(DeviceFixture drivers)
{
    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    private const int Batch = 1 << 20;

    private static readonly ShaderCode Shader = TestCode.Load("fma_exact_test");

    public static TheoryData<string, string> Classes
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string device in TestDevices.Vulkan)
            {
                foreach (string name in Generators.Keys) data.Add(device, name);
            }
            return data;
        }
    }

    // 12 classes of 2^20 random triples each: more than 12 million on each device.
    private static readonly Dictionary<string, Func<Random, (uint X, uint Y, uint Z)>> Generators = new()
    {
        ["any bits"] = random => (Any(random), Any(random), Any(random)),
        ["any bits, again"] = random => (Any(random), Any(random), Any(random)),
        ["near one"] = random => (Near(random, 0, 4), Near(random, 0, 4), Near(random, 0, 4)),
        ["addend near the product"] = random => WithProduct(Near(random, 0, 30), Near(random, 0, 30), product => Bits(product) + (uint)random.Next(-3, 4)),
        ["cancellation"] = random => WithProduct(Near(random, 0, 10), Near(random, 0, 10), product => Bits(-product)),
        ["denormal results"] = random => (Near(random, -70, 8), Near(random, -70, 8), Near(random, -140, 14)),
        ["denormal operands"] = random => (Any(random) & 0x807fffff, Near(random, 0, 60), Any(random) & 0x807fffff),
        ["around the smallest normal"] = random => (Near(random, -63, 2), Near(random, -63, 2), Near(random, -126, 2)),
        ["overflow"] = random => (Near(random, 64, 3), Near(random, 63, 3), Near(random, 126, 3)),
        ["halfway cases"] = random => (ShortSignificand(random), ShortSignificand(random), ShortSignificand(random) + ((uint)random.Next(20, 28) << 23)),
        ["addend far below"] = random => (Near(random, 10, 5), Near(random, 10, 5), Near(random, -60, 40)),
        ["product far below"] = random => (Near(random, -30, 20), Near(random, -30, 20), Near(random, 10, 5)),
    };

    [Theory, MemberData(nameof(Classes))]
    public void Agrees_on_random_triples(string device, string name)
    {
        Random random = new(StableSeed(name));
        uint[] x = new uint[Batch], y = new uint[Batch], z = new uint[Batch];
        for (int i = 0; i < Batch; i++) (x[i], y[i], z[i]) = Generators[name](random);
        drivers.On(device, context => Agrees(context, x, y, z));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Agrees_on_every_triple_of_edge_values(string device)
    {
        uint[] magnitudes =
        [
            0, 1, 2, 3, 0x007ffffe, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x01000000, 0x1fffffff, 0x20000000, 0x33800000, 0x34000000, 0x3effffff,
            0x3f000000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fffffff, 0x40000000, 0x4b7fffff, 0x4b800000, 0x5f000000, 0x7effffff, 0x7f000000, 0x7f7ffffe,
            0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff,
        ];
        uint[] edges = [.. magnitudes, .. magnitudes.Select(bits => bits | 0x80000000)];
        (uint X, uint Y, uint Z)[] triples = [.. from x in edges from y in edges from z in edges select (x, y, z)];
        Assert.Equal(64 * 64 * 64, triples.Length);
        drivers.On(device, context => Agrees(
            context, [.. triples.Select(triple => triple.X)], [.. triples.Select(triple => triple.Y)], [.. triples.Select(triple => triple.Z)]));
    }

    private static void Agrees(VulkanContext device, uint[] x, uint[] y, uint[] z)
    {
        uint[] constants = [(uint)x.Length];
        KernelLaunch launch = new(
            Shader,
            "main",
            [Input(0, x), Input(1, y), Input(2, z), KernelBuffer.Output(0, 3, 4L * x.Length)],
            new Extent3((uint)((x.Length + 63) / 64), 1, 1))
        { PushConstants = MemoryMarshal.AsBytes(constants.AsSpan()).ToArray() };
        ReadOnlySpan<uint> results = MemoryMarshal.Cast<byte, uint>(device.Run(launch).Outputs[0]);
        for (int i = 0; i < x.Length; i++)
        {
            float expected = MathF.FusedMultiplyAdd(Number(x[i]), Number(y[i]), Number(z[i]));
            uint bits = float.IsNaN(expected) ? NumericsProfile.CanonicalNaN32 : Bits(expected);
            if (results[i] != bits) Assert.Fail($"fma({x[i]:x8}, {y[i]:x8}, {z[i]:x8}) is {results[i]:x8} and should be {bits:x8}");
        }
    }

    private static KernelBuffer Input(uint binding, uint[] words) => KernelBuffer.Input(0, binding, MemoryMarshal.AsBytes(words.AsSpan()).ToArray());

    private static int StableSeed(string name) => name.Aggregate(17, (seed, letter) => unchecked((seed * 31) + letter));

    private static uint Any(Random random) => (uint)random.NextInt64(1L << 32);

    // A random sign and significand with an exponent at most `spread` from a centre.
    private static uint Near(Random random, int centre, int spread)
    {
        int biased = Math.Clamp(centre + random.Next(-spread, spread + 1) + 127, 0, 254);
        return (Any(random) & 0x807fffff) | ((uint)biased << 23);
    }

    private static (uint X, uint Y, uint Z) WithProduct(uint x, uint y, Func<float, uint> addend) => (x, y, addend(Number(x) * Number(y)));

    // Few significant bits: sums of such numbers often lie exactly between two others.
    private static uint ShortSignificand(Random random) => 0x3f800000 | ((uint)random.Next(1 << 4) << 19) | ((uint)random.Next(2) << 31);

    private static uint Bits(float number) => BitConverter.SingleToUInt32Bits(number);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
