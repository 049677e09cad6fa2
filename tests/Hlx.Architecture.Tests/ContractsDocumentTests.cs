using System.Text;
using System.Text.RegularExpressions;
using Hlx.Store;
using Hlx.Testing;

namespace Hlx.Architecture.Tests;

/// <summary>The tables of docs/CONTRACTS.md are those of the validator. HLX_UPDATE_DOCS=1 writes them anew.</summary>
public sealed partial class ContractsDocumentTests
{
    private const int LastLiteral = 22;

    [Fact]
    public void Every_contract_and_field_is_documented()
    {
        string file = Path.Combine(TestData.Root, "docs", "CONTRACTS.md"), document = File.ReadAllText(file);
        int at = 0;
        string[] tables = [Literals(), .. ContractSchemas.ById.Values.Where(schema => schema.Id > LastLiteral).OrderBy(schema => schema.Id).Select(Fields)];
        Assert.Equal(tables.Length, Table().Count(document));
        string expected = Table().Replace(document, _ => tables[at++]);
        if (Environment.GetEnvironmentVariable("HLX_UPDATE_DOCS") == "1") File.WriteAllText(file, expected);
        Assert.True(File.ReadAllText(file) == expected, $"the tables of {file} are not those of ContractSchemas.cs; run this test with HLX_UPDATE_DOCS=1 and commit the file");
        Assert.All(ContractSchemas.ById.Values.Where(schema => schema.Id > LastLiteral), schema => Assert.Contains($"## {schema.Id} {schema.Name}\n", document, StringComparison.Ordinal));
    }

    private static string Literals()
    {
        StringBuilder text = new("| number | name | `@0` |\n|---|---|---|\n");
        foreach (ContractSchema schema in ContractSchemas.ById.Values.Where(schema => schema.Id <= LastLiteral).OrderBy(schema => schema.Id))
            text.Append($"| {schema.Id} | {schema.Name} | {(schema.Fields.Count == 0 ? "none" : Name(schema.Fields[0].Type))} |\n");
        return text.ToString();
    }

    private static string Fields(ContractSchema schema)
    {
        StringBuilder text = new("| field | type | required |\n|---|---|---|\n");
        foreach (ContractField field in schema.Fields) text.Append($"| `{field.Name}` | {Name(field.Type)} | {(field.IsRequired ? "yes" : "no")} |\n");
        return text.ToString();
    }

    private static string Name(FieldType type) => type switch
    {
        FieldType.TextOrHandle => "text or handle",
        FieldType.ArrayOrBytes => "array or bytes",
        _ => type.ToString().ToLowerInvariant(),
    };

    [GeneratedRegex("^(TABLES? [0-9-]+\n|(\\|.*\n)+)", RegexOptions.Multiline)]
    private static partial Regex Table();
}
