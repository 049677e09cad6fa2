namespace Hlx.Compute.Tests;

/// <summary>The probe tells four kinds of arithmetic apart, on simulated devices.</summary>
public sealed class BehaviourProbeTests
{
    private const float SmallestNormal = 1.17549435e-38f;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Reads_what_a_device_does(bool fused, bool keepsDenormals)
    {
        uint[] operands = BehaviourProbe.Operands();
        uint[] results = new uint[operands.Length];
        for (int i = 0; i < operands.Length; i += BehaviourProbe.WordsPerTest)
        {
            float x = Flush(Number(operands[i])), y = Flush(Number(operands[i + 1])), z = Flush(Number(operands[i + 2]));
            results[i] = Bits(Flush(fused ? MathF.FusedMultiplyAdd(x, y, z) : Flush(x * y) + z));
            results[i + 1] = Bits(Flush(x * y));
            results[i + 2] = Bits(Flush(x + z));
        }
        Assert.Equal(new DeviceBehaviour(fused, keepsDenormals), BehaviourProbe.Read(operands, results));

        float Flush(float number) => keepsDenormals || Math.Abs(number) >= SmallestNormal ? number : MathF.CopySign(0, number);
    }

    [Fact]
    public void A_device_that_computes_something_else_is_neither()
    {
        uint[] operands = BehaviourProbe.Operands();
        Assert.Equal(new DeviceBehaviour(false, false), BehaviourProbe.Read(operands, new uint[operands.Length]));
    }

    private static uint Bits(float number) => BitConverter.SingleToUInt32Bits(number);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
