namespace Hlx.Vulkan;

/// <summary>
/// Runs what may need a deep stack on a thread that has one. Compilers of drivers recurse with the size of a shader, and an overflow
/// of the stack ends the process; how much stack a thread of the caller's has, nobody here knows.
/// </summary>
internal static class DeepStack
{
    private const int Bytes = 64 << 20; // reserved, not used

    /// <summary>Runs a function that does not throw and waits for it.</summary>
    public static T Run<T>(Func<T> function)
        where T : struct
    {
        T result = default;
        Thread thread = new(() => result = function(), Bytes) { Name = "Hlx.Vulkan compiler", IsBackground = true };
        thread.Start();
        thread.Join();
        return result;
    }
}
