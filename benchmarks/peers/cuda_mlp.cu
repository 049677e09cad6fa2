// CUDA C++ as peers of hlx bench batch: a perceptron by cuBLAS, by a CUDA graph of cuBLAS, and by kernels that NVRTC specialises for a batch size.
//   nvcc -O2 -arch=native benchmarks/peers/cuda_mlp.cu -o cuda_mlp -lcublas -lcublasLt -lnvrtc -lcuda -lnvidia-ml
// cuda_mlp VARIANT with VARIANT cublas | cublas-graph | nvrtc. The first line it prints describes it. Then it reads one request a line and
// answers each with one line of JSON:
//   METRIC LAYERS WIDTH BATCH SAMPLES
//     METRIC  request  microseconds from rows in an ordinary array to the result in another one
//             forward  microseconds from the launch to the end, rows and result on the device
//             first    microseconds of the first request of this batch size, once
//             energy   joules a request, and watts
// Weights, biases and rows are those of MlpBench in src/Hlx.Cli/Bench. All layers but the last end with ReLU.
#include <cublasLt.h>
#include <cublas_v2.h>
#include <cuda.h>
#include <cuda_runtime.h>
#include <nvml.h>
#include <nvrtc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

static void check(int status, const char* what)
{
    if (status == 0) return;
    std::fprintf(stderr, "cuda peer: %s failed with %d\n", what, status);
    std::exit(1);
}

// The same numbers as Hlx.Kernels.RandomTensor: SplitMix64, one state a tensor.
static std::vector<float> numbers(uint64_t seed, long count, float scale)
{
    std::vector<float> out(count);
    uint64_t state = seed;
    for (float& x : out)
    {
        uint64_t mixed = state += 0x9e3779b97f4a7c15ull;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
        mixed ^= mixed >> 31;
        x = ((mixed >> 40) * (1.0f / (1 << 23)) - 1.0f) * scale;
    }
    return out;
}

static double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// What one would write by hand: 32 columns and up to 8 rows a block, K cut among 8 groups of 32 threads, summed through shared memory.
static const char* source = R"(
extern "C" __global__ void __launch_bounds__(256) layer(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias, float* __restrict__ y, int relu)
{
    __shared__ float partial[8][ROWS][32];
    int lane = threadIdx.x % 32, part = threadIdx.x / 32, column = blockIdx.x * 32 + lane, row0 = blockIdx.y * ROWS;
    float sums[ROWS];
    #pragma unroll
    for (int i = 0; i < ROWS; i++) sums[i] = 0;
    #pragma unroll 16
    for (int k = part * (WIDTH / 8); k < (part + 1) * (WIDTH / 8); k++)
    {
        float b = w[k * WIDTH + column];
        #pragma unroll
        for (int i = 0; i < ROWS; i++) sums[i] = fmaf(x[min(row0 + i, BATCH - 1) * WIDTH + k], b, sums[i]);
    }
    #pragma unroll
    for (int i = 0; i < ROWS; i++) partial[part][i][lane] = sums[i];
    __syncthreads();
    for (int i = part; i < ROWS; i += 8)
    {
        float sum = bias[column];
        #pragma unroll
        for (int p = 0; p < 8; p++) sum += partial[p][i][lane];
        if (row0 + i < BATCH) y[(row0 + i) * WIDTH + column] = relu && sum < 0 ? 0 : sum;
    }
}
)";

__global__ void finish(float* y, const float* bias, int width, int count, int relu)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    float x = y[i] + bias[i % width];
    y[i] = relu && x < 0 ? 0 : x;
}

struct Model
{
    int layers, width;
    std::string variant;
    std::vector<std::vector<float>> hostWeights, hostBiases;
    std::vector<float*> weights, biases;
    cublasHandle_t blas = nullptr;
    cublasLtHandle_t lt = nullptr;
    void* workspace = nullptr;
    static constexpr size_t workspaceBytes = 32 << 20;
    cudaStream_t stream = nullptr;

