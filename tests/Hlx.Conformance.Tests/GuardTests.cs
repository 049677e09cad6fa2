using System.Globalization;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>What Vulkan leaves undefined for some operands has one result on every device, the documented one.</summary>
public sealed class GuardTests
{
    private static readonly int[] Numbers = [-7, 7, 0, 1, -1, 3, -3, int.MinValue, int.MaxValue, 31, 32, 33, 64, 65, -64, 1 << 30];

    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    [Theory, MemberData(nameof(Devices))]
    public void Signed_division_and_remainders(string device) => AssertPairs(device, "r[4*i] = x / y; r[4*i+1] = x % y;", (x, y) => [Quotient(x, y), Modulo(x, y)]);

    [Theory, MemberData(nameof(Devices))]
    public void Unsigned_division_and_remainders(string device) => AssertPairs(device, "r[4*i] = int(uint(x) / uint(y)); r[4*i+1] = int(uint(x) % uint(y));", (x, y) =>
        [y == 0 ? x : (int)((uint)x / (uint)y), y == 0 ? 0 : (int)((uint)x % (uint)y)]);

    [Theory, MemberData(nameof(Devices))]
    public void Divisions_of_vectors(string device) => AssertPairs(
        device, "ivec3 q = ivec3(x, y, 5) / ivec3(y, 0, x); uvec2 m = uvec2(x, y) % uvec2(y, x); r[4*i] = q.x ^ q.y; r[4*i+1] = q.z; r[4*i+2] = int(m.x); r[4*i+3] = int(m.y);", (x, y) =>
        [Quotient(x, y) ^ y, Quotient(5, x), y == 0 ? 0 : (int)((uint)x % (uint)y), x == 0 ? 0 : (int)((uint)y % (uint)x)]);

    [Theory, MemberData(nameof(Devices))]
    public void Shifts(string device) => AssertPairs(device, "r[4*i] = x << y; r[4*i+1] = x >> y; r[4*i+2] = int(uint(x) >> y);", (x, y) =>
        [x << (y & 31), x >> (y & 31), (int)((uint)x >> (y & 31))]);

    [Theory, MemberData(nameof(Devices))]
    public void Bit_fields(string device) => AssertPairs(
        device,
        "r[4*i] = bitfieldExtract(-559038737, x, y); r[4*i+1] = int(bitfieldExtract(uint(-559038737), x, y)); r[4*i+2] = bitfieldInsert(-559038737, 1234567, x, y);",
        (x, y) =>
        {
            int offset = (uint)x < 32 ? x : 0, bits = (uint)x < 32 ? (int)Math.Min((uint)y, 32u - (uint)x) : 0;
            ulong mask = (1ul << bits) - 1;
            long field = (long)((0xdeadbeefu >> offset) & mask);
            int signed = bits == 0 ? 0 : (int)(field << (64 - bits) >> (64 - bits));
            return [signed, (int)field, (int)((0xdeadbeefu & ~(mask << offset)) | ((1234567 & mask) << offset))];
        });

    [Theory, MemberData(nameof(Devices))]
    public void Clamps_without_a_range(string device) => AssertPairs(device, "r[4*i] = clamp(5, x, y); r[4*i+1] = int(clamp(5u, uint(x), uint(y)));", (x, y) =>
        [Math.Min(Math.Max(5, x), y), (int)Math.Min(Math.Max(5u, (uint)x), (uint)y)]);

    [Theory, MemberData(nameof(Devices))]
    public void Indices_of_private_memory_vectors_and_buffers(string device) => AssertPairs(
        device, "int t[5]; t[1] = 11; t[4] = 44; t[x] = t[x] + 100; ivec3 v = ivec3(7, 8, 9); r[4*i] = t[y]; r[4*i+1] = v[x]; r[4*i+2] = a[x]; v[y] = 1; r[4*i+3] = v.x * 100 + v.y * 10 + v.z;", (x, y) =>
        {
            int[] inputs = [.. Pairs().X, .. Pairs().Y];
            int[] table = [0, 11, 0, 0, 44], vector = [7, 8, 9];
            table[Clamp(x, 5)] += 100;
            int element = vector[Clamp(x, 3)];
            vector[Clamp(y, 3)] = 1;
            return [table[Clamp(y, 5)], element, inputs[Clamp(x, inputs.Length)], (vector[0] * 100) + (vector[1] * 10) + vector[2]];
        });

