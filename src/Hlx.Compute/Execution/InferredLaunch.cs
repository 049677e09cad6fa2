using Hlx.Spirv;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>What a kernel leaves open and what follows for it from its inputs and its shader.</summary>
/// <param name="Outputs">The outputs; null where they do not follow.</param>
/// <param name="Workgroups">The dispatch; null where it does not follow.</param>
/// <param name="Constants">Values of push constants by the names of the block's members.</param>
internal sealed record InferredLaunch(IReadOnlyList<OutputSpec>? Outputs, Extent3? Workgroups, IReadOnlyDictionary<string, HlxValue> Constants)
{
    /// <summary>
    /// Infers what is open. Two matrices f32[M,K] and f32[K,N] give f32[M,N], with M, N and K as constants. Inputs of one shape, where
    /// one output is left, give an output of that shape. The dispatch covers the first output: all its elements along x if the workgroup has
    /// one dimension, else columns along x, rows along y and the rest along z. Constants: count and n (elements), rows or height,
    /// columns or width.
    /// </summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.ShapeMismatch"/> for two matrices that do not fit.</exception>
    public static InferredLaunch Of(ComputeKernel kernel, SpirvModule module, EntryPoint entry, IReadOnlyList<KernelOperand> inputs)
    {
        if (MatrixProduct.Infer(kernel, inputs) is { } product) return new(product.Outputs, product.Workgroups, product.Constants);
        IReadOnlyList<OutputSpec>? outputs = kernel.Outputs ?? Elementwise(module, entry, inputs);
        if (outputs is not [OutputSpec first, ..]) return new(outputs, null, new Dictionary<string, HlxValue>());
        long count = Tensor.CountElements(first.Shape.ToArray());
        long columns = first.Shape.Count > 0 ? first.Shape[^1] : 1, rows = first.Shape.Count > 1 ? first.Shape[^2] : 1;
        Dictionary<string, HlxValue> constants = new()
        {
            ["count"] = count,
            ["n"] = count,
            ["rows"] = rows,
            ["height"] = rows,
            ["columns"] = columns,
            ["width"] = columns,
        };
        return new(outputs, Cover(kernel.WorkgroupSize, count, rows, columns), constants);
    }

    private static IReadOnlyList<OutputSpec>? Elementwise(SpirvModule module, EntryPoint entry, IReadOnlyList<KernelOperand> inputs)
    {
        if (inputs.Count == 0 || BindingPlan.OnlyOutput(module, entry, inputs.Count) is not { } binding) return null;
        OutputSpec first = inputs[0].Spec;
        if (inputs.Any(input => !input.Spec.Shape.SequenceEqual(first.Shape))) return null;
        return [new OutputSpec(ElementCheck.TypeOf(binding.Element) ?? first.Type, first.Shape)];
    }

    private static Extent3? Cover(Extent3 workgroup, long count, long rows, long columns)
    {
        if (count == 0) return new(0, 0, 0);
        long layers = count / (rows * columns);
        (long x, long y, long z) = workgroup is { Y: 1, Z: 1 }
            ? (Groups(count, workgroup.X), 1L, 1L)
            : (Groups(columns, workgroup.X), Groups(rows, workgroup.Y), Groups(layers, workgroup.Z));
        return x > uint.MaxValue || y > uint.MaxValue || z > uint.MaxValue ? null : new((uint)x, (uint)y, (uint)z);
    }

    private static long Groups(long extent, uint size) => (extent + size - 1) / size;
}