    Model(int layers, int width, const std::string& variant) : layers(layers), width(width), variant(variant)
    {
        check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
        for (int i = 0; i < layers; i++)
        {
            hostWeights.push_back(numbers(10 + i, (long)width * width, 1 / 32.0f));
            hostBiases.push_back(numbers(100 + i, width, 1 / 32.0f));
            float *w, *b;
            check(cudaMalloc(&w, 4l * width * width), "cudaMalloc");
            check(cudaMalloc(&b, 4l * width), "cudaMalloc");
            check(cudaMemcpy(w, hostWeights[i].data(), 4l * width * width, cudaMemcpyHostToDevice), "cudaMemcpy");
            check(cudaMemcpy(b, hostBiases[i].data(), 4l * width, cudaMemcpyHostToDevice), "cudaMemcpy");
            weights.push_back(w);
            biases.push_back(b);
        }
        if (variant == "nvrtc") return;
        check(cublasCreate(&blas), "cublasCreate");
        check(cublasSetStream(blas, stream), "cublasSetStream");
        check(cublasLtCreate(&lt), "cublasLtCreate");
        check(cudaMalloc(&workspace, workspaceBytes), "cudaMalloc");
        check(cublasSetWorkspace(blas, workspace, workspaceBytes), "cublasSetWorkspace");
    }
};

// What one batch size needs.
struct Batch
{
    Model& model;
    int batch;
    float *x, *pinnedIn, *pinnedOut;
    std::vector<float*> y;
    cudaGraphExec_t graph = nullptr, forwardGraph = nullptr;
    std::vector<cublasLtMatmulDesc_t> operations;
    cublasLtMatrixLayout_t layoutW = nullptr, layoutX = nullptr;
    cublasLtMatmulHeuristicResult_t heuristic{};
    bool fused = false;
    CUfunction kernel = nullptr;
    int rows = 8;

    Batch(Model& model, int batch) : model(model), batch(batch)
    {
        long bytes = 4l * batch * model.width;
        check(cudaMalloc(&x, bytes), "cudaMalloc");
        check(cudaMallocHost(&pinnedIn, bytes), "cudaMallocHost");
        check(cudaMallocHost(&pinnedOut, bytes), "cudaMallocHost");
        for (int i = 0; i < model.layers; i++)
        {
            float* layer;
            check(cudaMalloc(&layer, bytes), "cudaMalloc");
            y.push_back(layer);
        }
        if (model.variant == "nvrtc") specialise();
        else choose();
        if (model.variant == "cublas-graph")
        {
            graph = capture(true);
            forwardGraph = capture(false);
        }
    }

    void specialise()
    {
        rows = std::min(batch, 8);
        std::string options[] = {"-DROWS=" + std::to_string(rows), "-DWIDTH=" + std::to_string(model.width), "-DBATCH=" + std::to_string(batch), "--gpu-architecture=sm_90"};
        const char* list[] = {options[0].c_str(), options[1].c_str(), options[2].c_str(), options[3].c_str()};
        nvrtcProgram program;
        check(nvrtcCreateProgram(&program, source, "layer.cu", 0, nullptr, nullptr), "nvrtcCreateProgram");
        check(nvrtcCompileProgram(program, 4, list), "nvrtcCompileProgram");
        size_t size;
        check(nvrtcGetCUBINSize(program, &size), "nvrtcGetCUBINSize");
        std::vector<char> cubin(size);
        check(nvrtcGetCUBIN(program, cubin.data()), "nvrtcGetCUBIN");
        check(nvrtcDestroyProgram(&program), "nvrtcDestroyProgram");
        CUmodule module;
        check(cuModuleLoadData(&module, cubin.data()), "cuModuleLoadData");
        check(cuModuleGetFunction(&kernel, module, "layer"), "cuModuleGetFunction");
    }

