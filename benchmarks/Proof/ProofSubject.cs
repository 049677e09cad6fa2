using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Kernels;

namespace Hlx.Benchmarks;

/// <summary>A recording whose outputs can be poisoned before each run.</summary>
/// <param name="Sequence">What to record.</param>
/// <param name="Output">Where the result comes out.</param>
/// <param name="Prepare">Writes what the recording does not hold, such as rows and counters; to be called before each run.</param>
/// <param name="Kept">Buffers that are not to be poisoned, since they are inputs too.</param>
internal sealed record ProofRecording(KernelSequence Sequence, StageOutput Output, Action<IKernelProgram> Prepare, IReadOnlyList<StageBuffer> Kept);

/// <summary>
/// A computation on random numbers of a seed, by which determinism is proved: its handle is the same in every run, and for
/// device-to-device profiles on every device (tests/data/golden-handles.jsonl).
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Profile">Its numerics profile.</param>
internal abstract record ProofSubject(string Name, string Profile)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ProofSubject> All { get; } =
    [
        .. NumericsProfile.All.Select(profile => new GemmSubject(profile, new GemmProblem(new(48, 40, 700)))),
        new GemmSubject(NumericsProfile.Fp32Ieee, new GemmProblem(new(33, 47, 300)) { TransposeB = true, Alpha = 0.5f, HasBias = true, Activation = GemmActivation.Gelu }),
        new MlpSubject(5),
        new MlpSubject(40),
    ];

    /// <summary>Whether its bits are promised on every device.</summary>
    public bool IsDeviceToDevice => NumericsProfile.IsDeviceToDevice(Profile);

    /// <summary>Whether a device has the profile.</summary>
    public bool IsOn(IComputeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device is not IKernelDevice kernels) return IsDeviceToDevice;
        return Profile is NumericsProfile.Fp32Ieee or NumericsProfile.Fp32Fixed || MatrixPlanner.HasUnit(Profile, kernels.Capabilities);
    }

    /// <summary>Computes it as any caller would.</summary>
    /// <param name="device">The device.</param>
    /// <param name="seed">The seed.</param>
    public abstract byte[] Compute(IComputeDevice device, ulong seed);

    /// <summary>What to record on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="seed">The seed.</param>
    public abstract ProofRecording Record(IKernelDevice device, ulong seed);

    /// <summary>The handle of a result.</summary>
    public static Handle HandleOf(ReadOnlySpan<byte> result) => Handle.OfBlob(result);

    /// <summary>Random numbers of a type.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="type">f32, f16, bf16 or i8.</param>
    public static byte[] Numbers(ulong seed, int count, DType type)
    {
        ReadOnlySpan<float> uniform = RandomTensor.Uniform(seed, count).AsSpan<float>();
        return type switch
        {
            DType.F16 => MemoryMarshal.AsBytes(uniform.ToArray().Select(x => (Half)x).ToArray().AsSpan()).ToArray(),
            DType.BF16 => MemoryMarshal.AsBytes(uniform.ToArray().Select(x => (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16)).ToArray().AsSpan()).ToArray(),
            DType.I8 => MemoryMarshal.AsBytes(uniform.ToArray().Select(x => (sbyte)(x * 127)).ToArray().AsSpan()).ToArray(),
            _ => MemoryMarshal.AsBytes(uniform).ToArray(),
        };
    }
}

