using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>Products on matrix units where a device has them, and their preparation on every device.</summary>
public sealed class MatrixUnitTests(DeviceFixture drivers)
{
    private static readonly (int M, int N, int K)[] Shapes = [(1, 1, 1), (17, 33, 65), (64, 64, 64), (100, 70, 50), (128, 256, 128), (130, 260, 300), (256, 256, 1)];

    // Planned for a device that has the units, so that any device can run what comes before them.
    private static readonly DeviceCapabilities Planned = DevicePlan
        .For(DeviceSnapshot.FromValue(Json.Decode(File.ReadLines(TestData.PathOf("device-snapshots.jsonl")).First())), new DeviceRequest()).Capabilities;

    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    public static TheoryData<string, string> Profiles
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string device in TestDevices.Vulkan)
            {
                foreach (string profile in NumericsProfile.All.Except([NumericsProfile.Fp32Ieee, NumericsProfile.Fp32Fixed])) data.Add(device, profile);
            }
            return data;
        }
    }

    // Without the layer, which does not know cooperative matrices.
    [Theory, MemberData(nameof(Profiles))]
    public void A_product_is_within_the_bound_of_its_twin_or_refused_by_name(string device, string profile)
    {
        using VulkanContext context = VulkanContext.Open(device);
        (string element, string sum) = MatrixPlanner.TypesOf(profile);
        bool hasUnit = context.Capabilities.CooperativeMatrices.Any(shape => shape.A == element && shape.C == sum && shape is { M: 16, N: 16 });
        foreach ((int m, int n, int k) in Shapes)
        {
            Tensor a = Operand(profile, 1, m, k), b = Operand(profile, 2, k, n);
            if (!hasUnit)
            {
                HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => Gemm.Multiply(context, profile, a, b));
                continue;
            }
            Tensor c = Gemm.Multiply(context, profile, a, b).Product;
            if (profile == NumericsProfile.Int8) Assert.Equal(MatrixReference.Multiply(new(m, n, k), a, b).DataHandle, c.DataHandle);
            else CheckBounds(profile, a, b, c);
        }
        if (!hasUnit) return;
        EveryTile(context, profile);
        EveryForm(context, profile);
    }

    // With integers that all types hold exactly: every sum is exact, and so is what follows, but for GELU.
    private static void EveryForm(VulkanContext context, string profile)
    {
        foreach (GemmProblem problem in GemmProblems.Of(new(33, 20, 70)).Where(problem => problem.Activation != GemmActivation.Gelu && (problem.IsPlain || profile != NumericsProfile.Int8)))
        {
            GemmOperands wide = GemmProblems.Operands(problem, GemmProblems.SmallIntegers);
            GemmOperands typed = wide with { A = Typed(profile, wide.A), B = Typed(profile, wide.B) };
            byte[] expected = wide.C.ToArray();
            GemmReference.Compute(problem, wide, MemoryMarshal.Cast<byte, float>(expected.AsSpan()));
            byte[] actual = Gemm.Compute(context, profile, problem, typed).C;
            if (profile == NumericsProfile.Int8) actual = MemoryMarshal.AsBytes(MemoryMarshal.Cast<byte, int>(actual).ToArray().Select(x => (float)x).ToArray().AsSpan()).ToArray();
            Assert.Equal(expected, actual);
        }
    }

    private static byte[] Typed(string profile, ReadOnlyMemory<byte> numbers)
    {
        float[] floats = MemoryMarshal.Cast<byte, float>(numbers.Span).ToArray();
        return MatrixPlanner.ElementOf(profile) switch
        {
            DType.F16 => MemoryMarshal.AsBytes(floats.Select(x => (Half)x).ToArray().AsSpan()).ToArray(),
            DType.BF16 => MemoryMarshal.AsBytes(floats.Select(x => (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16)).ToArray().AsSpan()).ToArray(),
            DType.I8 => MemoryMarshal.AsBytes(floats.Select(x => (sbyte)x).ToArray().AsSpan()).ToArray(),
            _ => numbers.ToArray(),
        };
    }

    private static void EveryTile(VulkanContext context, string profile)
    {
        const int M = 70, N = 260, K = 300;
        Tensor a = Operand(profile, 1, M, K), b = Operand(profile, 2, K, N);
        foreach (MatrixTile tile in MatrixPlanner.Tiles(profile, context.Capabilities))
        {
            MatrixGemm plan = MatrixGemm.Plan(profile, new(M, N, K), a.Data, b.Data, false, context.Capabilities, tile);
            Tensor c = new(profile == NumericsProfile.Int8 ? DType.I32 : DType.F32, [M, N], context.Run(plan.Sequence).Outputs[0]);
            if (profile == NumericsProfile.Int8) Assert.Equal(MatrixReference.Multiply(new(M, N, K), a, b).DataHandle, c.DataHandle);
            else CheckBounds(profile, a, b, c);
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Splitting_loses_no_more_than_it_says(string device)
    {
        const int M = 37, N = 41, K = 50;
        Tensor a = FloatSamples.Exponents(1, -149, 127, M, K), b = FloatSamples.Unit(2, K, N);
        MatrixGemm plan = MatrixGemm.Plan(NumericsProfile.Fp32Split, new(M, N, K), a.Data, b.Data, false, Planned);
        KernelSequence preparation = new([.. plan.Sequence.Stages.Take(2)], [.. Enumerable.Range(0, 4).Select(output => new StageOutput(1, output))]);
        drivers.On(device, context =>
        {
            IReadOnlyList<byte[]> outputs = context.Run(preparation).Outputs;
            MatrixTile tile = plan.Tile!;
            CheckPlanes(a.AsSpan<float>(), M, K, tile.Rows, tile.Depth, outputs[0], MemoryMarshal.Cast<byte, int>(outputs[2]), isA: true);
            CheckPlanes(b.AsSpan<float>(), K, N, tile.Depth, tile.Columns, outputs[1], MemoryMarshal.Cast<byte, int>(outputs[3]), isA: false);
        });
    }

    [Theory, MemberData(nameof(Devices))]
    public void Digits_lie_in_the_tiles_of_the_product(string device)
    {
        const int M = 37, N = 41, K = 150;
        Tensor a = FloatSamples.Exponents(1, -149, 127, M, K), b = FloatSamples.Unit(2, K, N);
        MatrixGemm plan = MatrixGemm.Plan(NumericsProfile.Fp32Fixed, new(M, N, K), a.Data, b.Data, false, Planned);
        KernelSequence preparation = new([.. plan.Sequence.Stages.Take(2)], [.. Enumerable.Range(0, 4).Select(output => new StageOutput(1, output))]);
        drivers.On(device, context =>
        {
            IReadOnlyList<byte[]> outputs = context.Run(preparation).Outputs;
            MatrixTile tile = plan.Tile!;
            float[] left = a.AsSpan<float>().ToArray(), right = b.AsSpan<float>().ToArray();
            CheckDigits((line, k) => left[(line * K) + k], M, K, tile.Rows, tile.Depth, outputs[0], MemoryMarshal.Cast<byte, int>(outputs[2]));
            CheckDigits((line, k) => right[(k * N) + line], N, K, tile.Columns, tile.Depth, outputs[1], MemoryMarshal.Cast<byte, int>(outputs[3]));
        });
    }

    [Theory, MemberData(nameof(Devices))]
    public void Padding_and_transposing_copies_every_element(string device)
    {
        const int M = 5, N = 7, K = 11;
        foreach (string profile in (string[])[NumericsProfile.Fp16, NumericsProfile.Int8])
        {
            Tensor a = Operand(profile, 1, M, K), b = Operand(profile, 2, K, N);
            MatrixGemm plan = MatrixGemm.Plan(profile, new(M, N, K), a.Data, b.Data, false, Planned);
            int size = a.Type.Size();
            drivers.On(device, context =>
            {
                IReadOnlyList<byte[]> outputs = context.Run(new KernelSequence([.. plan.Sequence.Stages.Take(2)], [new StageOutput(0, 0), new StageOutput(1, 0)])).Outputs;
                Copied(a.Data.Span, M, K, outputs[0], Padded(K, plan.Tile!.Depth), size, transposed: false);
                if (plan.Tile.IsTransposedB) Copied(b.Data.Span, N, K, outputs[1], Padded(K, plan.Tile.Depth), size, transposed: true);
                else Copied(b.Data.Span, K, N, outputs[1], Padded(N, plan.Tile.Columns), size, transposed: false);
            });
        }
    }

    private static void Copied(ReadOnlySpan<byte> source, int rows, int columns, byte[] target, int paddedColumns, int size, bool transposed)
    {
        for (int i = 0; i < target.Length / size; i++)
        {
            int row = i / paddedColumns, column = i % paddedColumns;
            ReadOnlySpan<byte> expected = row < rows && column < columns ? source.Slice(size * (transposed ? (column * rows) + row : (row * columns) + column), size) : new byte[size];
            Assert.True(expected.SequenceEqual(target.AsSpan(size * i, size)), $"element {row}, {column}");
        }
    }

    // Tiles of A follow each other along K, and so do those of B; each holds its high plane, then its low one.
    private static void CheckPlanes(ReadOnlySpan<float> source, int rows, int columns, int tileRows, int tileColumns, byte[] planes, ReadOnlySpan<int> shifts, bool isA)
    {
        ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(planes);
        int plane = tileRows * tileColumns, steps = isA ? Padded(columns, tileColumns) / tileColumns : Padded(rows, tileRows) / tileRows;
        for (int i = 0; i < halves.Length / 2; i++)
        {
            int tile = i / plane, inTile = i % plane, line = tile / steps, step = tile % steps;
            int row = ((isA ? line : step) * tileRows) + (inTile / tileColumns), column = ((isA ? step : line) * tileColumns) + (inTile % tileColumns);
            int at = (2 * tile * plane) + inTile;
            double sum = (double)halves[at] + (double)halves[at + plane];
            if (row >= rows || column >= columns)
            {
                Assert.Equal(0, sum);
                continue;
            }
            double exact = Math.ScaleB(source[(row * columns) + column], -shifts[isA ? row : column]);
            Assert.InRange(Math.Abs(exact), 0, 32768);
            Assert.InRange(sum, exact - Rest(exact), exact + Rest(exact));
        }

        static double Rest(double exact) => Math.ScaleB(Math.Abs(exact), -21) + Math.ScaleB(1, -24);
    }

    private static void CheckDigits(Func<int, int, float> source, int lines, int length, int tileLines, int tileDepth, byte[] planes, ReadOnlySpan<int> units)
    {
        int plane = tileLines * tileDepth, steps = Padded(length, tileDepth) / tileDepth;
        Assert.Equal(3 * plane * steps * (Padded(lines, tileLines) / tileLines), planes.Length);
        for (int i = 0; i < planes.Length / 3; i++)
        {
            int tile = i / plane, inTile = i % plane, at = (3 * tile * plane) + inTile;
            int line = (tile / steps * tileLines) + (inTile / tileDepth), k = (tile % steps * tileDepth) + (inTile % tileDepth);
            int integer = ((sbyte)planes[at] << 16) + ((sbyte)planes[at + plane] << 8) + (sbyte)planes[at + (2 * plane)];
            double exact = line < lines && k < length ? Math.ScaleB(source(line, k), -units[line]) : 0;
            Assert.InRange(integer, exact - 0.5, exact + 0.5);
        }
    }

    private static void CheckBounds(string profile, Tensor a, Tensor b, Tensor c)
    {
        float[] left = Floats(a), right = Floats(b);
        int m = a.Shape[0], k = a.Shape[1], n = b.Shape[1];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                int column = j;
                (double exact, double bound) = MatrixReference.Element(profile, left.AsSpan(i * k, k), [.. Enumerable.Range(0, k).Select(x => right[(x * n) + column])]);
                Assert.InRange(c.AsSpan<float>()[(i * n) + j], exact - bound, exact + bound);
            }
        }
    }

    private static float[] Floats(Tensor tensor) => tensor.Type switch
    {
        DType.F16 => [.. MemoryMarshal.Cast<byte, Half>(tensor.Data.Span).ToArray().Select(x => (float)x)],
        DType.BF16 => [.. MemoryMarshal.Cast<byte, ushort>(tensor.Data.Span).ToArray().Select(x => BitConverter.UInt32BitsToSingle((uint)x << 16))],
        _ => tensor.AsSpan<float>().ToArray(),
    };

    private static Tensor Operand(string profile, int seed, int rows, int columns)
    {
        float[] numbers = FloatSamples.Unit(seed, rows, columns).AsSpan<float>().ToArray();
        return MatrixPlanner.ElementOf(profile) switch
        {
            DType.F16 => Tensor.From<Half>(DType.F16, [rows, columns], [.. numbers.Select(x => (Half)x)]),
            DType.BF16 => Tensor.From<ushort>(DType.BF16, [rows, columns], [.. numbers.Select(x => (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16))]),
            DType.I8 => Tensor.From<sbyte>(DType.I8, [rows, columns], [.. numbers.Select(x => (sbyte)(x * 127))]),
            _ => FloatSamples.Exponents(seed, -149, 100, rows, columns) is var wide && seed == 1 ? wide : FloatSamples.Exponents(seed, -40, 20, rows, columns),
        };
    }

    private static int Padded(int extent, int by) => (extent + by - 1) / by * by;
}
