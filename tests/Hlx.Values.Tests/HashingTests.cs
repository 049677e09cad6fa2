using System.Text.Json;
using CsCheck;
using Hlx.Testing;
using Org.BouncyCastle.Crypto.Digests;

namespace Hlx.Values.Tests;

public sealed class HashingTests
{
    public static TheoryData<int, string> Blake3Vectors
    {
        get
        {
            TheoryData<int, string> data = [];
            JsonElement root = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("blake3-test-vectors.json"))).RootElement;
            foreach (JsonElement vector in root.GetProperty("cases").EnumerateArray())
                data.Add(vector.GetProperty("input_len").GetInt32(), vector.GetProperty("hash").GetString()![..64]);
            return data;
        }
    }

    [Theory, MemberData(nameof(Blake3Vectors))]
    public void Blake3_gives_the_official_digest(int length, string digest)
    {
        byte[] input = [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];
        Assert.Equal(digest, Convert.ToHexStringLower(OfBlake3(input)));
    }

    [Theory]
    [InlineData("", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")]
    [InlineData("616263", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")]
    public void Blake2b_gives_the_published_digest(string hex, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(OfBlake2b(Convert.FromHexString(hex))));

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(256)]
    [InlineData(1023)]
    [InlineData(1 << 20)]
    public void Blake2b_agrees_with_an_independent_implementation_at_block_boundaries(int length) => AgreesOnBlake2b(Random(length));

    [Theory]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData(3 << 18)]
    [InlineData((1 << 20) - 1)]
    public void Blake3_agrees_with_an_independent_implementation_at_tree_boundaries(int length) => AgreesOnBlake3(Random(length));

    [Fact]
    public void Both_agree_with_an_independent_implementation_on_random_lengths() => Gen.Byte.Array[0, 5000].Sample(input =>
    {
        AgreesOnBlake2b(input);
        AgreesOnBlake3(input);
    }, iter: 500);

    private static void AgreesOnBlake2b(byte[] input)
    {
        Blake2bDigest oracle = new(256);
        oracle.BlockUpdate(input, 0, input.Length);
        byte[] expected = new byte[32];
        oracle.DoFinal(expected, 0);
        Assert.Equal(expected, OfBlake2b(input));
    }

    private static void AgreesOnBlake3(byte[] input)
    {
        Blake3Digest oracle = new(256);
        oracle.BlockUpdate(input, 0, input.Length);
        byte[] expected = new byte[32];
        oracle.DoFinal(expected, 0);
        Assert.Equal(expected, OfBlake3(input));
    }

    private static byte[] OfBlake2b(byte[] input)
    {
        byte[] digest = new byte[Blake2b256.DigestBytes];
        Blake2b256.Hash(input, digest);
        return digest;
    }

    private static byte[] OfBlake3(byte[] input)
    {
        byte[] digest = new byte[Blake3.DigestBytes];
        Blake3.Hash(input, digest);
        return digest;
    }

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
