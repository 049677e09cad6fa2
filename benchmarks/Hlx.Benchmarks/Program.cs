using Hlx.Benchmarks;

return args switch
{
    ["codec"] => CodecBenchmark.Run(),
    ["cpu-gemm", .. string[] rest] => CpuGemmBenchmark.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Hlx.Benchmarks codec | cpu-gemm [REPEATS]");
    return 2;
}
