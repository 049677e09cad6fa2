namespace Hlx.Compute;

/// <summary>
/// Finds devices that end the loops of an invocation early: llvmpipe ends all of them after 65,535 turns in all, and reports success. The
/// device runs shaders/loop_turns.comp when it is opened.
/// </summary>
public static class LoopProbe
{
    /// <summary>How many turns are tried, once in one loop and once in two nested ones.</summary>
    public const int Turns = 1 << 17;

    /// <summary>How many workgroups the shader has, each with one way to make the turns.</summary>
    public const int Ways = 2;

    private const int Inner = 1 << 8;
    private const uint Seed = 0x2545f491, Factor = 1_664_525, Addend = 1_013_904_223; // a sequence with a period of 2^32

    /// <summary>The push constants of the shader.</summary>
    public static IReadOnlyList<uint> Parameters => [Turns, Inner, Seed, Factor, Addend];

    /// <summary>The state after a number of turns.</summary>
    public static uint State(int turns)
    {
        uint state = Seed;
        for (int i = 0; i < turns; i++) state = Step(state);
        return state;
    }

    /// <summary>Reads what a device gave.</summary>
    /// <param name="states">The last state of each way.</param>
    /// <param name="turns">After how many turns all loops of an invocation end, as <see cref="DeviceBehaviour.LoopTurns"/>; null if it made all that were tried.</param>
    /// <returns>Whether the states are some of the sequence; if not, the device has not run the shader.</returns>
    public static bool TryRead(ReadOnlySpan<uint> states, out int? turns)
    {
        turns = null;
        for (int way = 0; way < Ways; way++)
        {
            uint state = Seed;
            int made = 0;
            while (state != states[way] && made < Turns)
            {
                state = Step(state);
                made++;
            }
            if (state != states[way]) return false;
            if (made == Turns) continue;
            int all = way == 0 ? made : made + (2 * (made / Inner)) + 1; // an inner loop that ended took a last turn for its condition, and one of the outer loop
            turns = Math.Min(turns ?? all, all);
        }
        return true;
    }

    private static uint Step(uint state) => (state * Factor) + Addend;
}
