using System.Reflection;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Spirv;
using Hlx.Store;
using Hlx.Testing;
using Hlx.Vulkan;
using PublicApiGenerator;

namespace Hlx.Architecture.Tests;

/// <summary>
/// The public API of each package, as text in <c>api/</c>: a change shows in review as a change of that file. HLX_UPDATE_API=1 writes the
/// files anew.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly Dictionary<string, Assembly> Packages = new Assembly[]
    {
        typeof(HlxValue).Assembly, typeof(Ledger).Assembly, typeof(SpirvModule).Assembly, typeof(CpuDevice).Assembly, typeof(Gemm).Assembly, typeof(VulkanContext).Assembly, typeof(HlxRuntime).Assembly,
    }.ToDictionary(assembly => assembly.GetName().Name!);

    public static TheoryData<string> Names => [.. Packages.Keys];

    [Theory, MemberData(nameof(Names))]
    public void The_public_api_is_the_one_on_file(string package)
    {
        string file = Path.Combine(TestData.Root, "tests", "Hlx.Architecture.Tests", "api", package + ".txt");
        string api = Packages[package].GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("HLX_UPDATE_API") == "1") File.WriteAllText(file, api);
        Assert.True(File.ReadAllText(file) == api, $"the public API of {package} is not the one in {file}; if that is meant, run this test with HLX_UPDATE_API=1 and commit the file");
    }
}
