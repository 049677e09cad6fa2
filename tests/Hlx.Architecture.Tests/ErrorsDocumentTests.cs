using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hlx.Testing;

namespace Hlx.Architecture.Tests;

/// <summary>docs/ERRORS.md is made from <see cref="ErrorCode"/> and its documentation. HLX_UPDATE_DOCS=1 writes it anew.</summary>
public sealed partial class ErrorsDocumentTests
{
    [Fact]
    public void Every_code_is_documented_with_its_meaning_and_number()
    {
        string file = Path.Combine(TestData.Root, "docs", "ERRORS.md"), document = Document();
        if (Environment.GetEnvironmentVariable("HLX_UPDATE_DOCS") == "1") File.WriteAllText(file, document);
        Assert.True(File.ReadAllText(file) == document, $"{file} is not what ErrorCode.cs says; run this test with HLX_UPDATE_DOCS=1 and commit the file");
    }

    [Fact]
    public void Every_code_is_used()
    {
        string[] sources = [.. Directory.GetFiles(Path.Combine(TestData.Root, "src"), "*.cs", SearchOption.AllDirectories).Where(path => !path.EndsWith("ErrorCode.cs", StringComparison.Ordinal)).Select(File.ReadAllText)];
        foreach (FieldInfo code in Codes()) Assert.True(sources.Any(source => source.Contains($"ErrorCode.{code.Name}", StringComparison.Ordinal)), $"{code.Name} is used nowhere");
    }

    private static string Document()
    {
        XDocument comments = XDocument.Load(Path.ChangeExtension(typeof(ErrorCode).Assembly.Location, ".xml"));
        Dictionary<string, string> meanings = comments.Descendants("member").Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Spaces().Replace(member.Element("summary")!.Value.Trim(), " "));
        StringBuilder text = new();
        text.Append("# Errors\n\nEvery failure is an `HlxException` with a code, what happened and what to do. The command prints it as one line, `error E_CODE: what. What to do.`, and ends with exit\ncode 1; wrong usage ends with 2 and names its code only under `--json`. Nothing is stored or overwritten by a request that fails. The numbers are those of the HLX 1.0 corpus, where it has one.\n\n");
        text.Append("| code | number | meaning |\n|---|---|---|\n");
        foreach (FieldInfo field in Codes())
        {
            string code = (string)field.GetRawConstantValue()!;
            text.Append(CultureInfo.InvariantCulture, $"| `{code}` | {ErrorCode.NumberOf(code)} | {meanings[$"F:{typeof(ErrorCode).FullName}.{field.Name}"]} |\n");
        }
        return text.ToString();
    }

    private static FieldInfo[] Codes() => [.. typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
