using System.Buffers.Binary;
using System.Text;
using Hlx.Testing;

namespace Hlx.Values.Tests;

public sealed class NpyHeaderTests
{
    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }")] // NumPy on Python 2
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
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }", "not a number")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "99999999999")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,), }", "neither True nor False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), } x", "follows")]
    [InlineData("{'descr': '<f4", "lacks a '")]
    [InlineData("", "lacks a {")]
    [InlineData("[1]", "lacks a {")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (6,), }", "big-endian ('>f4')")]
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

    private static byte[] FileOf(string header, int dataBytes, byte version = 1)
    {
        byte[] text = version == 3 ? Encoding.UTF8.GetBytes(header) : Encoding.Latin1.GetBytes(header), length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. new byte[dataBytes]];
    }
}