    [Theory, MemberData(nameof(Devices))]
    public void Stores_out_of_bounds_do_nothing(string device)
    {
        using Bench bench = new(device);
        int[] x = [5, -1, 1 << 30, 3, 64, 62, int.MinValue, 0];
        int[] actual = Run(bench, """
            layout(local_size_x = 8) in;
            layout(binding = 0) readonly buffer A { int a[]; };
            layout(binding = 1) buffer R { int r[]; };
            shared int s[64];
            shared int n[2];
            void main() {
                uint i = gl_LocalInvocationIndex; s[a[i]] = 1000 + int(i); atomicAdd(n[a[i]], 1); barrier();
                for (int k = int(i); k < 64; k += 8) r[k] = s[k] + 100 * n[k & 1];
                barrier(); atomicAdd(r[a[i]], 1); r[a[i] + 64] = -5;
            }
            """, x, 64, 1);
        int[] shared = new int[64];
        for (int i = 0; i < x.Length; i++)
        {
            if ((uint)x[i] < 64) shared[x[i]] = 1000 + i;
        }
        int[] expected = [.. shared.Select((element, k) => element + (k % 2 == 0 ? 100 : 0))];
        foreach (int at in x.Where(at => (uint)at < 64)) expected[at]++;
        expected[63] = -5; // from −1
        Assert.Equal(expected, actual);
    }

