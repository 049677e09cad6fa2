namespace Hlx.Values.Tests;

/// <summary>Tensors of integers of every width, in npy files and as values.</summary>
public sealed class IntegerTensorTests
{
    [Fact]
    public void Integers_of_16_and_64_bits_go_to_npy_and_back()
    {
        Same(Tensor.From<short>(DType.I16, [2], [short.MinValue, short.MaxValue]), "<i2", [-32768, 32767]);
        Same(Tensor.From<ushort>(DType.U16, [2], [0, ushort.MaxValue]), "<u2", [0, 65535]);
        Same(Tensor.From<ulong>(DType.U64, [2], [0, long.MaxValue]), "<u8", [0, long.MaxValue]);
    }

    [Fact]
    public void An_unsigned_number_beyond_the_largest_int_is_not_a_value_and_stays_in_the_tensor()
    {
        Tensor tensor = Tensor.From<ulong>(DType.U64, [1], [ulong.MaxValue]);
        Assert.Contains("18446744073709551615", Assert.Throws<HlxException>(() => NestedArrays.ToValue(tensor)).What, StringComparison.Ordinal);
        Assert.Equal(tensor.Data.ToArray(), Npy.Decode(Npy.Encode(tensor)).Data.ToArray());
    }

    [Theory]
    [InlineData("i16", DType.I16, 2)]
    [InlineData("u16", DType.U16, 2)]
    [InlineData("u64", DType.U64, 8)]
    public void Element_types_have_names_and_sizes(string name, DType type, int size) => Assert.Equal((type, name, size), (DTypes.Parse(name), type.Name(), type.Size()));

    private static void Same(Tensor tensor, string description, long[] numbers)
    {
        byte[] file = Npy.Encode(tensor);
        Assert.Contains($"'{description}'", System.Text.Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        Tensor decoded = Npy.Decode(file);
        Assert.Equal((tensor.Type, Convert.ToHexString(tensor.Data.Span)), (decoded.Type, Convert.ToHexString(decoded.Data.Span)));
        Assert.Equal(numbers, NestedArrays.ToValue(decoded).AsArray().ToArray().Select(number => number.AsInt()));
    }
}
