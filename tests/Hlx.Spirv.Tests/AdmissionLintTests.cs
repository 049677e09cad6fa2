using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>What modules may claim about their bits, and what stands in the way.</summary>
public sealed class AdmissionLintTests
{
    [Theory]
    [InlineData("bitonic")]
    [InlineData("reduce")]
    [InlineData("scan")]
    [InlineData("sha256")]
    [InlineData("transpose")]
    [InlineData("stencil")]
    [InlineData("spmv")]
    [InlineData("histogram")] // its atomics add integers, and nobody looks at what they return
    public void Integer_kernels_are_the_same_everywhere(string name)
    {
        DeterminismClaim claim = AdmissionLint.Judge(SpirvModule.Parse(TestShader.Load(name)));
        Assert.Equal((DeterminismLevel.DeviceToDevice, null, ""), (claim.Level, claim.Limit, claim.Reason));
    }

    [Theory]
    [InlineData("gemm", Op.ExtInst)] // fma
    [InlineData("mandelbrot", Op.FMul)]
    [InlineData("saxpy", Op.FMul)]
    public void Float_kernels_repeat_on_their_device(string name, Op limit)
    {
        DeterminismClaim claim = AdmissionLint.Judge(SpirvModule.Parse(TestShader.Load(name)));
        Assert.Equal(DeterminismLevel.RunToRun, claim.Level);
        Assert.NotEmpty(claim.Reason);
        Assert.Contains(claim.Limit!.Value.Op, (Op[])[limit, Op.ConvertSToF, Op.ConvertUToF]);
    }

    [Fact]
    public void Precise_floats_under_stated_float_controls_are_the_same_everywhere()
    {
        Assert.Equal(DeterminismLevel.RunToRun, Judge(stated: false, precise: true));
        Assert.Equal(DeterminismLevel.RunToRun, Judge(stated: true, precise: false));
        Assert.Equal(DeterminismLevel.DeviceToDevice, Judge(stated: true, precise: true));

        static DeterminismLevel Judge(bool stated, bool precise) => Level((module, main) =>
        {
            if (stated)
            {
                module.Require("SPV_KHR_float_controls");
                foreach ((Capability capability, ExecutionMode mode) in ((Capability, ExecutionMode)[])
                    [(Capability.RoundingModeRTE, ExecutionMode.RoundingModeRTE), (Capability.DenormPreserve, ExecutionMode.DenormPreserve), (Capability.SignedZeroInfNanPreserve, ExecutionMode.SignedZeroInfNanPreserve)])
                {
                    module.Require(capability);
                    module.AddExecutionMode(main, mode, 32);
                }
            }
            Value sum = main.Add(module.Constant(1f), module.Constant(2f));
            if (precise) main.Precise(sum);
        });
    }

    [Fact]
    public void An_atomic_whose_result_is_used_is_not_guaranteed() => Assert.Equal(DeterminismLevel.NotGuaranteed, Level((module, main) =>
    {
        Value buffer = module.StorageBuffer(0, 0, module.Int(32, signed: false), "x"), zero = module.Constant(0u);
        Value before = main.AtomicAdd(main.Member(buffer, 0, zero), module.Constant(1u));
        main.Store(main.Member(buffer, 0, before), before);
    }));

    [Fact]
    public void A_subgroup_operation_repeats_on_its_device() => Assert.Equal(DeterminismLevel.RunToRun, Level((module, main) =>
    {
        module.Require(Capability.GroupNonUniform);
        main.Emit(Op.GroupNonUniformElect, module.Bool(), module.Constant((uint)Scope.Subgroup).Id);
    }));

    [Theory]
    [InlineData(Op.Undef)]
    [InlineData(Op.AtomicFAddEXT)]
    [InlineData(Op.ReadClockKHR)]
    [InlineData(Op.DPdx)] // not known to the lint
    public void What_cannot_be_relied_on_is_named(Op op)
    {
        DeterminismClaim claim = Claim((module, main) =>
        {
            SpirvType f32 = module.Float(32);
            uint scope = module.Constant(1u).Id;
            _ = op switch
            {
                Op.AtomicFAddEXT => main.Emit(op, f32, main.Variable(f32).Id, scope, scope, module.Constant(1f).Id),
                Op.ReadClockKHR => main.Emit(op, module.Int(64, signed: false), scope),
                Op.DPdx => main.Emit(op, f32, module.Constant(1f).Id),
                _ => main.Emit(op, f32),
            };
        });
        Assert.Equal(DeterminismLevel.NotGuaranteed, claim.Level);
        Assert.Equal(op, claim.Limit!.Value.Op);
        Assert.NotEmpty(claim.Reason);
    }

    [Fact]
    public void Levels_have_the_names_of_the_contracts()
    {
        foreach (DeterminismLevel level in Enum.GetValues<DeterminismLevel>()) Assert.Equal(level, DeterminismLevels.Parse(level.Name()));
        Assert.Null(DeterminismLevels.Parse("always"));
    }

    private static DeterminismLevel Level(Action<ModuleBuilder, FunctionBuilder> emit) => Claim(emit).Level;

    private static DeterminismClaim Claim(Action<ModuleBuilder, FunctionBuilder> emit)
    {
        ModuleBuilder module = new();
        FunctionBuilder main = module.ComputeEntryPoint("main", (1, 1, 1));
        emit(module, main);
        return AdmissionLint.Judge(SpirvModule.Parse(module.Build()));
    }
}
