using System.Buffers.Binary;
using System.Text;
using Hlx.Testing;

namespace Hlx.Values.Tests;

public sealed class NpyHeaderTests
{
    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }")] // NumPy on Python 2
    [InlineData("{u'descr': u'<f4', u'fortran_order': False, u'shape': (2, 3), }")]
    [InlineData("{'shape':(2,3,),'fortran_order':False,'descr':'<f4'}")]
    [InlineData("{\"descr\": \"<f4\",\n \"fortran_order\" : False , \"shape\": ( 2 , 3 )}  ")]
    public void A_header_is_read_as_numpy_reads_it(string header)
    {
        foreach (byte version in (byte[])[1, 2, 3])
            Assert.Equal("f32[2,3]", Npy.Decode(FileOf(header, 24, version)).ToString());
    }

    [Theory]
    [InlineData("{'fortran_order': False, 'shape': (6,), }", "lacks 'descr'")]
    [InlineData("{'descr': '<f4', 'shape': (6,), }", "lacks 'fortran_order'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, }", "lacks 'shape'")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", "'descr' twice")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'kind': 'x', }", "has 'kind'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", "not a tuple")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }", "has - where a number")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6, ", "has no end")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': [6], }", "lacks a (")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "99999999999")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,), }", "neither True nor False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), } x", "follows")]
    [InlineData("{'descr': '<f4", "lacks a '")]
    [InlineData("", "lacks a {")]
    [InlineData("[1]", "lacks a {")]
    [InlineData("{'descr': b'<f4', 'fortran_order': False, 'shape': (6,), }", "not a dictionary")]
    [InlineData("{'descr': '|f4', 'fortran_order': False, 'shape': (6,), }", "does not say its byte order")]
    [InlineData("{'descr': '<<f4', 'fortran_order': False, 'shape': (6,), }", "'<<f4' has no tensor")]
    [InlineData("{'descr': '>f16', 'fortran_order': False, 'shape': (6,), }", "'>f16' has no tensor")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (6,), }", "'' has no tensor")]
    [InlineData("{'descr': '>b1', 'fortran_order': False, 'shape': (24,), }", "bools")]
    [InlineData("{'descr': '?', 'fortran_order': False, 'shape': (24,), }", "bools")]
    [InlineData("{'descr': '|b1', 'fortran_order': False, 'shape': (24,), }", "bools")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", "complex numbers")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", "Python objects")]
    [InlineData("{'descr': '<U2', 'fortran_order': False, 'shape': (3,), }", "not numbers")]
    [InlineData("{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (3,), }", "records of several fields")]
    public void What_a_header_does_not_say_is_named(string header, string message)
    {
        HlxException refusal = HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(FileOf(header, 24)));
        Assert.Contains(message, refusal.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<u1", DType.U8)]
    [InlineData(">u1", DType.U8)]
    [InlineData("|u1", DType.U8)]
    [InlineData("=i1", DType.I8)]
    [InlineData("u1", DType.U8)]
    public void One_byte_has_no_order(string type, DType expected)
    {
        Tensor tensor = Npy.Decode([.. FileOf(HeaderOf(type, "(3,)"), 0), 1, 2, 255]);
        Assert.Equal((expected, "1,2,255"), (tensor.Type, string.Join(',', tensor.Data.ToArray())));
    }

    [Theory]
    [InlineData("<f4", "0000803f000020c0", "0000803f000020c0")]
    [InlineData("=f4", "0000803f000020c0", "0000803f000020c0")]
    [InlineData("f4", "0000803f000020c0", "0000803f000020c0")]
    [InlineData(">f4", "3f800000c0200000", "0000803f000020c0")]
    [InlineData(">f8", "3ff0000000000000c004000000000000", "000000000000f03f00000000000004c0")]
    [InlineData(">f2", "3c00c100", "003c00c1")]
    [InlineData(">i2", "0001fffe", "0100feff")]
    [InlineData(">u2", "0001fffe", "0100feff")]
    [InlineData(">i4", "00000001fffffffe", "01000000feffffff")]
    [InlineData(">u4", "00000001fffffffe", "01000000feffffff")]
    [InlineData(">i8", "0000000000000001fffffffffffffffe", "0100000000000000feffffffffffffff")]
    [InlineData(">u8", "0000000000000001fffffffffffffffe", "0100000000000000feffffffffffffff")]
    public void The_byte_order_of_wider_elements_is_that_of_the_header(string type, string given, string littleEndian)
    {
        Tensor tensor = Npy.Decode([.. FileOf(HeaderOf(type, "(2,)"), 0), .. Convert.FromHexString(given)]);
        Assert.Equal(littleEndian, Convert.ToHexStringLower(tensor.Data.Span));
        Assert.Equal(littleEndian, Convert.ToHexStringLower(Npy.Decode(Npy.Encode(tensor)).Data.Span));
    }

    [Fact]
    public void Fortran_order_and_big_endian_elements_are_converted_together()
    {
        byte[] columns = Convert.FromHexString("0001" + "0004" + "0002" + "0005" + "0003" + "0006");
        string header = HeaderOf(">i2", "(2, 3)").Replace("False", "True", StringComparison.Ordinal);
        Assert.Equal([1, 2, 3, 4, 5, 6], Npy.Decode([.. FileOf(header, 0), .. columns]).AsSpan<short>().ToArray());
    }

    [Fact]
    public void A_header_that_is_not_utf8_is_named_for_that()
    {
        byte[] file = FileOf(HeaderOf("<f4", "(2,)"), 8, version: 3);
        file[^9] = 0xff;
        Assert.Contains("not valid UTF-8", HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(file)).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void Bytes_that_are_missing_or_left_are_counted(int bytes)
    {
        HlxException refusal = HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(FileOf(HeaderOf("<f4", "(2,)"), bytes)));
        Assert.Contains($"the data has {bytes} bytes where the shape needs 8", refusal.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(32)]
    public void Files_and_contracts_have_one_limit_of_dimensions(int rank)
    {
        string extents = string.Concat(Enumerable.Repeat("1,", rank));
        Tensor tensor = Npy.Decode(FileOf($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({extents}), }}", 4));
        Assert.Equal(rank, tensor.Shape.Length);
        Assert.Equal(tensor.ToString(), Npy.Decode(Npy.Encode(tensor)).ToString());
        Assert.Equal(rank, NestedArrays.ToTensor(NestedArrays.ToValue(tensor)).Shape.Length);
    }

    [Fact]
    public void More_dimensions_are_refused_wherever_they_come_from()
    {
        int[] shape = [.. Enumerable.Repeat(1, Tensor.MaxRank + 1)];
        string extents = string.Concat(Enumerable.Repeat("1,", shape.Length));
        HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(FileOf($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({extents}), }}", 4)));
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => _ = new Tensor(DType.F32, shape, new byte[4]));
        string nested = new string('[', shape.Length) + "1" + new string(']', shape.Length);
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => NestedArrays.ToTensor(Json.Decode(nested)));
    }

    private static string HeaderOf(string type, string shape) => $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";

    private static byte[] FileOf(string header, int dataBytes, byte version = 1)
    {
        byte[] text = version == 3 ? Encoding.UTF8.GetBytes(header) : Encoding.Latin1.GetBytes(header), length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. new byte[dataBytes]];
    }
}
