namespace Hlx.Compute.Tests;

/// <summary>The probe tells four kinds of arithmetic apart, on simulated devices.</summary>
public sealed class BehaviourProbeTests
{
    private const float SmallestNormal = 1.17549435e-38f;

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    public void Reads_what_a_device_does(bool fused, bool keepsDenormals, bool contracts)
    {
        uint[] operands = BehaviourProbe.Operands();
        uint[] results = new uint[operands.Length], functions = new uint[operands.Length];
        for (int i = 0; i < operands.Length; i += BehaviourProbe.WordsPerTest)
        {
            float x = Flush(Number(operands[i])), y = Flush(Number(operands[i + 1])), z = Flush(Number(operands[i + 2]));
            results[i] = Bits(Flush(fused ? MathF.FusedMultiplyAdd(x, y, z) : Flush(x * y) + z));
            results[i + 1] = Bits(Flush(x * y));
            results[i + 2] = Bits(Flush(x + z));
            results[i + 3] = Bits(Flush(contracts ? MathF.FusedMultiplyAdd(x, y, z) : Flush(x * y) + z));
            functions[i] = Bits(Flush(x / y));
            functions[i + 1] = Bits(MathF.Sqrt(Math.Abs(x)));
        }
        DeviceBehaviour behaviour = BehaviourProbe.Read(operands, results, functions);
        Assert.Equal((fused, keepsDenormals, contracts, true, true), (behaviour.FusedFma, behaviour.KeepsDenormals, behaviour.Contracts, behaviour.CorrectDivision, behaviour.CorrectSqrt));
        functions[2]++; // a function that only the digest knows
        Assert.NotEqual(behaviour.Digest, BehaviourProbe.Read(operands, results, functions).Digest);

        float Flush(float number) => keepsDenormals || Math.Abs(number) >= SmallestNormal ? number : MathF.CopySign(0, number);
    }

    [Fact]
    public void A_device_that_computes_something_else_is_neither()
    {
        uint[] operands = BehaviourProbe.Operands();
        DeviceBehaviour behaviour = BehaviourProbe.Read(operands, new uint[operands.Length], new uint[operands.Length]);
        Assert.Equal((false, false, false, false, false), (behaviour.FusedFma, behaviour.KeepsDenormals, behaviour.Contracts, behaviour.CorrectDivision, behaviour.CorrectSqrt));
    }

    [Fact]
    public void All_products_of_a_device_count_however_it_rounds_and_none_of_one_that_does_nothing()
    {
        uint[] operands = BehaviourProbe.Operands(), results = new uint[operands.Length];
        (int right, int all) = BehaviourProbe.Products(operands, results);
        Assert.Equal(0, right);
        Assert.True(all > 4096);
        for (int i = 0; i < operands.Length; i += BehaviourProbe.WordsPerTest)
        {
            double product = (double)Number(operands[i]) * Number(operands[i + 1]);
            float towardsZero = (float)product;
            if (Math.Abs(towardsZero) > Math.Abs(product)) towardsZero = MathF.BitDecrement(towardsZero);
            results[i + 1] = Bits(Math.Abs(towardsZero) >= SmallestNormal ? towardsZero : 0);
        }
        Assert.Equal((all, all), BehaviourProbe.Products(operands, results));
        results[1 + (BehaviourProbe.WordsPerTest * 64)] = 0; // a workgroup that did not run
        Assert.Equal((all - 1, all), BehaviourProbe.Products(operands, results));
    }

    private static uint Bits(float number) => BitConverter.SingleToUInt32Bits(number);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
