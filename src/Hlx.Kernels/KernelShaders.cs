using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Hlx.Compute;
using Hlx.Spirv;

namespace Hlx.Kernels;

/// <summary>What the planners of operators share: the embedded shaders, each read once, and arithmetic of launches.</summary>
internal static class KernelShaders
{
    private const int AssumedMultiprocessors = 64; // where a driver does not tell

    private static readonly ConcurrentDictionary<string, ShaderCode> Read = new(StringComparer.Ordinal);

    /// <summary>An embedded shader.</summary>
    /// <param name="name">Its name, without .spv.</param>
    public static ShaderCode Get(string name) => Read.GetOrAdd(name, static name => new ShaderCode(EmbeddedModule.Load(typeof(KernelShaders).Assembly, name)));

    /// <summary>Push constants of 32 bits each.</summary>
    public static byte[] Words(params ReadOnlySpan<uint> words) => MemoryMarshal.AsBytes(words).ToArray();

    /// <summary>How many parts of a size cover an extent.</summary>
    public static long Parts(long extent, int size) => (extent + size - 1) / size;

    /// <summary>How many multiprocessors to plan for.</summary>
    public static int Multiprocessors(DeviceCapabilities capabilities) => capabilities.Multiprocessors > 0 ? capabilities.Multiprocessors : AssumedMultiprocessors;

    /// <summary>The least multiple of a size that is not 0 and not below an extent.</summary>
    public static int Whole(int extent, int size) => (int)Parts(Math.Max(extent, 1), size) * size;
}
