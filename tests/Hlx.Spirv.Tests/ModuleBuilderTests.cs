using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>What the emitter makes is valid and means what it says; the integration tests run it.</summary>
public sealed class ModuleBuilderTests
{
    [Fact]
    public void Modules_with_control_flow_are_valid_and_reflected()
    {
        byte[] bytes = EmittedShader.Loops();
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(bytes));
        SpirvModule module = SpirvModule.Parse(bytes);
        Assert.Equal([(0u, "x", true), (1, "y", false), (2, "counts", false)], module.Bindings.Select(binding => (binding.Binding, binding.Name, binding.IsReadOnly)));
        Assert.Equal([("count", 0u), ("scale", 4)], module.PushConstants.Select(member => (member.Name, member.Offset)));
        Assert.Equal([new LocalExtent(32, 0), new(1, null), new(1, null)], module.EntryPoints[0].LocalSize);
        Assert.Equal(128, module.SharedMemoryBytes(new Dictionary<uint, ulong>()));
        Assert.Equal(4096, module.SharedMemoryBytes(new Dictionary<uint, ulong> { [0] = 1024 }));
    }

    [Fact]
    public void Shared_memory_follows_from_constants_of_64_bits_too()
    {
        SpirvModule module = SpirvModule.Parse(TestShader.Load("shared_i64"));
        Assert.Equal(32, module.SharedMemoryBytes(new Dictionary<uint, ulong>()));
        Assert.Equal(8192, module.SharedMemoryBytes(new Dictionary<uint, ulong> { [0] = 1024 }));
        Assert.Equal(8, module.SharedMemoryBytes(new Dictionary<uint, ulong> { [0] = (1UL << 32) + 1 })); // uint() drops the upper half
    }

    [Fact]
    public void Precise_operations_are_valid() => Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(EmittedShader.Precise()));

    [Fact]
    public void A_cooperative_matrix_module_holds_together_and_names_what_it_needs()
    {
        SpirvModule module = SpirvModule.Parse(EmittedShader.CooperativeMatrix());
        Assert.Contains(SpirvValidator.Validate(EmittedShader.CooperativeMatrix()), (SpirvValidation[])[SpirvValidation.Valid, SpirvValidation.TooOld]);
        Assert.Contains("SPV_KHR_cooperative_matrix", module.Extensions);
        Assert.Superset(
            new HashSet<Capability> { Capability.CooperativeMatrixKHR, Capability.VulkanMemoryModel, Capability.Float16, Capability.StorageBuffer16BitAccess },
            module.Capabilities.ToHashSet());
        Assert.Equal([ScalarType.Float16, ScalarType.Float16, ScalarType.Float32], module.Bindings.Select(binding => binding.Element));
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(8, false)]
    [InlineData(16, true)]
    [InlineData(16, false)]
    [InlineData(64, true)]
    [InlineData(64, false)]
    public void Integers_of_every_width_are_valid(int bits, bool signed) => Copies(module => module.Int(bits, signed), bits / 8);

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    public void Floats_of_every_width_are_valid(int bits) => Copies(module => module.Float(bits), bits / 8);

    [Fact]
    public void Types_that_do_not_go_together_are_refused()
    {
        ModuleBuilder module = new();
        FunctionBuilder main = module.ComputeEntryPoint("main", (1, 1, 1));
        Value number = module.Constant(1u), real = module.Constant(1f), signed = module.Constant(-1);
        Value variable = main.Variable(number.Type);
        Assert.Throws<ArgumentException>(() => main.Add(number, real));
        Assert.Throws<ArgumentException>(() => main.Multiply(number, signed));
        Assert.Throws<ArgumentException>(() => main.And(real, real));
        Assert.Throws<ArgumentException>(() => main.ShiftLeft(real, number));
        Assert.Throws<ArgumentException>(() => main.Store(variable, real));
        Assert.Throws<ArgumentException>(() => main.Load(number));
        Assert.Throws<ArgumentException>(() => main.If(number, () => { }));
        Assert.Throws<ArgumentException>(() => module.Vector(module.Vector(number.Type, 2), 2));
        Assert.Throws<InvalidOperationException>(() => module.CooperativeMatrix(number.Type, 16, 16, CooperativeMatrixUse.MatrixAKHR));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModuleBuilder(new Version(1, 7)));
    }

    [Fact]
    public void Equal_types_and_constants_are_one()
    {
        ModuleBuilder module = new();
        Assert.Equal(module.Vector(module.Float(32), 4).Id, module.Vector(module.Float(32), 4).Id);
        Assert.Equal(module.Constant(7u), module.Constant(7u));
        Assert.NotEqual(module.Constant(7u).Id, module.Constant(7).Id);
    }

    private static void Copies(Func<ModuleBuilder, SpirvType> type, int stride)
    {
        ModuleBuilder module = new();
        SpirvType element = type(module);
        Value x = module.StorageBuffer(0, 0, element, "x"), y = module.StorageBuffer(0, 1, element, "y"), constant = module.Constant(element, 3);
        FunctionBuilder main = module.ComputeEntryPoint("main", (1, 1, 1));
        Value sum = main.Add(main.Load(main.Member(x, 0, module.Constant(2u))), constant);
        main.Store(main.Member(y, 0, module.Constant(2u)), main.Select(main.LessThan(sum, constant), sum, constant));
        byte[] bytes = module.Build();
        Assert.Equal(SpirvValidation.Valid, SpirvValidator.Validate(bytes));
        BlockMember member = Assert.Single(SpirvModule.Parse(bytes).Bindings[0].Members);
        Assert.Equal((element.Scalar, 0u, (uint)stride), (member.Type, member.ArrayLength!.Value, member.ArrayStride));
    }
}