    // In an array that has an element at what a negative number would be without its sign.
    [Theory, MemberData(nameof(Devices))]
    public void Narrow_indices_keep_their_sign(string device)
    {
        foreach ((int width, int length) in ((int, int)[])[(8, 300), (16, 70_000)])
        {
            byte[] shader = ShaderText.Assemble($$"""
                OpCapability Shader
                OpCapability Int{{width}}
                OpMemoryModel Logical GLSL450
                OpEntryPoint GLCompute %main "main" %place
                OpExecutionMode %main LocalSize 4 1 1
                OpDecorate %place BuiltIn LocalInvocationIndex
                OpDecorate %array ArrayStride 4
                OpDecorate %block Block
                OpMemberDecorate %block 0 Offset 0
                OpDecorate %a DescriptorSet 0
                OpDecorate %a Binding 0
                OpDecorate %r DescriptorSet 0
                OpDecorate %r Binding 1
                %void = OpTypeVoid
                %int = OpTypeInt 32 1
                %uint = OpTypeInt 32 0
                %narrow = OpTypeInt {{width}} 1
                %void_void = OpTypeFunction %void
                %array = OpTypeRuntimeArray %int
                %block = OpTypeStruct %array
                %ptr_block = OpTypePointer StorageBuffer %block
                %ptr_int = OpTypePointer StorageBuffer %int
                %ptr_in = OpTypePointer Input %uint
                %a = OpVariable %ptr_block StorageBuffer
                %r = OpVariable %ptr_block StorageBuffer
                %place = OpVariable %ptr_in Input
                %zero = OpConstant %int 0
                %main = OpFunction %void None %void_void
                %start = OpLabel
                %i = OpLoad %uint %place
                %from = OpAccessChain %ptr_int %a %zero %i
                %wide = OpLoad %int %from
                %index = OpSConvert %narrow %wide
                %at = OpAccessChain %ptr_int %a %zero %index
                %element = OpLoad %int %at
                %to = OpAccessChain %ptr_int %r %zero %i
                OpStore %to %element
                OpReturn
                OpFunctionEnd
                """);
            int[] a = [.. Enumerable.Range(0, length).Select(i => 7 * i)];
            (a[0], a[1], a[2], a[3]) = (-1, 5, -3, 100);
            using Bench bench = new(device);
            KernelRun Run() => bench.Runtime.RunKernel(new ComputeKernel("narrow", bench.Runtime.Collapse(VulkanShader.Compute(shader)), new(4, 1, 1))
            {
                Inputs = [KernelInput.From(bench.Store(DType.I32, a))],
                Outputs = [new OutputSpec(DType.I32, [4])],
                Dispatch = new Extent3(1, 1, 1),
                Determinism = "device-to-device",
            });
            if (((VulkanContext)bench.Runtime.KernelDevice).Capabilities.Features.Contains($"shaderInt{width}"))
                Assert.Equal([a[^1], a[5], a[^1], a[100]], bench.Resolve(Run()).AsSpan<int>().ToArray());
            else HlxAssert.Refuses(ErrorCode.DeviceFeature, () => Run());
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Memory_that_is_not_written_is_zero(string device)
    {
        using Bench bench = new(device);
        int[] actual = Run(bench, """
            layout(local_size_x = 32) in;
            struct P { ivec2 p; uint q[3]; };
            layout(binding = 0) readonly buffer A { int a[]; };
            layout(binding = 1) buffer R { int r[]; };
            shared int s[40][13];
            shared P p[5];
            shared int one;
            int global[9];
            void main() {
                uint i = gl_LocalInvocationIndex; int local[64]; if (a[0] == 1) local[i] = 1;
                int sum = one + local[i] + global[i % 9] + p[i % 5].p.y + int(p[i % 5].q[2]);
                for (uint k = i; k < 520u; k += 32u) sum += s[k / 13][k % 13];
                barrier();
                for (uint k = i; k < 520; k += 32) s[k / 13][k % 13] = -1;
                one = 7; p[i % 5].p = ivec2(9); p[i % 5].q[2] = 3u;
                r[gl_GlobalInvocationID.x] = sum;
            }
            """, [0, 1, 2, 3], 32 * 50, 50);
        Assert.All(actual, element => Assert.Equal(0, element));
    }

    private static int[] Run(Bench bench, string glsl, int[] input, int count, uint groups)
    {
        Handle shader = bench.Runtime.Collapse(VulkanShader.Compute(ShaderText.Compile(glsl)));
        KernelRun run = bench.Runtime.RunKernel(new ComputeKernel("guarded", shader, SizeOf(glsl))
        {
            Inputs = [KernelInput.From(bench.Store(DType.I32, input))],
            Outputs = [new OutputSpec(DType.I32, [count])],
            Dispatch = new Extent3(groups, 1, 1),
            Determinism = "device-to-device",
        });
        return bench.Resolve(run).AsSpan<int>().ToArray();
    }

    private static Extent3 SizeOf(string glsl)
    {
        string size = glsl.Split("local_size_x = ")[1].Split(')')[0];
        return new(uint.Parse(size, CultureInfo.InvariantCulture), 1, 1);
    }

    // Each pair of numbers is one invocation's x and y.
    private static void AssertPairs(string device, string body, Func<int, int, int[]> oracle)
    {
        using Bench bench = new(device);
        (int[] x, int[] y) = Pairs();
        int[] actual = Run(bench, $$"""
            layout(local_size_x = 64) in;
            layout(binding = 0) readonly buffer A { int a[]; };
            layout(binding = 1) buffer R { int r[]; };
            void main() { uint i = gl_GlobalInvocationID.x; int x = a[i], y = a[i + {{x.Length}}u]; {{body}} }
            """, [.. x, .. y], 4 * x.Length, (uint)x.Length / 64);
        for (int i = 0; i < x.Length; i++)
        {
            int[] expected = oracle(x[i], y[i]);
            Assert.Equal((x[i], y[i], string.Join(' ', expected)), (x[i], y[i], string.Join(' ', actual.Skip(4 * i).Take(expected.Length))));
        }
    }

    private static (int[] X, int[] Y) Pairs() =>
        ([.. Numbers.SelectMany(x => Numbers.Select(_ => x))], [.. Numbers.SelectMany(_ => Numbers)]);

    private static int Clamp(int index, int length) => (int)Math.Min((uint)index, (uint)length - 1);

    private static int Quotient(int x, int y) => y == 0 ? x : unchecked((int)((long)x / y));

    private static int Modulo(int x, int y)
    {
        if (y == 0) return 0;
        long remainder = (long)x % y;
        return (int)(remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder);
    }
}
