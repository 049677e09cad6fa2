using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hlx.Compute;
using Hlx.Testing;
using static Hlx.Conformance.Bench;

namespace Hlx.Conformance;

/// <summary>Kernels that a user would bring, compared with independent CPU code, byte for byte.</summary>
public sealed class KernelCorpusTests
{
    private static readonly int[] Sizes = [1, 2, 63, 64, 65, 127, 128, 129, 1000, 4097];
    private static readonly (int, int)[] Grids = [(1, 1), (1, 9), (9, 1), (8, 8), (7, 17), (33, 20)];

    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    public static TheoryData<string, int> DevicesAndSizes => new(from device in TestDevices.Vulkan from size in Sizes select (device, size));

    public static TheoryData<string, int, int> DevicesAndGrids => new(from device in TestDevices.Vulkan from grid in Grids select (device, grid.Item1, grid.Item2));

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Saxpy(string device, int count)
    {
        float[] x = Floats(1, count), y = Floats(2, count);
        float[] expected = [.. x.Zip(y, (a, b) => (1.75f * a) + b)];
        using Bench bench = new(device);
        Handle initial = bench.Store(DType.F32, y);
        Equal(expected, bench.Run("saxpy", (32, 1, 1), Groups(count, 32), [bench.Store(DType.F32, x)], [new OutputSpec(DType.F32, [count]) { Initial = initial }], [count, 1.75])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndGrids))]
    public void What_a_kernel_leaves_open_follows_from_its_inputs(string device, int rows, int columns)
    {
        // No outputs, no dispatch, no push constants: they follow from the input's shape and the shader.
        uint[] a = Words(10, rows * columns);
        using Bench bench = new(device);
        Handle input = bench.Runtime.Collapse(Tensor.From<uint>(DType.U32, [rows, columns], a));
        ComputeKernel kernel = new("invert", bench.Shader("invert"), (8, 8, 1)) { Inputs = [input] };
        Tensor result = bench.Runtime.Resolve<Tensor>(bench.Runtime.ExecuteKernel(kernel));
        Assert.Equal([rows, columns], result.Shape.ToArray());
        Equal([.. a.Select(word => ~word)], result);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_determinism_level_is_granted_if_the_shader_may_claim_it(string device)
    {
        using Bench bench = new(device);
        Handle words = bench.Store(DType.U32, Words(11, 100)), floats = bench.Store(DType.F32, Floats(1, 100));
        ComputeKernel invert = new("invert", bench.Shader("invert"), (8, 8, 1)) { Inputs = [words], Determinism = "device-to-device" };
        Equal([.. Words(11, 100).Select(word => ~word)], bench.Runtime.Resolve<Tensor>(bench.Runtime.ExecuteKernel(invert)));
        ComputeKernel saxpy = new("saxpy", bench.Shader("saxpy"), (32, 1, 1)) { Inputs = [floats], PushConstants = [100, 1.5], Determinism = "run-to-run" };
        Handle once = bench.Runtime.ExecuteKernel(saxpy);
        Assert.Equal(once, bench.Runtime.ExecuteKernel(saxpy));
        HlxException refusal = HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => bench.Runtime.ExecuteKernel(saxpy with { Determinism = "device-to-device" }));
        Assert.Contains("OpFMul", refusal.What, StringComparison.Ordinal);
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => bench.Runtime.ExecuteKernel(saxpy with { Determinism = "always" }));
        HlxAssert.Refuses(ErrorCode.NumericsUnsupported, () => bench.Runtime.ExecuteKernel(saxpy with { Numerics = "fp32.ieee" }));
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_tensor_of_another_element_type_is_refused(string device)
    {
        using Bench bench = new(device);
        ComputeKernel saxpy = new("saxpy", bench.Shader("saxpy"), (32, 1, 1)) { Inputs = [bench.Store(DType.F64, new double[4])], Outputs = [new(DType.F32, [4])], PushConstants = [4, 1.0] };
        Assert.Contains("holds Float32 and gets a tensor of f64", HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => bench.Runtime.ExecuteKernel(saxpy)).What, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Devices))]
    public async Task A_kernel_runs_asynchronously_and_stores_nothing_when_cancelled(string device)
    {
        using Bench bench = new(device);
        ComputeKernel invert = new("invert", bench.Shader("invert"), (8, 8, 1)) { Inputs = [bench.Store(DType.U32, Words(12, 100))] };
        Handle result = Assert.Single((await bench.Runtime.RunKernelAsync(invert, TestContext.Current.CancellationToken)).Outputs);
        Equal([.. Words(12, 100).Select(word => ~word)], bench.Runtime.Resolve<Tensor>(result));
        int stored = bench.Runtime.Space.Store.List().Count();
        using CancellationTokenSource cancellation = new();
        await cancellation.CancelAsync();
        ComputeKernel other = invert with { Inputs = [bench.Store(DType.U32, Words(13, 100))] };
        stored = bench.Runtime.Space.Store.List().Count();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Runtime.RunKernelAsync(other, cancellation.Token));
        Assert.Equal(stored, bench.Runtime.Space.Store.List().Count());
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Reduction(string device, int count)
    {
        uint[] x = Words(3, count);
        uint[] expected = [.. x.Chunk(256).Select(chunk => chunk.Aggregate(0u, (sum, word) => unchecked(sum + word)))];
        using Bench bench = new(device);
        Equal(expected, bench.Run("reduce", (256, 1, 1), Groups(count, 256), [bench.Store(DType.U32, x)], [new(DType.U32, [expected.Length])], [count])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Prefix_sum_with_two_outputs_in_two_sets(string device, int count)
    {
        int[] x = [.. Words(4, count).Select(word => (int)(word % 1000) - 500)];
        int[] prefix = [.. x.Chunk(128).SelectMany(chunk => chunk.Select((_, i) => chunk.Take(i + 1).Sum()))], totals = [.. x.Chunk(128).Select(chunk => chunk.Sum())];
        using Bench bench = new(device);
        Tensor[] outputs = bench.Run("scan", (128, 1, 1), Groups(count, 128), [bench.Store(DType.I32, x)], [new(DType.I32, [count]), new(DType.I32, [totals.Length])], [count]);
        Equal(prefix, outputs[0]);
        Equal(totals, outputs[1]);
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Histogram_with_atomics_and_initial_counts(string device, int count)
    {
        uint[] words = Words(5, count);
        uint[] initial = [.. Enumerable.Range(0, 256).Select(i => (uint)(3 * i))], expected = [.. initial];
        foreach (byte value in MemoryMarshal.AsBytes(words.AsSpan())) expected[value]++;
        using Bench bench = new(device);
        OutputSpec counts = new(DType.U32, [256]) { Initial = bench.Store(DType.U32, initial) };
        Equal(expected, bench.Run("histogram", (64, 1, 1), Groups(count, 64), [bench.Store(DType.U32, words)], [counts], [count])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndGrids))]
    public void Transpose(string device, int rows, int columns)
    {
        uint[] a = Words(6, rows * columns);
        uint[] expected = [.. from column in Enumerable.Range(0, columns) from row in Enumerable.Range(0, rows) select a[(row * columns) + column]];
        using Bench bench = new(device);
        Equal(expected, bench.Run("transpose", (8, 8, 1), (Groups(columns, 8).X, Groups(rows, 8).X, 1), [bench.Store(DType.U32, a)], [new(DType.U32, [columns, rows])], [rows, columns])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndGrids))]
    public void Stencil(string device, int width, int height)
    {
        int[] grid = [.. Words(7, width * height).Select(word => (int)(word % 2001) - 1000)];
        int[] expected = new int[grid.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                foreach ((int dx, int dy) in ((int, int)[])[(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)])
                {
                    if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) expected[(y * width) + x] += grid[((y + dy) * width) + x + dx];
                }
            }
        }
        using Bench bench = new(device);
        Equal(expected, bench.Run("stencil", (16, 4, 1), (Groups(width, 16).X, Groups(height, 4).X, 1), [bench.Store(DType.I32, grid)], [new(DType.I32, [height, width])], [width, height])[0]);
    }

    public static TheoryData<string, int> DevicesAndPowers => new(from device in TestDevices.Vulkan from size in (int[])[2, 64, 512] select (device, size));

    [Theory, MemberData(nameof(DevicesAndPowers))]
    public void Bitonic_sort_as_a_pipeline_and_step_by_step(string device, int count)
    {
        uint[] x = Words(8, count);
        using Bench bench = new(device);
        Handle shader = bench.Shader("bitonic"), input = bench.Store(DType.U32, x);
        List<ComputeKernel> steps = [];
        for (int block = 2; block <= count; block *= 2)
        {
            for (int distance = block / 2; distance > 0; distance /= 2)
            {
                steps.Add(new ComputeKernel($"{block}.{distance}", shader, (64, 1, 1))
                {
                    Inputs = [steps.Count == 0 ? input : new StageOutput(steps.Count - 1, 0)],
                    Outputs = [new(DType.U32, [count])],
                    Dispatch = Groups(count, 64),
                    PushConstants = [count, block, distance],
                });
            }
        }
        PipelineConfig pipeline = new("bitonic", [.. steps.Select(step => bench.Runtime.Collapse(step))]);
        Handle sorted = Assert.Single(bench.Runtime.RunPipeline(PipelineConfig.FromValue(pipeline.ToValue())).Outputs);
        Equal(x.Order().ToArray(), bench.Runtime.Resolve<Tensor>(sorted));

        Handle current = input;
        foreach (ComputeKernel step in steps) current = bench.Runtime.ExecuteKernel(step with { Inputs = [current] });
        Assert.Equal(sorted, current);
    }

    [Theory, MemberData(nameof(DevicesAndGrids))]
    public void Mandelbrot(string device, int width, int height)
    {
        uint[] expected = new uint[width * height];
        for (int i = 0; i < expected.Length; i++)
        {
            float cx = (i % width * 0.0625f) - 2, cy = (i / width * 0.0625f) - 1, x = 0, y = 0;
            while (expected[i] < 100 && (x * x) + (y * y) <= 4)
            {
                (x, y) = ((x * x) - (y * y) + cx, (x * y) + (x * y) + cy);
                expected[i]++;
            }
        }
        using Bench bench = new(device);
        Equal(expected, bench.Run("mandelbrot", (8, 8, 1), (Groups(width, 8).X, Groups(height, 8).X, 1), [], [new(DType.U32, [height, width])], [width, height, 100])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Sha256_of_many_messages(string device, int count)
    {
        uint[] blocks = new uint[16 * count], expected = new uint[8 * count];
        for (int i = 0; i < count; i++)
        {
            byte[] message = new byte[i % 56], block = new byte[64];
            new Random(i).NextBytes(message);
            message.CopyTo(block, 0);
            block[message.Length] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(56), 8 * message.Length);
            byte[] digest = SHA256.HashData(message);
            for (int j = 0; j < 16; j++) blocks[(16 * i) + j] = BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(4 * j));
            for (int j = 0; j < 8; j++) expected[(8 * i) + j] = BinaryPrimitives.ReadUInt32BigEndian(digest.AsSpan(4 * j));
        }
        using Bench bench = new(device);
        Handle[] inputs = [bench.Store(DType.U32, blocks), bench.Store(DType.U32, RoundConstants())];
        Equal(expected, bench.Run("sha256", (32, 1, 1), Groups(count, 32), inputs, [new(DType.U32, [count, 8])], [count])[0]);
    }

    [Theory, MemberData(nameof(DevicesAndSizes))]
    public void Sparse_matrix_vector_product(string device, int rows)
    {
        Random random = new(rows);
        List<uint> starts = [0], columns = [];
        List<int> values = [];
        int[] vector = [.. Enumerable.Range(0, 100).Select(_ => random.Next(-50, 50))], expected = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            for (int entry = random.Next(1, 6); entry > 0; entry--)
            {
                columns.Add((uint)random.Next(100));
                values.Add(random.Next(-9, 10));
                expected[row] += values[^1] * vector[columns[^1]];
            }
            starts.Add((uint)columns.Count);
        }
        using Bench bench = new(device);
        Handle[] inputs = [bench.Store(DType.U32, starts.ToArray()), bench.Store(DType.U32, columns.ToArray()), bench.Store(DType.I32, values.ToArray()), bench.Store(DType.I32, vector)];
        Equal(expected, bench.Run("spmv", (32, 1, 1), Groups(rows, 32), inputs, [new(DType.I32, [rows])], [rows])[0]);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_pipeline_returns_the_output_that_it_names_and_refuses_what_is_not_there(string device)
    {
        using Bench bench = new(device);
        Handle shader = bench.Shader("reduce"), input = bench.Store(DType.U32, Words(9, 600));
        ComputeKernel first = new("first", shader, (256, 1, 1)) { Inputs = [input], Outputs = [new(DType.U32, [3])], Dispatch = (3, 1, 1), PushConstants = [600] };
        ComputeKernel second = first with { Inputs = [new StageOutput(0, 0)], Outputs = [new(DType.U32, [1])], Dispatch = (1, 1, 1), PushConstants = [3] };
        Handle[] stages = [bench.Runtime.Collapse(first), bench.Runtime.Collapse(second)];
        uint[] sums = [.. Words(9, 600).Chunk(256).Select(chunk => chunk.Aggregate(0u, (sum, word) => unchecked(sum + word)))];
        PipelineConfig pipeline = new("sum", stages) { SyncBarriers = [new(0, "device")] };
        Equal([sums.Aggregate(0u, (sum, word) => unchecked(sum + word))], bench.Resolve(bench.Runtime.RunPipeline(pipeline)));
        Equal(sums, bench.Resolve(bench.Runtime.RunPipeline(pipeline with { OutputImage = "@0.0" })));

        Refuses(pipeline with { OutputImage = "@2.0" });
        Refuses(pipeline with { OutputImage = "@0.1" });
        Refuses(pipeline with { OutputImage = "&h_image" });
        Refuses(pipeline with { SyncBarriers = [new(2, "device")] });
        Refuses(pipeline with { Stages = [] });
        Refuses(pipeline with { Stages = [stages[1], stages[0]] });
        HlxAssert.Refuses(ErrorCode.ContractFieldValue, () => bench.Runtime.ExecuteKernel(second));

        void Refuses(PipelineConfig bad) => HlxAssert.Refuses(ErrorCode.ContractFieldValue, () => bench.Runtime.RunPipeline(bad));
    }

    [Fact]
    public void An_initial_content_of_another_shape_is_refused()
    {
        using Bench bench = new(TestDevices.Vulkan[0]);
        OutputSpec output = new(DType.F32, [4]) { Initial = bench.Store(DType.F32, new float[5]) };
        HlxAssert.Refuses(ErrorCode.ShapeMismatch, () => bench.Run("saxpy", (32, 1, 1), (1, 1, 1), [bench.Store(DType.F32, new float[4])], [output], [4, 1.0]));
    }

    private static uint[] Words(int seed, int count)
    {
        uint[] words = new uint[count];
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }

    private static float[] Floats(int seed, int count) => FloatSamples.Unit(seed, count).AsSpan<float>().ToArray();

    // FIPS 180-4, section 4.2.2: the fractional parts of the cube roots of the first 64 primes.
    private static uint[] RoundConstants() =>
        [.. Enumerable.Range(2, 400).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0)).Take(64).Select(prime => (uint)(ulong)((Math.Cbrt(prime) - Math.Floor(Math.Cbrt(prime))) * 4294967296.0))];
}