    // The faster of cublasSgemm with a kernel for bias and ReLU, and cublasLt with both in its epilogue.
    void choose()
    {
        for (int i = 0; i < model.layers; i++)
        {
            cublasLtMatmulDesc_t operation;
            check(cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F), "cublasLtMatmulDescCreate");
            cublasLtEpilogue_t epilogue = i < model.layers - 1 ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
            check(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue), "epilogue");
            check(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &model.biases[i], sizeof(void*)), "bias");
            operations.push_back(operation);
        }
        // Row-major y = x W is the column-major y' = W' x'.
        check(cublasLtMatrixLayoutCreate(&layoutW, CUDA_R_32F, model.width, model.width, model.width), "layout");
        check(cublasLtMatrixLayoutCreate(&layoutX, CUDA_R_32F, model.width, batch, model.width), "layout");
        cublasLtMatmulPreference_t preference;
        check(cublasLtMatmulPreferenceCreate(&preference), "preference");
        size_t bytes = Model::workspaceBytes;
        check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes, sizeof bytes), "preference");
        int found = 0;
        fused = cublasLtMatmulAlgoGetHeuristic(model.lt, operations[0], layoutW, layoutX, layoutX, layoutX, preference, 1, &heuristic, &found) == CUBLAS_STATUS_SUCCESS && found > 0;
        cublasLtMatmulPreferenceDestroy(preference);
    }

    void chooseFaster()
    {
        if (!fused || model.variant == "nvrtc") return;
        double best[2];
        for (int way = 0; way < 2; way++)
        {
            fused = way == 1;
            for (int i = 0; i < 20; i++) forward();
            check(cudaStreamSynchronize(model.stream), "cudaStreamSynchronize");
            double start = seconds();
            for (int i = 0; i < 100; i++) forward();
            check(cudaStreamSynchronize(model.stream), "cudaStreamSynchronize");
            best[way] = seconds() - start;
        }
        fused = best[1] < best[0];
        if (model.variant != "cublas-graph") return;
        cudaGraphExecDestroy(graph);
        cudaGraphExecDestroy(forwardGraph);
        graph = capture(true);
        forwardGraph = capture(false);
    }

    void forward()
    {
        static const float one = 1, zero = 0;
        for (int i = 0; i < model.layers; i++)
        {
            float* from = i == 0 ? x : y[i - 1];
            int relu = i < model.layers - 1, count = batch * model.width;
            if (model.variant == "nvrtc")
            {
                void* arguments[] = {&from, &model.weights[i], &model.biases[i], &y[i], &relu};
                check(cuLaunchKernel(kernel, model.width / 32, (batch + rows - 1) / rows, 1, 256, 1, 1, 0, model.stream, arguments, nullptr), "cuLaunchKernel");
            }
            else if (fused)
            {
                check(cublasLtMatmul(model.lt, operations[i], &one, model.weights[i], layoutW, from, layoutX, &zero, y[i], layoutX, y[i], layoutX, &heuristic.algo, model.workspace, Model::workspaceBytes, model.stream), "cublasLtMatmul");
            }
            else
            {
                check(cublasSgemm(model.blas, CUBLAS_OP_N, CUBLAS_OP_N, model.width, batch, model.width, &one, model.weights[i], model.width, from, model.width, &zero, y[i], model.width), "cublasSgemm");
                finish<<<(count + 255) / 256, 256, 0, model.stream>>>(y[i], model.biases[i], model.width, count, relu);
            }
        }
    }

    void copyIn() { check(cudaMemcpyAsync(x, pinnedIn, 4l * batch * model.width, cudaMemcpyHostToDevice, model.stream), "cudaMemcpyAsync"); }

    void copyOut() { check(cudaMemcpyAsync(pinnedOut, y.back(), 4l * batch * model.width, cudaMemcpyDeviceToHost, model.stream), "cudaMemcpyAsync"); }

    cudaGraphExec_t capture(bool copies)
    {
        cudaGraph_t captured;
        cudaGraphExec_t executable;
        check(cudaStreamBeginCapture(model.stream, cudaStreamCaptureModeRelaxed), "cudaStreamBeginCapture");
        if (copies) copyIn();
        forward();
        if (copies) copyOut();
        check(cudaStreamEndCapture(model.stream, &captured), "cudaStreamEndCapture");
        check(cudaGraphInstantiate(&executable, captured, 0), "cudaGraphInstantiate");
        cudaGraphDestroy(captured);
        return executable;
    }

    void runForward()
    {
        if (forwardGraph) check(cudaGraphLaunch(forwardGraph, model.stream), "cudaGraphLaunch");
        else forward();
        check(cudaStreamSynchronize(model.stream), "cudaStreamSynchronize");
    }

    void request(const std::vector<float>& in, std::vector<float>& out)
    {
        std::memcpy(pinnedIn, in.data(), in.size() * 4);
        if (graph)
        {
            check(cudaGraphLaunch(graph, model.stream), "cudaGraphLaunch");
        }
        else
        {
            copyIn();
            forward();
            copyOut();
        }
        check(cudaStreamSynchronize(model.stream), "cudaStreamSynchronize");
        std::memcpy(out.data(), pinnedOut, out.size() * 4);
    }
};

