// cuBLAS as a peer of hlx bench gemm.
//   nvcc -O2 -arch=native benchmarks/peers/cublas.cu -o cublas -lcublas -lcublasLt -lnvidia-ml
// The first line it prints describes it. Then it reads one request a line and answers each with one line of JSON:
//   METRIC PROFILE M N K DATA SAMPLES
//     METRIC   device_time | submit_to_result (microseconds a product), energy (joules a product)
//     PROFILE  fp32 (default math, TF32 off) | tf32 | fp16 | bf16 (float32 accumulation and result) | i8 (int32 result)
//     DATA     uniform | positive | normal | scaled, as benchmarks/README.md defines them
#include <cublasLt.h>
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <nvml.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

static void check(int status, const char* what)
{
    if (status == 0) return;
    std::fprintf(stderr, "cublas peer: %s failed with %d\n", what, status);
    std::exit(1);
}

// The same numbers as Hlx.Kernels.RandomTensor: SplitMix64, one state a tensor.
static std::vector<float> numbers(uint64_t seed, long rows, long columns, const std::string& data, bool isLeft)
{
    std::vector<float> out(rows * columns);
    uint64_t state = seed;
    auto next = [&] {
        uint64_t mixed = state += 0x9e3779b97f4a7c15ull;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
        mixed ^= mixed >> 31;
        return (mixed >> 40) * (1.0f / (1 << 23)) - 1.0f; // [-1, 1)
    };
    for (long i = 0; i < rows * columns; i++)
    {
        float x = next();
        if (data == "positive") x = (x + 1) / 2;
        if (data == "normal")
        {
            for (int j = 1; j < 12; j++) x += next(); // Irwin-Hall: the sum of 12 has variance 4
            x /= 2;
        }
        if (data == "scaled")
        {
            long line = isLeft ? i / columns : i % columns;
            x = std::ldexp(x, (int)(line % 121) - 60);
        }
        out[i] = x;
    }
    return out;
}

struct Problem
{
    long m, n, k;
    std::string profile, data;
    std::vector<float> a, b;
    void *da = nullptr, *db = nullptr, *dc = nullptr;
    std::function<void()> launch;
    cublasHandle_t blas = nullptr;
    cublasLtHandle_t lt = nullptr;
    cublasLtMatmulDesc_t operation = nullptr;
    cublasLtMatrixLayout_t layoutA = nullptr, layoutB = nullptr, layoutC = nullptr;
    cublasLtMatmulHeuristicResult_t heuristic{};
    void* workspace = nullptr;
    static constexpr size_t workspaceBytes = 64 << 20;

    std::string key() const { return profile + " " + std::to_string(m) + " " + std::to_string(n) + " " + std::to_string(k) + " " + data; }

    template <class T, class Convert> static void* upload(const std::vector<float>& values, Convert convert)
    {
        std::vector<T> host(values.size());
        for (size_t i = 0; i < values.size(); i++) host[i] = convert(values[i]);
        void* device;
        check(cudaMalloc(&device, host.size() * sizeof(T)), "cudaMalloc");
        check(cudaMemcpy(device, host.data(), host.size() * sizeof(T), cudaMemcpyHostToDevice), "cudaMemcpy");
        return device;
    }

