using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>
/// Lets a test make the n-th call to the driver fail, so that every way out of a launch is walked. Calls that can fail ask here
/// first; unarmed, the answer is always success.
/// </summary>
internal sealed class FaultInjector
{
    private int _remaining;
    private Result _fault = Result.Success;

    /// <summary>Makes one later call fail.</summary>
    /// <param name="call">Which one from now on, counted from 1.</param>
    /// <param name="fault">What it returns.</param>
    public void Arm(int call, Result fault) => (_remaining, _fault) = (call, fault);

    /// <summary>How many calls are left up to the armed fault, itself included; 0 when it has happened.</summary>
    public int Remaining => _remaining;

    /// <summary>Whether the armed fault has not happened yet.</summary>
    public bool IsArmed => _remaining > 0;

    /// <summary>Takes back a fault that has not happened.</summary>
    public void Disarm() => _remaining = 0;

    /// <summary>What the driver is to be taken to have returned before it is called.</summary>
    public Result Next() => _remaining > 0 && --_remaining == 0 ? _fault : Result.Success;
}