static double error(const Model& model, const std::vector<float>& in, const std::vector<float>& out, int batch)
{
    int rows = std::min(batch, 4), width = model.width;
    std::vector<double> x(in.begin(), in.begin() + (long)rows * width);
    for (int layer = 0; layer < model.layers; layer++)
    {
        std::vector<double> y((long)rows * width);
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < width; c++) y[(long)r * width + c] = model.hostBiases[layer][c];
            for (int k = 0; k < width; k++)
                for (int c = 0; c < width; c++) y[(long)r * width + c] += x[(long)r * width + k] * model.hostWeights[layer][(long)k * width + c];
        }
        if (layer < model.layers - 1)
            for (double& v : y) v = std::max(v, 0.0);
        x = y;
    }
    double difference = 0, norm = 0;
    for (long i = 0; i < (long)rows * width; i++)
    {
        difference += (out[i] - x[i]) * (out[i] - x[i]);
        norm += x[i] * x[i];
    }
    return std::sqrt(difference / norm);
}

int main(int argc, char** argv)
{
    std::string variant = argc > 1 ? argv[1] : "cublas";
    int runtime = 0;
    cudaDeviceProp properties;
    check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
    check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
    std::printf("{\"implementation\":\"%s\",\"version\":\"CUDA %d.%d, cuBLAS %d\",\"device\":\"%s\"}\n", variant.c_str(), runtime / 1000, runtime % 1000 / 10, CUBLAS_VERSION, properties.name);
    std::fflush(stdout);
    Model* model = nullptr;
    std::map<int, Batch*> batches;
    for (std::string line; std::getline(std::cin, line);)
    {
        std::istringstream words(line);
        std::string metric;
        int layers, width, batch, samples;
        words >> metric >> layers >> width >> batch >> samples;
        if (!words || samples < 1 || batch < 1)
        {
            std::printf("{\"error_message\":\"not a request: %s\"}\n", line.c_str());
            std::fflush(stdout);
            continue;
        }
        if (model == nullptr) model = new Model(layers, width, variant);
        std::vector<float> in = numbers(1, (long)batch * width, 1), out(in.size());
        std::vector<double> values;
        bool isFirst = batches.find(batch) == batches.end();
        double start = seconds();
        if (isFirst) batches[batch] = new Batch(*model, batch);
        Batch& work = *batches[batch];
        if (isFirst)
        {
            work.request(in, out);
            if (metric == "first") values.push_back((seconds() - start) * 1e6);
            work.chooseFaster();
        }
        work.request(in, out);
        for (start = seconds(); metric != "first" && seconds() - start < 0.4;) metric == "forward" ? work.runForward() : work.request(in, out);
        if (metric == "energy")
        {
            nvmlDevice_t device;
            check(nvmlInit_v2(), "nvmlInit");
            check(nvmlDeviceGetHandleByIndex_v2(0, &device), "nvmlDeviceGetHandleByIndex");
            unsigned long long before, after;
            long requests = 0;
            start = seconds();
            check(nvmlDeviceGetTotalEnergyConsumption(device, &before), "nvmlDeviceGetTotalEnergyConsumption");
            while (seconds() - start < 2.0)
            {
                work.request(in, out);
                requests++;
            }
            check(nvmlDeviceGetTotalEnergyConsumption(device, &after), "nvmlDeviceGetTotalEnergyConsumption");
            double duration = seconds() - start, joules = (after - before) * 1e-3;
            values = {joules / requests, joules / duration};
        }
        else if (metric != "first")
        {
            for (int i = 0; i < samples; i++)
            {
                start = seconds();
                metric == "forward" ? work.runForward() : work.request(in, out);
                values.push_back((seconds() - start) * 1e6);
            }
        }
        std::printf("{\"error\":%.9g,\"values\":[", error(*model, in, out, batch));
        for (size_t i = 0; i < values.size(); i++) std::printf("%s%.4f", i ? "," : "", values[i]);
        std::printf("]}\n");
        std::fflush(stdout);
    }
    return 0;
}
