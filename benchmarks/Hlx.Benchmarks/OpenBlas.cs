using System.Runtime.InteropServices;

namespace Hlx.Benchmarks;

/// <summary>The BLAS that Debian ships, as a peer.</summary>
internal static partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101, NoTranspose = 111;

    public static bool IsInstalled => NativeLibrary.TryLoad(Library, out _);

    public static string Configuration => Marshal.PtrToStringUTF8(GetConfiguration()) ?? "";

    public static void SetThreads(int threads) => SetNumThreads(threads);

    public static void Multiply(GemmShape shape, Tensor a, Tensor b, float[] c) => Sgemm(
        RowMajor, NoTranspose, NoTranspose, shape.M, shape.N, shape.K, 1, MemoryMarshal.GetReference(a.AsSpan<float>()), shape.K,
        MemoryMarshal.GetReference(b.AsSpan<float>()), shape.N, 0, ref c[0], shape.N);

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transA, int transB, int m, int n, int k, float alpha, in float a, int lda, in float b, int ldb, float beta, ref float c, int ldc);

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetNumThreads(int threads);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfiguration();
}
