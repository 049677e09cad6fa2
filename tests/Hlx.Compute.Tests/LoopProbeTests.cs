namespace Hlx.Compute.Tests;

/// <summary>The number of turns that a device keeps is read from what a shader's loops gave.</summary>
public sealed class LoopProbeTests
{
    [Theory]
    [InlineData(LoopProbe.Turns, LoopProbe.Turns, null)]
    [InlineData(65_535, 65_026, 65_535)] // all loops share the limit, as llvmpipe does it
    [InlineData(65_535, LoopProbe.Turns, 65_535)] // each loop has a limit of its own
    [InlineData(LoopProbe.Turns, 1000, 1007)]
    [InlineData(0, 0, 0)]
    public void Reads_after_how_many_turns_loops_end(int single, int nested, int? expected)
    {
        Assert.True(LoopProbe.TryRead([LoopProbe.State(single), LoopProbe.State(nested)], out int? turns));
        Assert.Equal(expected, turns);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(uint.MaxValue)]
    public void What_is_no_state_of_the_sequence_is_no_number_of_turns(uint state)
    {
        Assert.False(LoopProbe.TryRead([state, LoopProbe.State(LoopProbe.Turns)], out _));
        Assert.False(LoopProbe.TryRead([LoopProbe.State(LoopProbe.Turns), state], out _));
    }

    [Fact]
    public void The_limit_is_part_of_the_behaviour_only_where_there_is_one()
    {
        Assert.False(DeviceBehaviour.Ieee.ToValue().AsObject().TryGet("loop_turns", out _));
        Assert.Equal(65_535, (DeviceBehaviour.Ieee with { LoopTurns = 65_535 }).ToValue().AsObject()["loop_turns"].AsInt());
    }
}
