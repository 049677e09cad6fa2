using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Spirv;
using Hlx.Store;
using Hlx.Testing;
using Hlx.Vulkan;

namespace Hlx.Architecture.Tests;

/// <summary>The rules of docs/DESIGN.md that a compiler does not keep.</summary>
public sealed partial class ArchitectureTests
{
    // Which projects each one may reference: an arrow may only point up.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Hlx.Values"] = [],
        ["Hlx.Store"] = ["Hlx.Values"],
        ["Hlx.Spirv"] = ["Hlx.Values"],
        ["Hlx.Compute"] = ["Hlx.Store", "Hlx.Spirv"],
        ["Hlx.Vulkan"] = ["Hlx.Compute"],
        ["Hlx.Kernels"] = ["Hlx.Compute"],
        ["Hlx"] = ["Hlx.Vulkan", "Hlx.Kernels"],
        ["Hlx.Cli"] = ["Hlx"],
    };

    private static readonly Assembly[] Assemblies =
        [typeof(HlxValue).Assembly, typeof(Ledger).Assembly, typeof(SpirvModule).Assembly, typeof(CpuDevice).Assembly, typeof(Gemm).Assembly, typeof(VulkanContext).Assembly, typeof(HlxRuntime).Assembly];

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Path.Combine(TestData.Root, "src")).Select(folder => Path.GetFileName(folder)!)];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_design_allows(string project)
    {
        XDocument file = XDocument.Load(Path.Combine(TestData.Root, "src", project, project + ".csproj"));
        string[] references = [.. file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))];
        Assert.Equal(Arrows[project].Order(), references.Order());
    }

    [Fact]
    public void Only_the_vulkan_project_makes_native_calls()
    {
        foreach (Assembly assembly in Assemblies.Where(assembly => assembly != typeof(VulkanContext).Assembly))
        {
            Assert.DoesNotContain(assembly.GetReferencedAssemblies(), reference => reference.Name!.StartsWith("Silk.NET", StringComparison.Ordinal));
            Assert.DoesNotContain(
                assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)),
                method => method.GetCustomAttribute<DllImportAttribute>() is not null);
            Assert.DoesNotContain(assembly.GetCustomAttributes(), attribute => attribute.GetType().Name == "UnverifiableCodeAttribute");
        }
    }

    [Fact]
    public void There_are_no_mutable_statics()
    {
        IEnumerable<string> mutable = Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)) && !type.FullName!.Contains('<', StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field is { IsInitOnly: false, IsLiteral: false } && !field.Name.Contains('<', StringComparison.Ordinal))
            .Select(field => $"{field.DeclaringType}.{field.Name}");
        Assert.Empty(mutable);
    }

    [Fact]
    public void Hand_written_files_stay_short()
    {
        List<int> lengths = [];
        foreach (string file in SourceFiles())
        {
            int lines = File.ReadLines(file).Count();
            Assert.True(lines <= 600, $"{file} has {lines} lines; split it by concern");
            lengths.Add(lines);
        }
        lengths.Sort();
        Assert.InRange(lengths[lengths.Count / 2], 1, 120);
    }

    [Fact]
    public void Error_codes_are_distinct_and_named_alike()
    {
        FieldInfo[] codes = typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static);
        Assert.All(codes, code => Assert.Matches("^E(_[A-Z]+)+$", (string)code.GetRawConstantValue()!));
        Assert.Equal(codes.Length, codes.Select(code => code.GetRawConstantValue()).Distinct().Count());
    }

    [Fact]
    public void Every_error_code_is_used()
    {
        string source = string.Concat(SourceFiles().Where(file => !file.EndsWith("ErrorCode.cs", StringComparison.Ordinal)).Select(File.ReadAllText));
        foreach (FieldInfo code in typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static))
            Assert.Matches($@"ErrorCode\.{code.Name}\b(?!"")", CrefPattern().Replace(source, ""));
    }

    private static IEnumerable<string> SourceFiles() => Directory
        .EnumerateFiles(Path.Combine(TestData.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".g.cs", StringComparison.Ordinal));

    [GeneratedRegex("cref=\"[^\"]*\"")]
    private static partial Regex CrefPattern();
}
