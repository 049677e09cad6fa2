using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>
/// Lets a test make the n-th call to the driver fail, so that every way out of a request is walked. Calls that can fail ask here
/// first; unarmed, the answer is always success.
/// </summary>
internal sealed class FaultInjector
{
    private int _remaining;
    private bool _lasts;
    private Result _fault = Result.Success;

    /// <summary>Makes a later call fail.</summary>
    /// <param name="call">Which one from now on, counted from 1.</param>
    /// <param name="fault">What it returns.</param>
    /// <param name="lasts">Whether all calls after it fail too, until <see cref="Disarm"/>.</param>
    public void Arm(int call, Result fault, bool lasts = false) => (_remaining, _fault, _lasts) = (call, fault, lasts);

    /// <summary>How many calls are left up to the armed fault, itself included; 0 when it has happened.</summary>
    public int Remaining => _remaining;

    /// <summary>Whether the armed fault has not happened yet.</summary>
    public bool IsArmed => _remaining > 0;

    /// <summary>Takes back a fault.</summary>
    public void Disarm() => (_remaining, _lasts) = (0, false);

    /// <summary>What the next waits are to be taken to have returned; success to wait for the device.</summary>
    public Result Waits { get; set; } = Result.Success;

    /// <summary>What the driver is to be taken to have returned before it is called.</summary>
    public Result Next()
    {
        if (_remaining > 0) return --_remaining == 0 ? _fault : Result.Success;
        return _lasts ? _fault : Result.Success;
    }
}
