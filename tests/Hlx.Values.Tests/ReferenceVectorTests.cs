using System.Text.Json;
using Hlx.Testing;

namespace Hlx.Values.Tests;

/// <summary>Every line that the HLX 1.0 reference runtime wrote, in every direction.</summary>
public sealed class ReferenceVectorTests
{
    public static TheoryData<string, string, string, string, string> Lines
    {
        get
        {
            TheoryData<string, string, string, string, string> data = [];
            foreach (string line in File.ReadLines(TestData.PathOf("hlx-reference.jsonl")))
            {
                JsonElement vector = JsonDocument.Parse(line).RootElement;
                string Of(string name) => vector.GetProperty(name).GetString()!;
                data.Add(Of("json"), Of("lcb"), Of("handle"), Of("lct"), Of("runic"));
            }
            return data;
        }
    }

    [Fact]
    public void The_file_holds_all_lines() => Assert.Equal(51, Lines.Count);

    [Theory, MemberData(nameof(Lines))]
    public void Json_encodes_to_lcb(string json, string lcb, string handle, string lct, string runic)
    {
        _ = (handle, lct, runic);
        Assert.Equal(lcb, Convert.ToHexStringLower(Lcb.Encode(Json.Decode(json))));
    }

    [Theory, MemberData(nameof(Lines))]
    public void Lcb_decodes_and_encodes_to_itself(string json, string lcb, string handle, string lct, string runic)
    {
        _ = (handle, lct, runic);
        HlxValue value = Lcb.Decode(Convert.FromHexString(lcb));
        Assert.Equal(Json.Decode(json), value);
        Assert.Equal(lcb, Convert.ToHexStringLower(Lcb.Encode(value)));
        Assert.Equal(lcb.Length / 2, Lcb.GetLength(value));
    }

    [Theory, MemberData(nameof(Lines))]
    public void Lct_goes_both_ways(string json, string lcb, string handle, string lct, string runic)
    {
        _ = (json, handle, runic);
        HlxValue value = Lcb.Decode(Convert.FromHexString(lcb));
        Assert.Equal(lct, Lct.Encode(value));
        Assert.Equal(value, Lct.Decode(lct));
    }

    [Theory, MemberData(nameof(Lines))]
    public void Handle_and_runic_form_agree(string json, string lcb, string handle, string lct, string runic)
    {
        _ = (json, lct);
        HlxValue value = Lcb.Decode(Convert.FromHexString(lcb));
        Assert.Equal(handle, Handle.Of(value).Text);
        Assert.Equal(runic, Runic.Encode(value));
    }

    [Theory, MemberData(nameof(Lines))]
    public void Json_of_the_value_is_the_vector_with_sorted_keys(string json, string lcb, string handle, string lct, string runic)
    {
        _ = (handle, lct, runic);
        string written = Json.Encode(Lcb.Decode(Convert.FromHexString(lcb)));
        Assert.Equal(Json.Decode(json), Json.Decode(written));
        Assert.Equal(string.Concat(json.Order()), string.Concat(written.Order()));
    }
}
