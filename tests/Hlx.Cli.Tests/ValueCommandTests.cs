using Hlx.Testing;

namespace Hlx.Cli.Tests;

public sealed class ValueCommandTests : IDisposable
{
    private readonly HlxProcess _hlx = new();

    public void Dispose() => _hlx.Dispose();

    [Theory]
    [InlineData("json", "lct", "{\"a\":[1,2.5]}", "[OBJ_START, KEY(\"a\"), ARR_START, INT(1), FLOAT(2.5), ARR_END, OBJ_END]")]
    [InlineData("lct", "json", "[OBJ_START, FIELD_14, TRUE, OBJ_END]\n", "{\"14\":true}")]
    [InlineData("json", "runic", "[null,\"x\"]", "ᛈ[ᛉ, ᚦ\"x\"]")]
    public void Convert_changes_the_form(string from, string to, string input, string output) =>
        Assert.Equal(output, _hlx.SucceedsWith(input, "convert", "--from", from, "--to", to));

    [Fact]
    public void Convert_writes_raw_lcb()
    {
        string file = _hlx.Folder["value.json"], lcb = _hlx.Folder["value.lcb"];
        File.WriteAllText(file, "[1,2,3]\n");
        (_, string output, _) = _hlx.Run("", "convert", "--to", "lcb", file);
        Assert.Equal("\u0005\u0003\u0001\u0001\u0001\u0002\u0001\u0003\u0006", output);
        File.WriteAllBytes(lcb, Convert.FromHexString("050301010102010306"));
        Assert.Equal("[1,2,3]", _hlx.Succeeds("convert", "--from", "lcb", "--to", "json", lcb));
    }

