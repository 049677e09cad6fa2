using System.Runtime.CompilerServices;

namespace Hlx.Vulkan.Tests;

public sealed class DeepStackTests
{
    private const int Frame = 4096;

    // More than the 8 MiB of a usual main thread, let alone of another one: on too small a stack the process would end.
    [Fact]
    public void What_runs_on_it_may_recurse_deeply() => Assert.Equal(32 << 20, DeepStack.Run(() => Recurse(32 << 20)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Recurse(int bytes)
    {
        if (bytes <= 0) return 0;
        Span<byte> used = stackalloc byte[Frame];
        used[bytes % Frame] = 1;
        return Recurse(bytes - Frame) + Frame - 1 + used[bytes % Frame];
    }
}
