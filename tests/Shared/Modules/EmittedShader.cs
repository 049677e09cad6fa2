using Hlx.Spirv;

namespace Hlx.Testing;

/// <summary>Modules made by the emitter, for tests of it and for tests that run them.</summary>
internal static class EmittedShader
{
    /// <summary>
    /// y[i] = Σ over j &lt; i mod 7 of (x[i] + j·scale), and the sum over each workgroup's i of the even x in counts[0]: loops,
    /// selections, shared memory, atomics, push constants, specialization and an extended instruction. Binding 0: x (u32), 1: y (u32),
    /// 2: counts (u32); push constants: count (u32), scale (u32); the workgroup's size is constant 0.
    /// </summary>
    public static byte[] Loops()
    {
        ModuleBuilder module = new();
        SpirvType u32 = module.Int(32, signed: false);
        Value x = module.StorageBuffer(0, 0, u32, "x", Decoration.NonWritable), y = module.StorageBuffer(0, 1, u32, "y"), counts = module.StorageBuffer(0, 2, u32, "counts");
        Value constants = module.PushConstants(("count", u32, 0u), ("scale", u32, 4u));
        Value size = module.SpecializationConstant(0, u32, 32, "size"), one = module.Constant(1u), zero = module.Constant(0u);
        Value shared = module.Shared(module.Array(u32, size), "partial");
        Value invocation = module.BuiltInInput(BuiltIn.GlobalInvocationId), local = module.BuiltInInput(BuiltIn.LocalInvocationId);

        FunctionBuilder main = module.ComputeEntryPoint("main", size, one, one);
        Value i = main.Extract(main.Load(invocation), 0), lane = main.Extract(main.Load(local), 0);
        Value inside = main.LessThan(i, main.Load(main.Member(constants, 0)));
        Value mine = main.Variable(u32, "mine");
        main.Store(mine, zero);
        main.If(inside, () =>
        {
            Value number = main.Load(main.Member(x, 0, i)), sum = main.Variable(u32, "sum");
            main.Store(sum, zero);
            main.For(zero, main.Remainder(i, module.Constant(7u)), one, j =>
                main.Store(sum, main.Add(main.Load(sum), main.Add(number, main.Multiply(j, main.Load(main.Member(constants, 1)))))));
            main.Store(main.Member(y, 0, i), main.Load(sum));
            main.If(main.Equal(main.And(number, one), zero), () => main.Store(mine, number), () => main.Store(mine, zero));
        });
        main.Store(main.Access(shared, lane), main.Load(mine));
        main.Barrier();
        main.If(main.Equal(lane, zero), () =>
        {
            Value total = main.Variable(u32, "total");
            main.Store(total, zero);
            main.For(zero, size, one, j => main.Store(total, main.Add(main.Load(total), main.Load(main.Access(shared, j)))));
            main.AtomicAdd(main.Member(counts, 0, zero), main.Call(GlslStd450.UMax, main.Load(total), zero));
        });
        return module.Build();
    }

    /// <summary>x[i] = x[i] + 1; binding 0 of u32; a workgroup of 64.</summary>
    public static byte[] Increment()
    {
        ModuleBuilder module = new();
        Value x = module.StorageBuffer(0, 0, module.Int(32, signed: false), "x"), invocation = module.BuiltInInput(BuiltIn.GlobalInvocationId);
        FunctionBuilder main = module.ComputeEntryPoint("main", (64, 1, 1));
        Value element = main.Member(x, 0, main.Extract(main.Load(invocation), 0));
        main.Store(element, main.Add(main.Load(element), module.Constant(1u)));
        return module.Build();
    }

    /// <summary>z[i] = x[i]·y[i] + x[i] in two roundings on every device; bindings 0, 1, 2 of f32; a workgroup of 64.</summary>
    public static byte[] Precise()
    {
        ModuleBuilder module = new();
        SpirvType f32 = module.Float(32);
        Value x = module.StorageBuffer(0, 0, f32, "x", Decoration.NonWritable), y = module.StorageBuffer(0, 1, f32, "y", Decoration.NonWritable), z = module.StorageBuffer(0, 2, f32, "z", Decoration.NonReadable);
        Value invocation = module.BuiltInInput(BuiltIn.GlobalInvocationId);
        FunctionBuilder main = module.ComputeEntryPoint("main", (64, 1, 1));
        Value i = main.Extract(main.Load(invocation), 0), left = main.Load(main.Member(x, 0, i));
        main.Store(main.Member(z, 0, i), main.Precise(main.Add(main.Precise(main.Multiply(left, main.Load(main.Member(y, 0, i)))), left)));
        return module.Build();
    }

    /// <summary>C = A·B of one 16×16 tile of f16 in f32, by a subgroup of 32; bindings 0 (A), 1 (B) of f16, 2 (C) of f32, row-major.</summary>
    public static byte[] CooperativeMatrix()
    {
        ModuleBuilder module = new(new Version(1, 6), vulkanMemoryModel: true);
        SpirvType f16 = module.Float(16), f32 = module.Float(32);
        Value a = module.StorageBuffer(0, 0, f16, "a", Decoration.NonWritable), b = module.StorageBuffer(0, 1, f16, "b", Decoration.NonWritable), c = module.StorageBuffer(0, 2, f32, "c", Decoration.NonReadable);
        SpirvType left = module.CooperativeMatrix(f16, 16, 16, CooperativeMatrixUse.MatrixAKHR), right = module.CooperativeMatrix(f16, 16, 16, CooperativeMatrixUse.MatrixBKHR);
        SpirvType sum = module.CooperativeMatrix(f32, 16, 16, CooperativeMatrixUse.MatrixAccumulatorKHR);
        Value zero = module.Constant(0u), stride = module.Constant(16u), none = module.Zero(sum);
        FunctionBuilder main = module.ComputeEntryPoint("main", (32, 1, 1));
        Value x = main.LoadMatrix(left, main.Member(a, 0, zero), CooperativeMatrixLayout.RowMajorKHR, stride);
        Value y = main.LoadMatrix(right, main.Member(b, 0, zero), CooperativeMatrixLayout.RowMajorKHR, stride);
        main.StoreMatrix(main.Member(c, 0, zero), main.MultiplyAdd(x, y, none), CooperativeMatrixLayout.RowMajorKHR, stride);
        return module.Build();
    }
}