    [Fact]
    public void Convert_of_lines_keeps_going_on_request()
    {
        const string Input = "1\nnope\n\"x\"\n";
        string[] lines = _hlx.SucceedsWith(Input, "convert", "--lines", "--keep-going", "--to", "lcb").Split('\n');
        Assert.Equal("0101", lines[0]);
        Assert.StartsWith("!E_JSON_PARSE ", lines[1], StringComparison.Ordinal);
        Assert.Equal("030178", lines[2]);
        (int code, string output, string errors) = _hlx.Run(Input, "convert", "--lines", "--to", "lcb");
        Assert.Equal((1, "0101\n"), (code, output));
        Assert.StartsWith("error E_JSON_PARSE: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_agrees_with_every_reference_vector()
    {
        string lcb = string.Join('\n', File.ReadLines(TestData.PathOf("hlx-reference.jsonl")).Select(line => Json.Decode(line).AsObject()["lcb"].AsText()));
        string lct = string.Join('\n', File.ReadLines(TestData.PathOf("hlx-reference.jsonl")).Select(line => Json.Decode(line).AsObject()["lct"].AsText()));
        Assert.Equal(lct, _hlx.SucceedsWith(lcb + "\n", "convert", "--from", "lcb", "--to", "lct", "--lines"));
        Assert.Equal(lcb, _hlx.SucceedsWith(lct + "\n", "convert", "--from", "lct", "--to", "lcb", "--lines"));
    }

    [Fact]
    public void Collapse_and_resolve_are_inverse()
    {
        string handle = _hlx.SucceedsWith("{\"b\":2,\"a\":\"é\"}", "collapse");
        Assert.Matches("^&h_map_[0-9a-f]{64}$", handle);
        Assert.Equal("{\"a\":\"é\",\"b\":2}", _hlx.Succeeds("resolve", handle));
        Assert.Equal($"{{\"handle\":\"{handle}\"}}", _hlx.SucceedsWith("{\"a\":\"é\",\"b\":2}", "collapse", "--json"));
        _hlx.Succeeds("resolve", handle, "--to", "lcb", "-o", _hlx.Folder["out.lcb"]);
        Assert.Equal(handle, _hlx.Succeeds("collapse", "--from", "lcb", _hlx.Folder["out.lcb"]));
    }

    [Fact]
    public void Collapse_normalizes_on_request_also_without_icu()
    {
        string composed = _hlx.SucceedsWith("\"caf\u00e9\"", "collapse");
        Assert.NotEqual(composed, _hlx.SucceedsWith("\"cafe\u0301  \"", "collapse"));
        Assert.Equal(composed, _hlx.SucceedsWith("\"cafe\u0301  \"", "collapse", "--normalize"));
    }

    [Fact]
    public void Collapse_of_lines_stores_all_or_nothing()
    {
        Assert.Equal(3, _hlx.SucceedsWith("1\n2\n3\n", "collapse", "--lines").Split('\n').Length);
        Dictionary<string, string> before = _hlx.Folder.Fingerprint();
        _hlx.FailsWith("4\nbad\n", ErrorCode.JsonParse, "collapse", "--lines");
        _hlx.FailsWith("4\n{\"900\":{}}\n", ErrorCode.ContractFieldMissing, "collapse", "--lines");
        Assert.Equal(before, _hlx.Folder.Fingerprint());
    }

    [Fact]
    public void Npy_files_become_tensors_and_come_back()
    {
        string file = _hlx.Folder["a.npy"], copy = _hlx.Folder["copy.npy"];
        File.WriteAllBytes(file, Npy.Encode(FloatSamples.Unit(1, 3, 4)));
        string handle = _hlx.Succeeds("collapse", "--from", "npy", file);
        _hlx.Succeeds("resolve", handle, "--to", "npy", "-o", copy);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(copy));
        Assert.StartsWith("{\"950\":{\"data\":\"&h_b3_", _hlx.Succeeds("resolve", handle), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_names_the_contract()
    {
        Assert.Equal("14 INT_LITERAL valid", _hlx.SucceedsWith("{\"14\":{\"@0\":123}}", "validate"));
        Assert.Equal("777 unknown contract, passed through", _hlx.SucceedsWith("[OBJ_START, FIELD_777, OBJ_START, OBJ_END, OBJ_END]", "validate", "-"));
        Assert.Equal("{\"contract\":22,\"name\":\"BOOL\",\"valid\":true}", _hlx.SucceedsWith("{\"22\":{\"@0\":true}}", "validate", "--json"));
        _hlx.FailsWith("{\"14\":{\"@0\":\"x\"}}", ErrorCode.ContractFieldType, "validate");
        _hlx.FailsWith("{}", ErrorCode.ContractStructure, "validate");
    }

    [Fact]
    public void Bad_input_is_one_line_with_a_code()
    {
        _hlx.Fails(ErrorCode.HandleInvalid, "resolve", "&h_x");
        _hlx.Fails(ErrorCode.FileIo, "collapse", _hlx.Folder["no such file"]);
        _hlx.FailsWith("[1", ErrorCode.JsonParse, "collapse");
        _hlx.FailsWith("\"a\nb\"", ErrorCode.JsonParse, "collapse");
        _hlx.FailsWith("xyz", ErrorCode.LctParse, "convert", "--from", "lct");
        _hlx.FailsWith("zz", ErrorCode.LcParse, "convert", "--from", "lcb", "--lines");
        _hlx.FailsWith("not npy", ErrorCode.NpyParse, "collapse", "--from", "npy");
        Assert.Empty(Directory.Exists(_hlx.Store) ? Directory.GetFiles(Path.Combine(_hlx.Store, "objects"), "*", SearchOption.AllDirectories) : []);
        _hlx.SucceedsWith("1", "collapse");
        _hlx.Fails(ErrorCode.HandleNotFound, "resolve", Handle.Of("never stored").Text);
    }

    [Theory]
    [InlineData]
    [InlineData("bogus")]
    [InlineData("convert", "--to", "xml")]
    [InlineData("convert", "--bogus")]
    [InlineData("resolve")]
    [InlineData("store", "bogus")]
    public void Wrong_usage_exits_with_2(params string[] arguments)
    {
        (int code, string output, string errors) = _hlx.Run("", arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("usage error: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_store_can_be_looked_into()
    {
        string handle = _hlx.SucceedsWith("\"x\"", "collapse");
        Assert.Equal($"{{\"bytes\":3,\"handle\":\"{handle}\"}}", _hlx.Succeeds("store", "ls", "--json"));
        Assert.EndsWith("1 objects, 3 bytes, 0 executions, 0 incidents", _hlx.Succeeds("store", "stat"), StringComparison.Ordinal);
        Assert.Equal("1 sound, 0 corrupt, 0 incidents", _hlx.Succeeds("store", "verify"));
        string file = Directory.GetFiles(Path.Combine(_hlx.Store, "objects"), "*", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(file, [3, 1, 121]);
        (int code, string output, string errors) = _hlx.Run("", "store", "verify");
        Assert.Equal((1, "0 sound, 1 corrupt, 0 incidents\n"), (code, output));
        Assert.Contains(handle, errors, StringComparison.Ordinal);
        _hlx.Fails(ErrorCode.HandleNotFound, "resolve", handle);
    }

    [Fact]
    public void A_store_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(_hlx.Store, "a file where the folder should be");
        _hlx.FailsWith("1", ErrorCode.StoreIo, "collapse");
    }

    [Fact]
    public void Help_and_version_are_there()
    {
        Assert.Contains("gemm", _hlx.Succeeds("--help"), StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+", _hlx.Succeeds("--version"));
    }
}
