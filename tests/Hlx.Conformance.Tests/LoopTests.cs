using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Conformance;

/// <summary>
/// Loops of a user's shader run to their end, or the run is an error: some llvmpipe end all loops of an invocation after 65,535 turns and report success.
/// </summary>
public sealed class LoopTests
{
    private const int Long = 70_000, Short = 60_000, Invocations = 37; // no multiple of how many the device runs together

    // What an invocation does n times, x being its first input, and what is in r afterwards. All add up n numbers and stop there.
    private static readonly Dictionary<string, string> Ways = new()
    {
        ["for"] = "for (uint k = 0; k < n; k++) r += k ^ x;",
        ["while"] = "uint k = 0; while (k < n) { r += k ^ x; k++; }",
        ["do"] = "uint k = 0; do { r += k ^ x; k++; } while (k < n);",
        ["break"] = "uint k = 0; while (true) { if (k >= n) break; r += k ^ x; k++; }",
        ["break in the middle"] = "for (uint k = 0; ; k++) { if (k >= n) { if (x == 77) r++; break; } if (k == 1000000) continue; r += k ^ x; }",
        ["nested"] = "for (uint k = 0; k < n; k += 100u) for (uint j = k; j < k + 100u; j++) r += j ^ x;",
        ["return"] = "uint k = 0; while (true) { if (k >= n) { a[i] = r; return; } r += k ^ x; k++; }",
        ["in a function"] = "r = sum(n, x);",
        ["return in a function"] = "r = sumUntil(n, x);",
        ["one after the other"] = "for (uint k = 0; k < n / 2; k++) r += k ^ x; for (uint k = n / 2; k < n; k++) r += k ^ x;",
        ["of a part of the invocations"] = "if (i % 5 == 3) { for (uint k = 0; k < n; k++) r += k ^ x; } else for (uint k = n; k > 0; k--) r += (k - 1) ^ x;",
        ["with a switch"] = "for (uint k = 0; k < n; k++) { switch (k & 3) { case 0: r += k ^ x; continue; case 1: r += k; r -= k; break; default: break; } r += k ^ x; }",
        ["with a barrier"] = "for (uint k = 0; k < n; k += 1000u) { for (uint j = k; j < k + 1000u; j++) r += j ^ x; barrier(); }",
    };

    // These never end.
    private static readonly string[] Endless =
    [
        "while (true) r += x;",
        "while (true) { r += x; a[i] = r; }",
        "for (uint k = n; k >= 0u; k++) r ^= k;",
        "uint k = 1; do { k += 2; } while (k != 0); r = k;",
        "do { r++; if (x == 3 && r == 0) return; } while (true);",
    ];

    public static TheoryData<string> Devices => [.. TestDevices.Vulkan];

    [Theory, MemberData(nameof(Devices))]
    public void A_loop_runs_to_its_end_or_the_run_is_an_error(string device)
    {
        using Bench bench = new(device);
        foreach ((string way, string body) in Ways)
        {
            int few = way == "of a part of the invocations" ? Short / 2 : Short; // there the turns of invocations that run together add up
            Assert.Equal((way, Expected(few)), (way, Run(bench, body, few)));
            if (bench.Runtime.KernelDevice.Capabilities.LoopTurns is null)
            {
                Assert.Equal((way, Expected(Long)), (way, Run(bench, body, Long)));
                continue;
            }
            HlxException error = HlxAssert.Refuses(ErrorCode.DeviceLimit, () => Run(bench, body, Long));
            Assert.Contains("65,535 turns", error.What, StringComparison.Ordinal);
            if (way == "for") HlxAssert.Refuses(ErrorCode.DeviceLimit, () => Run(bench, body, Long)); // it is not remembered either
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_loop_that_never_ends_is_an_error_where_the_device_ends_it(string device)
    {
        using Bench bench = new(device);
        int? turns = bench.Runtime.KernelDevice.Capabilities.LoopTurns;
        Assert.Equal(CpuDrivers.MesaVersion(bench.Runtime.KernelDevice.Driver) < 25, turns is not null); // Debian 13's lavapipe (Mesa 25) ends none
        if (turns is null) return; // it would run until the timeout
        foreach (string body in Endless) HlxAssert.Refuses(ErrorCode.DeviceLimit, () => Run(bench, body, 1));
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_stage_of_a_pipeline_whose_loops_are_ended_is_named(string device)
    {
        using Bench bench = new(device);
        Handle shader = Shader(bench, "for (uint k = 0; k < n; k++) r += k ^ x;");
        Handle[] kernels = [.. new[] { 10, Long }.Select(n => bench.Runtime.Collapse(Kernel(bench, shader, n)))];
        PipelineConfig Pipeline(params Handle[] stages) => new("two", stages);
        Assert.Equal(Expected(10), Text(bench, bench.Runtime.RunPipeline(Pipeline(kernels[0], kernels[0]))));
        if (bench.Runtime.KernelDevice.Capabilities.LoopTurns is null)
        {
            Assert.Equal(Expected(Long), Text(bench, bench.Runtime.RunPipeline(Pipeline(kernels))));
            return;
        }
        Assert.Contains("stage 1", HlxAssert.Refuses(ErrorCode.DeviceLimit, () => bench.Runtime.RunPipeline(Pipeline(kernels))).What, StringComparison.Ordinal);
    }

    private static string Run(Bench bench, string body, int n) => Text(bench, bench.Runtime.RunKernel(Kernel(bench, Shader(bench, body), n)));

    private static string Text(Bench bench, KernelRun run) => string.Join(' ', bench.Resolve(run).AsSpan<uint>().ToArray());

    private static Handle Shader(Bench bench, string body) => bench.Runtime.Collapse(VulkanShader.Compute(ShaderText.Compile($$"""
        layout(local_size_x = {{Invocations}}) in;
        layout(push_constant) uniform P { uint n; };
        layout(binding = 1) buffer R { uint a[]; };
        layout(binding = 0) readonly buffer X { uint xs[]; };
        uint sum(uint n, uint x) { uint r = 0; for (uint k = 0; k < n; k++) r += k ^ x; return r; }
        uint sumUntil(uint n, uint x) { uint r = 0; for (uint k = 0; ; k++) { if (k == n) return r; r += k ^ x; } }
        void main() { uint i = gl_GlobalInvocationID.x; uint x = xs[i]; uint r = 0; {{body}} a[i] = r; }
        """)));

    private static ComputeKernel Kernel(Bench bench, Handle shader, int n) => new("loops", shader, new Extent3(Invocations, 1, 1))
    {
        Inputs = [KernelInput.From(bench.Store(DType.U32, Inputs()))],
        Outputs = [new OutputSpec(DType.U32, [2 * Invocations])],
        Dispatch = new Extent3(2, 1, 1),
        PushConstants = [n],
    };

    private static uint[] Inputs() => [.. Enumerable.Range(0, 2 * Invocations).Select(i => (uint)i * 2654435761u)];

    private static string Expected(int n) => string.Join(' ', Inputs().Select(x =>
    {
        uint sum = 0;
        for (uint k = 0; k < n; k++) sum += k ^ x;
        return sum;
    }));
}