    void prepare()
    {
        a = numbers(1, m, k, data, true);
        b = numbers(2, k, n, data, false);
        check(cudaMalloc(&dc, m * n * 4), "cudaMalloc");
        check(cudaMemset(dc, 0xff, m * n * 4), "cudaMemset");
        check(cublasCreate(&blas), "cublasCreate");
        static const float one = 1, zero = 0;
        static const int32_t oneInt = 1, zeroInt = 0;
        if (profile == "i8")
        {
            for (auto* side : {&a, &b})
                for (float& x : *side) x = std::nearbyint(x * 127);
            da = upload<int8_t>(a, [](float x) { return (int8_t)x; });
            // The fast kernels want the right side transposed; it is given so, outside the measurement.
            std::vector<float> transposed(b.size());
            for (long i = 0; i < k; i++)
                for (long j = 0; j < n; j++) transposed[j * k + i] = b[i * n + j];
            db = upload<int8_t>(transposed, [](float x) { return (int8_t)x; });
            check(cublasLtCreate(&lt), "cublasLtCreate");
            check(cudaMalloc(&workspace, workspaceBytes), "cudaMalloc");
            check(cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32I, CUDA_R_32I), "cublasLtMatmulDescCreate");
            cublasOperation_t transpose = CUBLAS_OP_T;
            check(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_TRANSA, &transpose, sizeof transpose), "transpose");
            check(cublasLtMatrixLayoutCreate(&layoutA, CUDA_R_8I, k, n, k), "layout");
            check(cublasLtMatrixLayoutCreate(&layoutB, CUDA_R_8I, k, m, k), "layout");
            check(cublasLtMatrixLayoutCreate(&layoutC, CUDA_R_32I, n, m, n), "layout");
            cublasLtMatmulPreference_t preference;
            check(cublasLtMatmulPreferenceCreate(&preference), "preference");
            size_t bytes = workspaceBytes;
            check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes, sizeof bytes), "preference");
            int found = 0;
            check(cublasLtMatmulAlgoGetHeuristic(lt, operation, layoutA, layoutB, layoutC, layoutC, preference, 1, &heuristic, &found), "cublasLtMatmulAlgoGetHeuristic");
            check(found == 0, "finding an int8 kernel");
            launch = [this] {
                check(cublasLtMatmul(lt, operation, &oneInt, db, layoutA, da, layoutB, &zeroInt, dc, layoutC, dc, layoutC, &heuristic.algo, workspace, workspaceBytes, nullptr), "cublasLtMatmul");
            };
            return;
        }
        cudaDataType type = CUDA_R_32F;
        cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
        if (profile == "tf32") compute = CUBLAS_COMPUTE_32F_FAST_TF32;
        if (profile == "fp16")
        {
            type = CUDA_R_16F;
            for (auto* side : {&a, &b})
                for (float& x : *side) x = __half2float(__float2half(x));
            da = upload<__half>(a, [](float x) { return __float2half(x); });
            db = upload<__half>(b, [](float x) { return __float2half(x); });
        }
        else if (profile == "bf16")
        {
            type = CUDA_R_16BF;
            for (auto* side : {&a, &b})
                for (float& x : *side) x = __bfloat162float(__float2bfloat16(x));
            da = upload<__nv_bfloat16>(a, [](float x) { return __float2bfloat16(x); });
            db = upload<__nv_bfloat16>(b, [](float x) { return __float2bfloat16(x); });
        }
        else
        {
            da = upload<float>(a, [](float x) { return x; });
            db = upload<float>(b, [](float x) { return x; });
        }
        // cuBLAS is column-major: the row-major C = A B is the column-major C' = B' A'.
        launch = [this, type, compute] {
            check(cublasGemmEx(blas, CUBLAS_OP_N, CUBLAS_OP_N, n, m, k, &one, db, type, n, da, type, k, &zero, dc, CUDA_R_32F, n, compute, CUBLAS_GEMM_DEFAULT), "cublasGemmEx");
        };
    }

    double error() const
    {
        std::vector<float> c(m * n);
        check(cudaMemcpy(c.data(), dc, m * n * 4, cudaMemcpyDeviceToHost), "cudaMemcpy");
        double difference = 0, norm = 0;
        long samples = std::min(400L, m * n);
        for (long sample = 0; sample < samples; sample++)
        {
            long index = (long)(std::fmod(sample * 0.6180339887498949, 1) * (m * n)), row = index / n, column = index % n;
            double exact = 0, magnitude = 0;
            for (long i = 0; i < k; i++)
            {
                exact += (double)a[row * k + i] * b[i * n + column];
                magnitude += std::fabs((double)a[row * k + i] * b[i * n + column]);
            }
            double value = profile == "i8" ? (double)reinterpret_cast<const int32_t*>(c.data())[index] : (double)c[index];
            // Rows and columns of different scale count alike: each element in units of the sum of its products' magnitudes.
            double unit = data == "scaled" && magnitude > 0 ? 1 / magnitude : 1;
            difference += (value - exact) * (value - exact) * unit * unit;
            norm += exact * exact * unit * unit;
        }
        return norm == 0 ? 0 : std::sqrt(difference / norm);
    }

    ~Problem()
    {
        cudaFree(da);
        cudaFree(db);
        cudaFree(dc);
        cudaFree(workspace);
        if (blas) cublasDestroy(blas);
        if (lt) cublasLtDestroy(lt);
    }
};

