namespace Hlx.Values;

/// <summary>
/// What a number may lose on its way into a narrower float type: the digits of a fraction, but not its magnitude, and of a whole number nothing.
/// </summary>
internal static class RoundedNumber
{
    // Up to here a double holds every whole number, so one that is given is meant to the last digit.
    private const double ExactWholeNumbers = 1L << 53;

    /// <summary>Whether a float is kept: not one that became infinite or zero, nor a whole number up to 2^53 that became another one.</summary>
    /// <param name="number">What was given.</param>
    /// <param name="rounded">What the type makes of it.</param>
    public static bool Keeps(double number, double rounded)
    {
        if (rounded == number) return true;
        bool isLost = double.IsInfinity(rounded) || rounded == 0;
        return !isLost && !(Math.Abs(number) <= ExactWholeNumbers && double.IsInteger(number));
    }

    /// <summary>Whether an int is kept: it is exact, however large.</summary>
    /// <param name="number">What was given.</param>
    /// <param name="rounded">What the type makes of it.</param>
    public static bool Keeps(long number, double rounded) => (Int128)rounded == number; // an infinity becomes the largest Int128
}
