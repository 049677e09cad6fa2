using System.Text;
using Hlx.Testing;

namespace Hlx.Values.Tests;

public sealed class TensorTests
{
    [Fact]
    public void A_tensor_names_its_data()
    {
        Tensor tensor = Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal("f32[2,3]", tensor.ToString());
        Assert.Equal($"{{\"950\":{{\"data\":\"{Handle.OfBlob(tensor.Data.Span)}\",\"dtype\":\"f32\",\"shape\":[2,3]}}}}", Json.Encode(tensor.ToContract()));
        Assert.Equal(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }, tensor.ToMatrix());
    }

    [Fact]
    public void Data_of_another_size_is_refused()
    {
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => _ = new Tensor(DType.F32, [2, 2], new byte[15]));
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => _ = new Tensor(DType.F32, [-1], Array.Empty<byte>()));
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => _ = new Tensor(DType.U8, [1 << 20, 1 << 20], Array.Empty<byte>()));
    }

    [Theory]
    [InlineData("[[1,2.5],[3,4]]", "f32[2,2]")]
    [InlineData("[]", "f32[0]")]
    [InlineData("[[],[]]", "f32[2,0]")]
    [InlineData("7", "f32[]")]
    public void Nested_arrays_are_tensors(string json, string description) =>
        Assert.Equal(description, NestedArrays.ToTensor(Json.Decode(json)).ToString());

    [Theory]
    [InlineData("[[1,2],[3]]")]
    [InlineData("[1,[2]]")]
    [InlineData("[[1],2]")]
    [InlineData("[\"a\"]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    public void Other_values_are_not(string json) => HlxAssert.Refuses(ErrorCode.TensorInvalid, () => NestedArrays.ToTensor(Json.Decode(json)));

    [Theory]
    [InlineData("[0.1,1e20,-16777216,16777216.0,3e-39,0.0,9007199254740994.0,4611686018427387904]")] // fractions, what binary32 has, and doubles too large to be exact
    public void Numbers_near_those_of_f32_are_rounded_to_them(string json)
    {
        HlxValue value = Json.Decode(json);
        float[] numbers = NestedArrays.ToTensor(value).AsSpan<float>().ToArray();
        Assert.Equal([0.1f, 1e20f, -16777216f, 16777216f, 3e-39f, 0f, 9007199254740994f, 4611686018427387904f], numbers);
    }

    [Theory]
    [InlineData("[1,1e300]", "element 1 is 1E+300")]
    [InlineData("[[1],[2],[-3.5e38]]", "element 2 is -3.5E+38")]
    [InlineData("[1e-300]", "element 0 is 1E-300")]
    [InlineData("[16777217.0]", "element 0 is 16777217")]
    [InlineData("[0,16777217]", "element 1 is 16777217")]
    [InlineData("[9007199254740993]", "element 0 is 9007199254740993")]
    [InlineData("-16777217", "element 0 is -16777217")]
    public void A_number_that_f32_would_change_is_refused_by_its_place(string json, string message)
    {
        HlxException refusal = HlxAssert.Refuses(ErrorCode.TensorInvalid, () => NestedArrays.ToTensor(Json.Decode(json)));
        Assert.StartsWith(message + ", and would become ", refusal.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_are_seen_as_their_own_type_or_as_bits()
    {
        Assert.Equal([1f, 2f], Tensor.From<float>(DType.F32, [2], [1f, 2f]).AsSpan<float>().ToArray());
        Assert.Equal([0x3f800000u], Tensor.From([1f]).AsSpan<uint>().ToArray());
        Assert.Equal([1f], Tensor.From<uint>(DType.F32, [1], [0x3f800000]).AsSpan<float>().ToArray());
        Assert.Equal([(ushort)0x3f80], Tensor.From<ushort>(DType.BF16, [1], [0x3f80]).AsSpan<ushort>().ToArray());
        Assert.Equal([(byte)0xff], Tensor.From<sbyte>(DType.I8, [1], [-1]).AsSpan<byte>().ToArray());
        Assert.Equal([-1L], Tensor.From<long>(DType.I64, [1], [-1]).AsSpan<long>().ToArray());
    }

    [Fact]
    public void Elements_are_never_seen_as_another_type()
    {
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Tensor.From<double>(DType.F32, [2], [1.0]));
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Tensor.From<int>(DType.F32, [1], [1]));
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Tensor.From<float>(DType.F64, [1], [1f, 2f]));
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Tensor.From<byte>(DType.F32, [1], [1, 2, 3, 4]));
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Tensor.From<(int, int)>(DType.I64, [1], [(1, 2)]));
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Tensor.From([1f, 2f]).AsSpan<double>());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Tensor.From([1f]).AsSpan<int>());
        HlxAssert.Refuses(ErrorCode.TypeMismatch, () => new Tensor(DType.BF16, [1], new byte[2]).AsSpan<Half>());
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => Tensor.From<float>(DType.F32, [3], [1f]));
    }

    [Theory]
    [InlineData(DType.F16, "[1.5,-2.0]", "003e00c0")]
    [InlineData(DType.BF16, "[1.5,-2.0]", "c03f00c0")]
    [InlineData(DType.F32, "[1.5,-2.0]", "0000c03f000000c0")]
    [InlineData(DType.F64, "[1.5]", "000000000000f83f")]
    [InlineData(DType.I8, "[-1,2]", "ff02")]
    [InlineData(DType.U8, "[255,2]", "ff02")]
    [InlineData(DType.I32, "[-2]", "feffffff")]
    [InlineData(DType.U32, "[4294967294]", "feffffff")]
    [InlineData(DType.I64, "[-2]", "feffffffffffffff")]
    public void Every_type_reads_as_numbers(DType type, string json, string hex)
    {
        byte[] data = Convert.FromHexString(hex);
        Assert.Equal(json, Json.Encode(NestedArrays.ToValue(new Tensor(type, [data.Length / type.Size()], data))));
        Assert.Equal(type, DTypes.Parse(type.Name()));
    }

    [Fact]
    public void A_tensor_with_nan_has_no_nested_arrays() =>
        HlxAssert.Refuses(ErrorCode.FloatSpecial, () => NestedArrays.ToValue(Tensor.From([float.NaN])));

    [Theory]
    [InlineData(DType.F16, 2, 3)]
    [InlineData(DType.F32, 4, 5)]
    [InlineData(DType.F64, 1, 1)]
    [InlineData(DType.I8, 3, 0)]
    [InlineData(DType.U8, 7, 2)]
    [InlineData(DType.I32, 2, 2)]
    [InlineData(DType.U32, 2, 2)]
    [InlineData(DType.I64, 9, 1)]
    public void Npy_goes_both_ways(DType type, int rows, int columns)
    {
        byte[] data = [.. Enumerable.Range(0, rows * columns * type.Size()).Select(i => (byte)(i * 37))];
        byte[] file = Npy.Encode(new Tensor(type, [rows, columns], data));
        Assert.Equal(0, (file.Length - data.Length) % 64);
        Tensor read = Npy.Decode(file);
        Assert.Equal((type, rows, columns), (read.Type, read.Shape[0], read.Shape[1]));
        Assert.Equal(data, read.Data.ToArray());
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 12)]
    [InlineData(3, 12)]
    public void Every_npy_version_is_read(byte version, int prelude) =>
        Assert.Equal("f32[2]", Npy.Decode(File("'<f4'", "False", "(2,)", new byte[8], version, prelude)).ToString());

    [Fact]
    public void Fortran_order_is_converted()
    {
        // Column by column: [[1,2,3],[4,5,6]].
        Tensor read = Npy.Decode(File("'|u1'", "True", "(2, 3)", [1, 4, 2, 5, 3, 6]));
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Data.ToArray());
        Tensor cube = Npy.Decode(File("'|u1'", "True", "(2, 2, 2)", [0, 4, 2, 6, 1, 5, 3, 7]));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], cube.Data.ToArray());
    }

    [Fact]
    public void A_scalar_npy_has_no_extents() => Assert.Equal("f32[]", Npy.Decode(File("'<f4'", "False", "()", new byte[4])).ToString());

    [Fact]
    public void Malformed_npy_is_refused()
    {
        byte[] good = File("'<f4'", "False", "(2,)", new byte[8]);
        for (int length = 0; length < good.Length; length++)
        {
            int prefix = length;
            HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(good.AsSpan(0, prefix)));
        }
        HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(File("'|f4'", "False", "(2,)", new byte[8])));
        HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(File("'<c8'", "False", "(1,)", new byte[8])));
        HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(File("'<f4'", "False", "(2,)", new byte[9])));
        HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(File("'<f4'", "False", "(99999999999,)", new byte[8])));
        HlxAssert.Refuses(ErrorCode.NpyParse, () => Npy.Decode(File("'<f4'", "False", "(2,)", new byte[8], version: 4)));
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => Npy.Decode(File("'<f4'", "False", "(99999,99999,99999)", new byte[8])));
    }

    [Fact]
    public void Bf16_has_no_npy() => HlxAssert.Refuses(ErrorCode.TypeMismatch, () => Npy.Encode(new Tensor(DType.BF16, [1], new byte[2])));

    private static byte[] File(string description, string fortran, string shape, byte[] data, byte version = 1, int prelude = 10)
    {
        byte[] header = Encoding.Latin1.GetBytes($"{{'descr': {description}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        byte[] length = version == 1 ? [(byte)header.Length, 0] : [(byte)header.Length, 0, 0, 0];
        byte[] file = [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. data];
        Assert.True(version != 1 || prelude == 10);
        return file;
    }
}
