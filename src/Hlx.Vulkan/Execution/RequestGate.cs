namespace Hlx.Vulkan;

/// <summary>Lets requests in while a context is open and its device is well, and closes it when the last one has left.</summary>
internal sealed class RequestGate(object owner)
{
    private readonly object _lock = new();
    private int _inside;
    private bool _closed;
    private bool _lost;

    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    /// <exception cref="Values.HlxException"><see cref="Values.ErrorCode.DeviceLost"/>.</exception>
    /// <param name="evenIfLost">Whether a lost device is no reason to refuse.</param>
    public void Enter(bool evenIfLost = false)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, owner);
            if (_lost && !evenIfLost) throw VulkanCheck.Lost();
            _inside++;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            _inside--;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>From now on every request is refused: work that may still be running owns the memory.</summary>
    public void MarkLost()
    {
        lock (_lock) _lost = true;
    }

    /// <summary>Whether <see cref="MarkLost"/> was called.</summary>
    public bool IsLost
    {
        get
        {
            lock (_lock) return _lost;
        }
    }

    /// <summary>Refuses new requests and waits for those inside.</summary>
    /// <returns>Whether this call closed it; false if it was closed before.</returns>
    public bool Close()
    {
        lock (_lock)
        {
            if (_closed) return false;
            _closed = true;
            while (_inside > 0) Monitor.Wait(_lock);
            return true;
        }
    }
}
