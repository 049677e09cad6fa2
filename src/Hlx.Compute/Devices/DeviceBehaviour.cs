namespace Hlx.Compute;

/// <summary>What a device's binary32 arithmetic does, found by a test when it is opened; drivers do not report it reliably.</summary>
/// <param name="FusedFma">Whether <c>fma</c> rounds once.</param>
/// <param name="KeepsDenormals">Whether denormal inputs and results keep their value.</param>
public readonly record struct DeviceBehaviour(bool FusedFma, bool KeepsDenormals)
{
    /// <summary>What IEEE 754 says.</summary>
    public static DeviceBehaviour Ieee => new(true, true);
}