static double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static void warmUp(Problem& problem, double duration)
{
    double start = seconds();
    while (seconds() - start < duration)
    {
        for (int i = 0; i < 20; i++) problem.launch();
        check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    }
}

static std::vector<double> deviceTimes(Problem& problem, int samples)
{
    cudaEvent_t start, stop;
    check(cudaEventCreate(&start), "cudaEventCreate");
    check(cudaEventCreate(&stop), "cudaEventCreate");
    double flops = 2.0 * problem.m * problem.n * problem.k;
    int inner = (int)std::clamp(4e-3 * 5e13 / flops, 2.0, 400.0);
    std::vector<double> values;
    for (int i = 0; i < samples; i++)
    {
        problem.launch();
        check(cudaEventRecord(start), "cudaEventRecord");
        for (int j = 0; j < inner; j++) problem.launch();
        check(cudaEventRecord(stop), "cudaEventRecord");
        check(cudaEventSynchronize(stop), "cudaEventSynchronize");
        float ms;
        check(cudaEventElapsedTime(&ms, start, stop), "cudaEventElapsedTime");
        values.push_back(ms * 1e3 / inner);
    }
    cudaEventDestroy(start);
    cudaEventDestroy(stop);
    return values;
}

static std::vector<double> latencies(Problem& problem, int samples)
{
    std::vector<double> values;
    for (int i = 0; i < samples; i++)
    {
        double start = seconds();
        problem.launch();
        check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
        values.push_back((seconds() - start) * 1e6);
    }
    return values;
}

static std::vector<double> energy(Problem& problem)
{
    nvmlDevice_t device;
    check(nvmlInit_v2(), "nvmlInit");
    check(nvmlDeviceGetHandleByIndex_v2(0, &device), "nvmlDeviceGetHandleByIndex");
    unsigned long long before, after;
    long products = 0;
    double start = seconds();
    check(nvmlDeviceGetTotalEnergyConsumption(device, &before), "nvmlDeviceGetTotalEnergyConsumption");
    while (seconds() - start < 2.0)
    {
        for (int i = 0; i < 20; i++) problem.launch();
        products += 20;
        check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    }
    check(nvmlDeviceGetTotalEnergyConsumption(device, &after), "nvmlDeviceGetTotalEnergyConsumption");
    double duration = seconds() - start, joules = (after - before) * 1e-3;
    return {joules / products, joules / duration};
}

int main()
{
    int runtime = 0, driver = 0;
    cudaDeviceProp properties;
    check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
    std::printf("{\"implementation\":\"cublas\",\"version\":\"CUDA %d.%d, cuBLAS %d\",\"device\":\"%s\"}\n", runtime / 1000, runtime % 1000 / 10, CUBLAS_VERSION, properties.name);
    std::fflush(stdout);
    Problem* problem = nullptr;
    for (std::string line; std::getline(std::cin, line);)
    {
        std::istringstream words(line);
        std::string metric;
        Problem* next = new Problem();
        int samples = 0;
        words >> metric >> next->profile >> next->m >> next->n >> next->k >> next->data >> samples;
        if (!words || samples < 1)
        {
            std::printf("{\"error_message\":\"not a request: %s\"}\n", line.c_str());
            std::fflush(stdout);
            delete next;
            continue;
        }
        if (problem == nullptr || problem->key() != next->key())
        {
            delete problem;
            problem = next;
            problem->prepare();
        }
        else
        {
            delete next;
        }
        warmUp(*problem, 0.4);
        std::vector<double> values = metric == "energy" ? energy(*problem) : metric == "submit_to_result" ? latencies(*problem, samples) : deviceTimes(*problem, samples);
        std::printf("{\"error\":%.9g,\"values\":[", problem->error());
        for (size_t i = 0; i < values.size(); i++) std::printf("%s%.4f", i ? "," : "", values[i]);
        std::printf("]}\n");
        std::fflush(stdout);
    }
    delete problem;
    return 0;
}
