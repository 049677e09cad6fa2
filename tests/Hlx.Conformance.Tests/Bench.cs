using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Conformance;

/// <summary>A runtime on one device, and what the tests do with it.</summary>
internal sealed class Bench(string device) : IDisposable
{
    public HlxRuntime Runtime { get; } = HlxRuntime.Open(new HlxOptions { InMemory = true, Device = device, Validation = TestDevices.Validation });

    public Handle Shader(string name) => Runtime.Collapse(VulkanShader.Compute(TestShader.Load(name)));

    public Handle Store<T>(DType type, T[] elements)
        where T : unmanaged => Runtime.Collapse(Tensor.From<T>(type, [elements.Length], elements));

    public Tensor Resolve(KernelRun run) => Runtime.Resolve<Tensor>(Assert.Single(run.Outputs));

    public Tensor[] Run(string shader, Extent3 workgroup, Extent3 dispatch, Handle[] inputs, OutputSpec[] outputs, HlxValue[] constants)
    {
        KernelRun run = Runtime.RunKernel(new ComputeKernel(shader, Shader(shader), workgroup)
        {
            Inputs = [.. inputs.Select(KernelInput.From)],
            Outputs = outputs,
            Dispatch = dispatch,
            PushConstants = constants,
        });
        Assert.All(run.DeviceTimes, time => Assert.NotNull(time));
        return [.. run.Outputs.Select(Runtime.Resolve<Tensor>)];
    }

    /// <summary>How many workgroups of a size cover a count.</summary>
    public static Extent3 Groups(int count, int size) => new((uint)((count + size - 1) / size), 1, 1);

    /// <summary>Compares byte for byte.</summary>
    public static void Equal<T>(T[] expected, Tensor actual)
        where T : unmanaged => Assert.Equal(MemoryMarshal.AsBytes(expected.AsSpan()).ToArray(), actual.Data.ToArray());

    public void Dispose()
    {
        VulkanContext context = (VulkanContext)Runtime.KernelDevice;
        context.Trim();
        Assert.Equal(0, context.Memory.UsedBytes);
        Runtime.Dispose();
        Assert.Empty(context.ValidationMessages);
    }
}