/// <summary>A product.</summary>
/// <param name="Profile">Its numerics profile.</param>
/// <param name="Problem">What is computed.</param>
internal sealed record GemmSubject(string Profile, GemmProblem Problem) : ProofSubject(
    $"gemm {Problem.Shape.M}x{Problem.Shape.N}x{Problem.Shape.K}{(Problem.TransposeB ? ", B transposed" : "")}{(Problem.IsPlain ? "" : ", bias, GELU")}", Profile)
{
    /// <inheritdoc/>
    public override byte[] Compute(IComputeDevice device, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device is CpuDevice && Profile != NumericsProfile.Fp32Ieee ? Plain(device, seed) : Gemm.Compute(device, Profile, Problem, Operands(seed)).C;
    }

    /// <inheritdoc/>
    public override ProofRecording Record(IKernelDevice device, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(device);
        GemmOperands operands = Operands(seed);
        if (Profile == NumericsProfile.Fp32Ieee)
        {
            GemmLaunch launch = GemmLaunch.Plan(Problem, operands, Gemm.PathOf(device, Problem, operands, Gemm.RangeOf), device.Capabilities);
            return new(launch.Sequence, launch.Result, _ => { }, []);
        }
        MatrixGemm plan = MatrixGemm.Plan(Profile, Problem.Shape, operands.A, operands.B, false, device.Capabilities);
        return new(plan.Sequence, plan.Result, _ => { }, []);
    }

    private byte[] Plain(IComputeDevice device, ulong seed)
    {
        GemmOperands operands = Operands(seed);
        DType type = MatrixPlanner.ElementOf(Profile);
        (int m, int n, int k) = Problem.Shape;
        return Gemm.Multiply(device, Profile, new Tensor(type, [m, k], operands.A), new Tensor(type, [k, n], operands.B)).Product.Data.ToArray();
    }

    private GemmOperands Operands(ulong seed)
    {
        DType type = Profile == NumericsProfile.Fp32Ieee ? DType.F32 : MatrixPlanner.ElementOf(Profile);
        return new(Numbers(seed, (int)Problem.ElementsA, type), Numbers(seed + 1000, (int)Problem.ElementsB, type)) { Bias = Problem.HasBias ? Numbers(seed + 2000, Problem.Shape.N, DType.F32) : default };
    }
}

/// <summary>A perceptron of three layers.</summary>
/// <param name="Batch">How many rows.</param>
internal sealed record MlpSubject(int Batch) : ProofSubject($"mlp 60-70-520-24, batch {Batch}", NumericsProfile.Fp32Ieee)
{
    private static readonly int[] Widths = [60, 70, 520, 24];

    /// <summary>The model of a seed.</summary>
    public static MlpModel Model(ulong seed) => new(
    [
        .. Enumerable.Range(0, Widths.Length - 1).Select(i => new MlpLayer(
            RandomTensor.Uniform(seed + 10 + (ulong)i, Widths[i], Widths[i + 1]), RandomTensor.Uniform(seed + 20 + (ulong)i, Widths[i + 1]), i < Widths.Length - 2 ? GemmActivation.Relu : GemmActivation.None)),
    ]);

    /// <inheritdoc/>
    public override byte[] Compute(IComputeDevice device, ulong seed)
    {
        using Mlp mlp = new(device, Model(seed));
        float[] result = new float[Batch * Widths[^1]];
        mlp.Run(RandomTensor.Uniform(seed, Batch, Widths[0]).AsSpan<float>(), result);
        return MemoryMarshal.AsBytes(result.AsSpan()).ToArray();
    }

    /// <inheritdoc/>
    public override ProofRecording Record(IKernelDevice device, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(device);
        MlpModel model = Model(seed);
        MlpPlan plan = MlpPlanner.Single(model, Batch, device.Capabilities, device.Behaviour) ?? MlpPlanner.Layered(model, Batch, device.Capabilities, device.Behaviour)
            ?? MlpPlanner.Emulated(model, Batch, device.Capabilities);
        byte[] rows = RandomTensor.Uniform(seed, Batch, Widths[0]).Data.ToArray();
        List<StageBuffer> kept = [];
        if (plan.State is StageBuffer state) kept.Add(state);
        if (plan.Counters is StageBuffer counters) kept.Add(counters);
        return new(plan.Sequence, plan.Output, program =>
        {
            program.Write(plan.Input.Stage, plan.Input.Buffer, rows);
            foreach (StageBuffer buffer in kept) program.Write(buffer.Stage, buffer.Buffer, new byte[buffer == plan.Counters ? 8 : 4]);
        }, kept);
    }
}
