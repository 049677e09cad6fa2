// Writes src/Hlx.Spirv/Grammar/*.g.cs from the SPIR-V grammars in tools/spirv.
// Run in the repository's root: dotnet run tools/GenerateSpirvGrammar.cs
using System.Globalization;
using System.Text;
using System.Text.Json;

const string Source = "tools/spirv", Target = "src/Hlx.Spirv/Grammar";
using JsonDocument core = JsonDocument.Parse(File.ReadAllText($"{Source}/spirv.core.grammar.json"));
using JsonDocument glsl = JsonDocument.Parse(File.ReadAllText($"{Source}/extinst.glsl.std.450.grammar.json"));

JsonElement[] instructions = [.. core.RootElement.GetProperty("instructions").EnumerateArray().OrderBy(op => op.GetProperty("opcode").GetInt32())];
JsonElement[] kinds = [.. core.RootElement.GetProperty("operand_kinds").EnumerateArray()];
Dictionary<string, int> kindNumbers = kinds.Select((kind, number) => (Text(kind, "kind"), number)).ToDictionary();

WriteOps();
WriteEnums();
WriteGlsl();
WriteTables();

void WriteOps()
{
    StringBuilder output = Start("spirv.core.grammar.json");
    output.Append("/// <summary>The instructions of SPIR-V, without the prefix Op.</summary>\npublic enum Op : ushort\n{\n");
    foreach (JsonElement op in instructions) output.Append(CultureInfo.InvariantCulture, $"    {Text(op, "opname")[2..]} = {op.GetProperty("opcode").GetInt32()},\n");
    Save("Op", output.Append("}\n"));
}

void WriteEnums()
{
    StringBuilder output = Start("spirv.core.grammar.json");
    foreach (JsonElement kind in kinds.Where(IsEnum))
    {
        bool bits = Text(kind, "category") == "BitEnum";
        string name = Text(kind, "kind");
        output.Append(CultureInfo.InvariantCulture, $"/// <summary>{name} of the SPIR-V specification.</summary>\n{(bits ? "[Flags]\n" : "")}public enum {name} : uint\n{{\n");
        foreach (JsonElement item in Distinct(kind))
        {
            string member = Text(item, "enumerant");
            output.Append(CultureInfo.InvariantCulture, $"    {(char.IsDigit(member[0]) ? name + member : member)} = {Value(item)},\n");
        }
        output.Append("}\n\n");
    }
    Save("Enums", output);
}

void WriteGlsl()
{
    StringBuilder output = Start("extinst.glsl.std.450.grammar.json");
    output.Append("/// <summary>The instructions of the extended set GLSL.std.450.</summary>\npublic enum GlslStd450 : uint\n{\n");
    foreach (JsonElement op in glsl.RootElement.GetProperty("instructions").EnumerateArray())
        output.Append(CultureInfo.InvariantCulture, $"    {Text(op, "opname")} = {op.GetProperty("opcode").GetInt32()},\n");
    Save("GlslStd450", output.Append("}\n"));
}

void WriteTables()
{
    List<int> starts = [], operands = [], kindStarts = [], parameterStarts = [], parameters = [], categories = [];
    List<uint> values = [];
    foreach (JsonElement op in instructions)
    {
        starts.Add(operands.Count);
        foreach (JsonElement operand in List(op, "operands")) operands.Add(kindNumbers[Text(operand, "kind")] | (Quantifier(operand) << 8));
    }
    starts.Add(operands.Count);
    string[] categoryNames = ["BitEnum", "ValueEnum", "Id", "Literal", "Composite"];
    foreach (JsonElement kind in kinds)
    {
        categories.Add(Array.IndexOf(categoryNames, Text(kind, "category")));
        kindStarts.Add(values.Count);
        if (!IsEnum(kind)) continue;
        foreach (JsonElement item in Distinct(kind).OrderBy(Value))
        {
            values.Add(Value(item));
            parameterStarts.Add(parameters.Count);
            foreach (JsonElement parameter in List(item, "parameters")) parameters.Add(kindNumbers[Text(parameter, "kind")] | (Quantifier(parameter) << 8));
        }
    }
    kindStarts.Add(values.Count);
    parameterStarts.Add(parameters.Count);

    StringBuilder output = Start("spirv.core.grammar.json");
    output.Append("internal enum OperandKind : byte\n{\n");
    foreach ((string name, int number) in kindNumbers) output.Append(CultureInfo.InvariantCulture, $"    {name} = {number},\n");
    output.Append("}\n\ninternal static partial class Grammar\n{\n");
    Table("ushort", "Opcodes", instructions.Select(op => $"{op.GetProperty("opcode").GetInt32()}"));
    Table("ushort", "OperandStarts", starts.Select(n => $"{n}"));
    Table("ushort", "Operands", operands.Select(n => $"{n}"));
    Table("byte", "Categories", categories.Select(n => $"{n}"));
    Table("ushort", "EnumerantStarts", kindStarts.Select(n => $"{n}"));
    Table("uint", "Enumerants", values.Select(n => $"{n}"));
    Table("ushort", "ParameterStarts", parameterStarts.Select(n => $"{n}"));
    Table("ushort", "Parameters", parameters.Select(n => $"{n}"));
    Save("Tables", output.Append("}\n"));

    void Table(string type, string name, IEnumerable<string> entries)
    {
        output.Append(CultureInfo.InvariantCulture, $"    private static ReadOnlySpan<{type}> {name} =>\n    [\n");
        foreach (string[] line in entries.Chunk(32)) output.Append("        ").AppendJoin(", ", line).Append(",\n");
        output.Append("    ];\n\n");
    }
}

static StringBuilder Start(string grammar) => new(
    $"// <auto-generated>Written by tools/GenerateSpirvGrammar.cs from {grammar} of Khronos' SPIRV-Headers.</auto-generated>\n"
    + "#pragma warning disable CS1591 // The members are those of the specification.\n#nullable enable\nnamespace Hlx.Spirv;\n\n");

static void Save(string name, StringBuilder output) => File.WriteAllText($"{Target}/{name}.g.cs", output.ToString().TrimEnd('\n') + "\n");

static bool IsEnum(JsonElement kind) => Text(kind, "category") is "BitEnum" or "ValueEnum";

static IEnumerable<JsonElement> Distinct(JsonElement kind) => List(kind, "enumerants").DistinctBy(item => Text(item, "enumerant"));

static IEnumerable<JsonElement> List(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray() : [];

static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

static int Quantifier(JsonElement operand) => operand.TryGetProperty("quantifier", out JsonElement quantifier) ? quantifier.GetString() == "?" ? 1 : 2 : 0;

static uint Value(JsonElement item)
{
    JsonElement value = item.GetProperty("value");
    return value.ValueKind == JsonValueKind.Number ? value.GetUInt32() : Convert.ToUInt32(value.GetString(), 16);
}
